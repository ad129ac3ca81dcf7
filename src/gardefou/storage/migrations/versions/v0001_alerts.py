"""Alerts, their evidence, their reviews, and what was erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MODES = "'evaluation', 'rehearsal', 'operational'"
SITUATIONS = (
    "'abandoned_object', 'weapon', 'wrong_way', 'zone_intrusion', "
    "'person_down', 'crowd_movement', 'crowd_density', 'fire'"
)
STATES = "'unreviewed', 'confirmed', 'refuted', 'doubtful'"
FOLLOW_UPS = (
    "'none', 'watched', 'team_sent', 'first_aid', "
    "'emergency_services', 'organiser_told', 'other_service'"
)


def upgrade() -> None:
    """Create the first tables."""
    _create_alerts()
    _create_what_belongs_to_an_alert()
    _create_what_was_erased()


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.String(200)),
        sa.Column("mode", sa.String(32), nullable=False),
        sa.Column("camera_id", sa.String(200), nullable=False),
        sa.Column("situation", sa.String(32), nullable=False),
        sa.Column("zone_id", sa.String(200)),
        sa.Column("region", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.Column("closed_at", sa.Float()),
        sa.Column("close_reason", sa.String(32)),
        sa.Column("review_state", sa.String(32), nullable=False),
        sa.Column("review_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        _check("alerts", "closes_after_opening", "closed_at >= opened_at"),
        _check("alerts", "closed_with_a_reason", "(closed_at IS NULL) = (close_reason IS NULL)"),
        _check(
            "alerts",
            "operational_under_a_mandate",
            "(mode = 'operational') = (mandate_id IS NOT NULL)",
        ),
        _check(
            "alerts", "reviewed_by_somebody", "(review_state = 'unreviewed') = (review_count = 0)"
        ),
        _check("alerts", "mode", f"mode IN ({MODES})"),
        _check("alerts", "situation", f"situation IN ({SITUATIONS})"),
        _check("alerts", "close_reason", "close_reason IN ('ended', 'interrupted')"),
        _check("alerts", "review_state", f"review_state IN ({STATES})"),
    )
    for first in ((), ("camera_id",), ("situation",), ("review_state",), ("mode",)):
        columns = [*first, "opened_at", "id"]
        op.create_index(f"ix_alerts_{'_'.join(columns)}", "alerts", columns)
    op.create_index(
        "ix_alerts_still_open",
        "alerts",
        ["camera_id", "opened_at", "id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _create_what_belongs_to_an_alert() -> None:
    op.create_table(
        "evidence",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("path", sa.String(500)),
        sa.Column("made_at", sa.Float()),
        sa.Column("error_key", sa.String(200)),
        sa.PrimaryKeyConstraint("alert_id", "kind", name="pk_evidence"),
        _belongs_to_an_alert("evidence"),
        _check("evidence", "made_or_failed", "(path IS NULL) <> (error_key IS NULL)"),
        _check("evidence", "made_at_a_time", "(path IS NULL) = (made_at IS NULL)"),
        _check("evidence", "kind", "kind IN ('snapshot', 'before', 'clip')"),
    )
    op.create_table(
        "reviews",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("follow_up", sa.String(32), nullable=False),
        sa.Column("reviewer", sa.String(200), nullable=False),
        sa.Column("reviewed_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "number", name="pk_reviews"),
        _belongs_to_an_alert("reviews"),
        _check("reviews", "counts_from_one", "number >= 1"),
        _check("reviews", "verdict", "verdict IN ('confirmed', 'refuted', 'doubtful')"),
        _check("reviews", "follow_up", f"follow_up IN ({FOLLOW_UPS})"),
    )


def _create_what_was_erased() -> None:
    op.create_table(
        "erased_alerts",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="pk_erased_alerts"),
    )
    op.create_table(
        "files_to_purge",
        sa.Column("path", sa.String(500), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_files_to_purge"),
    )


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _belongs_to_an_alert(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["alert_id"], ["alerts.id"], name=f"fk_{table}_alert_id_alerts", ondelete="CASCADE"
    )
