"""Accounts, recovery codes, habilitations, sessions and exports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0010"
branch_labels = None
depends_on = None

ROLES = "'operator', 'supervisor', 'dpo', 'auditor', 'admin'"


def upgrade() -> None:
    """Create the tables of accounts."""
    _create_accounts()
    _create_habilitations()
    _create_sessions()
    _create_exports()


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("password_hash", sa.String(300), nullable=False),
        sa.Column("totp_sealed", sa.String(300)),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.Float(), nullable=False),
        sa.Column("disabled_at", sa.Float()),
        sa.PrimaryKeyConstraint("name", name="pk_accounts"),
        _check("accounts", "role", f"role IN ({ROLES})"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("account", "digest", name="pk_recovery_codes"),
        _of_an_account("recovery_codes", "account", "CASCADE"),
    )


def _create_habilitations() -> None:
    op.create_table(
        "habilitations",
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("granted_by", sa.String(200), nullable=False),
        sa.Column("granted_at", sa.Float(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("protection_done", sa.Date(), nullable=False),
        sa.Column("protection_expires", sa.Date(), nullable=False),
        sa.Column("protection_certificate", sa.String(200), nullable=False),
        sa.Column("processing_done", sa.Date(), nullable=False),
        sa.Column("processing_expires", sa.Date(), nullable=False),
        sa.Column("processing_certificate", sa.String(200), nullable=False),
        sa.Column("revoked_at", sa.Float()),
        sa.PrimaryKeyConstraint("account", "number", name="pk_habilitations"),
        _of_an_account("habilitations", "account"),
        _check("habilitations", "ends_after_start", '"end" >= start'),
        _check(
            "habilitations", "protection_expires_after", "protection_expires >= protection_done"
        ),
        _check(
            "habilitations", "processing_expires_after", "processing_expires >= processing_done"
        ),
        _check(
            "habilitations",
            "certified",
            "protection_certificate <> '' AND processing_certificate <> ''",
        ),
        _check("habilitations", "granted_by_somebody", "granted_by <> ''"),
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sa.Float(), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sessions"),
        _of_an_account("sessions", "account", "CASCADE"),
    )
    for column in ("account", "begun_at"):
        op.create_index(f"ix_sessions_{column}", "sessions", [column])


def _create_exports() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("motive", sa.String(500), nullable=False),
        sa.Column("procedure", sa.String(500), nullable=False),
        sa.Column("recipient", sa.String(500), nullable=False),
        sa.Column("proposed_by", sa.String(200), nullable=False),
        sa.Column("proposed_at", sa.Float(), nullable=False),
        sa.Column("approved_by", sa.String(200)),
        sa.Column("approved_at", sa.Float()),
        sa.PrimaryKeyConstraint("id", name="pk_exports"),
        _of_an_account("exports", "proposed_by"),
        _of_an_account("exports", "approved_by"),
        _check("exports", "kind", "kind IN ('snapshot', 'before', 'clip')"),
        _check("exports", "two_people", "approved_by <> proposed_by"),
        _check("exports", "approved_at_a_time", "(approved_by IS NULL) = (approved_at IS NULL)"),
        _check("exports", "for_a_procedure", "procedure <> ''"),
    )
    op.create_index("ix_exports_proposed_at", "exports", ["proposed_at"])


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _of_an_account(table: str, column: str, deleted: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["accounts.name"], name=f"fk_{table}_{column}_accounts", ondelete=deleted
    )
