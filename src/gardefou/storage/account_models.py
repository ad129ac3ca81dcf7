"""The tables of accounts: persons who operate the system, never persons who are filmed."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Enum, Float, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from gardefou.storage.models import NAME_LENGTH, Base
from gardefou.storage.records import EvidenceKind

ROLES: Final = ("operator", "supervisor", "dpo", "auditor", "admin")
"""The roles that the database itself accepts: those of `gardefou.governance.roles`."""

SECRET_LENGTH: Final = 300
"""Longest password hash or sealed secret, characters."""

DIGEST_LENGTH: Final = 64
"""A SHA-256 in hex, characters."""

TEXT_LENGTH: Final = 500
"""Longest motive or reference of an export, characters."""

ACCOUNT: Final = "accounts.name"
_WITH_ACCOUNT: Final = "CASCADE"


class AccountRow(Base):
    """One person's account; it is disabled, never deleted, so that the journal's names stay told.

    ``totp_step`` the last 30 s step whose code was used: no code is good twice.
    """

    __tablename__ = "accounts"

    name: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    person: Mapped[str] = mapped_column(String(NAME_LENGTH))
    role: Mapped[str] = mapped_column(
        Enum(*ROLES, name="role", native_enum=False, create_constraint=True, length=32)
    )
    password_hash: Mapped[str] = mapped_column(String(SECRET_LENGTH))
    totp_sealed: Mapped[str | None] = mapped_column(String(SECRET_LENGTH))
    totp_step: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[float] = mapped_column(Float)
    disabled_at: Mapped[float | None] = mapped_column(Float)


class RecoveryCodeRow(Base):
    """The SHA-256 of a code that replaces the second factor once; the row goes with its use."""

    __tablename__ = "recovery_codes"

    account: Mapped[str] = mapped_column(
        ForeignKey(ACCOUNT, ondelete=_WITH_ACCOUNT), primary_key=True
    )
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)


class HabilitationRow(Base):
    """One habilitation with its two trainings; rows are added and revoked, never changed."""

    __tablename__ = "habilitations"

    account: Mapped[str] = mapped_column(ForeignKey(ACCOUNT), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    granted_by: Mapped[str] = mapped_column(String(NAME_LENGTH))
    granted_at: Mapped[float] = mapped_column(Float)
    start: Mapped[date] = mapped_column(Date)
    end: Mapped[date] = mapped_column(Date)
    protection_done: Mapped[date] = mapped_column(Date)
    protection_expires: Mapped[date] = mapped_column(Date)
    protection_certificate: Mapped[str] = mapped_column(String(NAME_LENGTH))
    processing_done: Mapped[date] = mapped_column(Date)
    processing_expires: Mapped[date] = mapped_column(Date)
    processing_certificate: Mapped[str] = mapped_column(String(NAME_LENGTH))
    revoked_at: Mapped[float | None] = mapped_column(Float)

    __table_args__ = (
        CheckConstraint('"end" >= start', name="ends_after_start"),
        CheckConstraint("protection_expires >= protection_done", name="protection_expires_after"),
        CheckConstraint("processing_expires >= processing_done", name="processing_expires_after"),
        CheckConstraint(
            "protection_certificate <> '' AND processing_certificate <> ''", name="certified"
        ),
        CheckConstraint("granted_by <> ''", name="granted_by_somebody"),
    )


class SessionRow(Base):
    """A log-in that lasts; ``digest`` is the SHA-256 of the token that only the browser has."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey(ACCOUNT, ondelete=_WITH_ACCOUNT))
    verified: Mapped[bool]
    begun_at: Mapped[float] = mapped_column(Float)
    seen_at: Mapped[float] = mapped_column(Float)

    __table_args__ = (Index(None, "account"), Index(None, "begun_at"))


class ExportRow(Base):
    """Evidence that leaves the system: who asked, who else agreed, why, for which procedure."""

    __tablename__ = "exports"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[EvidenceKind] = mapped_column(
        Enum(
            EvidenceKind,
            name="kind",
            native_enum=False,
            create_constraint=True,
            length=32,
            values_callable=lambda enum: [member.value for member in enum],
        )
    )
    motive: Mapped[str] = mapped_column(String(TEXT_LENGTH))
    procedure: Mapped[str] = mapped_column(String(TEXT_LENGTH))
    recipient: Mapped[str] = mapped_column(String(TEXT_LENGTH))
    proposed_by: Mapped[str] = mapped_column(ForeignKey(ACCOUNT))
    proposed_at: Mapped[float] = mapped_column(Float)
    approved_by: Mapped[str | None] = mapped_column(ForeignKey(ACCOUNT))
    approved_at: Mapped[float | None] = mapped_column(Float)

    __table_args__ = (
        CheckConstraint("approved_by <> proposed_by", name="two_people"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approved_at_a_time"),
        CheckConstraint("procedure <> ''", name="for_a_procedure"),
        Index(None, "proposed_at"),
    )
