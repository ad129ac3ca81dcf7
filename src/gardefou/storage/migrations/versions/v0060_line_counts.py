"""Passages across lines, by quarter of an hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0030"
branch_labels = None
depends_on = None

NAMES = {
    "mode": "'evaluation', 'rehearsal', 'operational'",
    "heading": "'left', 'right', 'up', 'down'",
    "passer": "'person', 'vehicle', 'other'",
}
KEY = ("camera_id", "line_id", "mode", "start", "heading", "passer")


def upgrade() -> None:
    """Create the table of counts."""
    op.create_table(
        "line_counts",
        sa.Column("camera_id", sa.String(200), nullable=False),
        sa.Column("line_id", sa.String(200), nullable=False),
        sa.Column("mode", sa.String(32), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(32), nullable=False),
        sa.Column("passer", sa.String(32), nullable=False),
        sa.Column("passages", sa.Integer()),
        sa.Column("counted_s", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*KEY, name="pk_line_counts"),
        *(_check(name, f"{name} IN ({words})") for name, words in NAMES.items()),
        _check("of_a_quarter_of_an_hour", "start % 900 = 0"),
        _check("never_small", "passages >= 5"),
        _check("counted_within_it", "counted_s <= 900 AND counted_s > 0"),
    )
    op.create_index("ix_line_counts_start", "line_counts", ["start"])


def _check(name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_line_counts_{name}"))
