"""Legal holds: what retention must not destroy while a procedure lasts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of holds."""
    op.create_table(
        "holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(200), nullable=False),
        sa.Column("alert_id", sa.Uuid()),
        sa.Column("camera_id", sa.String(200)),
        sa.Column("since", sa.Float()),
        sa.Column("until", sa.Float()),
        sa.Column("placed_by", sa.String(200), nullable=False),
        sa.Column("placed_at", sa.Float(), nullable=False),
        sa.Column("lifted_by", sa.String(200)),
        sa.Column("lifted_at", sa.Float()),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
        _check("names_a_procedure", "trim(reference) <> ''"),
        _check("of_an_alert_or_a_camera", "(alert_id IS NULL) <> (camera_id IS NULL)"),
        _check(
            "of_a_camera_for_a_time",
            "(camera_id IS NULL) = (since IS NULL) AND (since IS NULL) = (until IS NULL)",
        ),
        _check("ends_after_it_begins", "until >= since"),
        _check("lifted_by_somebody", "(lifted_at IS NULL) = (lifted_by IS NULL)"),
    )
    op.create_index("ix_holds_alert_id", "holds", ["alert_id"])
    op.create_index("ix_holds_camera_id_since", "holds", ["camera_id", "since"])


def _check(name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_holds_{name}"))
