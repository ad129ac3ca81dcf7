"""Findings, requests of residents with what they hold, drills, and labels of reviews."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0020"
branch_labels = None
depends_on = None

FINDING_KINDS = (
    "'masks_missing', 'masks_uncovered', 'mandate_expiring', 'precision_low', 'unreviewed', "
    "'misuse', 'contract_incomplete', 'camera_moved', 'to_complete', 'request_overdue', "
    "'drill_missed', 'no_deliberation'"
)
SITUATIONS = (
    "'abandoned_object', 'weapon', 'wrong_way', 'zone_intrusion', "
    "'person_down', 'crowd_movement', 'crowd_density', 'fire'"
)
GROUNDS = "'state_security', 'defence', 'public_security', 'court_proceedings', 'rights_of_others'"


def upgrade() -> None:
    """Create the tables."""
    _create_findings()
    _create_requests()
    _create_drills()
    _create_labels()


def _create_findings() -> None:
    op.create_table(
        "findings",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("object_ref", sa.String(200), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("answer", sa.String(4000)),
        sa.Column("answered_by", sa.String(200)),
        sa.Column("answered_at", sa.Float()),
        sa.Column("minutes", sa.String(200)),
        sa.PrimaryKeyConstraint("number", name="pk_findings"),
        _check(
            "findings",
            "answered_with_minutes",
            "(status = 'answered') = (answer IS NOT NULL AND answered_by IS NOT NULL "
            "AND answered_at IS NOT NULL AND minutes IS NOT NULL)",
        ),
        _check("findings", "kind", f"kind IN ({FINDING_KINDS})"),
        _check("findings", "status", "status IN ('open', 'answered')"),
    )
    op.create_index("ix_findings_kind_object_ref", "findings", ["kind", "object_ref"], unique=True)


def _create_requests() -> None:
    op.create_table(
        "request_holds",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("camera_id", sa.String(200), nullable=False),
        sa.Column("start", sa.Float(), nullable=False),
        sa.Column("end", sa.Float(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("placed_at", sa.Float(), nullable=False),
        sa.Column("released_at", sa.Float()),
        sa.PrimaryKeyConstraint("number", name="pk_request_holds"),
        _check("request_holds", "ends_after_its_start", '"end" >= start'),
    )
    op.create_index("ix_request_holds_camera_id_end", "request_holds", ["camera_id", "end"])
    op.create_table(
        "rights_requests",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("reference", sa.String(200), nullable=False),
        sa.Column("camera_id", sa.String(200), nullable=False),
        sa.Column("start", sa.Float(), nullable=False),
        sa.Column("end", sa.Float(), nullable=False),
        sa.Column("received_at", sa.Float(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("hold", sa.Integer(), nullable=False),
        sa.Column("extension", sa.String(4000)),
        sa.Column("ground", sa.String(32)),
        sa.Column("words", sa.String(4000)),
        sa.Column("closed_at", sa.Float()),
        sa.Column("closed_by", sa.String(200)),
        sa.PrimaryKeyConstraint("number", name="pk_rights_requests"),
        sa.ForeignKeyConstraint(
            ["hold"], ["request_holds.number"], name="fk_rights_requests_hold_request_holds"
        ),
        _check(
            "rights_requests",
            "refused_on_a_closed_ground",
            "(state = 'refused') = (ground IS NOT NULL)",
        ),
        _check(
            "rights_requests",
            "closed_by_somebody",
            "(state = 'open') = (closed_at IS NULL AND closed_by IS NULL)",
        ),
        _check(
            "rights_requests",
            "kind",
            "kind IN ('access', 'viewing', 'rectification', 'limitation', 'erasure')",
        ),
        _check("rights_requests", "state", "state IN ('open', 'answered', 'refused')"),
        _check("rights_requests", "ground", f"ground IN ({GROUNDS})"),
    )


def _create_drills() -> None:
    op.create_table(
        "drills",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("camera_id", sa.String(200), nullable=False),
        sa.Column("situation", sa.String(32), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("window_s", sa.Float(), nullable=False),
        sa.Column("test_object", sa.String(200), nullable=False),
        sa.Column("light", sa.String(32), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("planned_by", sa.String(200), nullable=False),
        sa.Column("planned_at", sa.Float(), nullable=False),
        sa.Column("result", sa.String(32)),
        sa.Column("alert_id", sa.Uuid()),
        sa.Column("delay_s", sa.Float()),
        sa.PrimaryKeyConstraint("number", name="pk_drills"),
        _check("drills", "planned_before_it_happens", "planned_at <= at"),
        _check(
            "drills",
            "found_by_an_alert",
            "(result IS NOT NULL AND result = 'found') = (alert_id IS NOT NULL)",
        ),
        _check("drills", "situation", f"situation IN ({SITUATIONS})"),
        _check("drills", "light", "light IN ('day', 'twilight', 'night', 'unknown')"),
        _check("drills", "result", "result IN ('found', 'missed', 'cancelled')"),
    )


def _create_labels() -> None:
    op.create_table(
        "review_labels",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(32), nullable=False),
        sa.Column("labelled_by", sa.String(200), nullable=False),
        sa.Column("labelled_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "label", name="pk_review_labels"),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name="fk_review_labels_alert_id_alerts", ondelete="CASCADE"
        ),
        _check("review_labels", "label", "label IN ('out_of_purpose')"),
    )


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))
