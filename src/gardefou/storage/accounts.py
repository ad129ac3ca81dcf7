"""Accounts, habilitations, sessions and exports in the database; the rules are in governance."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete, exists, func, select, update

from gardefou.storage.account_models import (
    AccountRow,
    ExportRow,
    HabilitationRow,
    RecoveryCodeRow,
    SessionRow,
)
from gardefou.storage.database import Database
from gardefou.storage.records import EvidenceKind


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """One account; times UTC, s."""

    name: str
    person: str
    role: str
    password_hash: str
    totp_sealed: str | None
    made_at: float
    disabled_at: float | None


@dataclass(frozen=True, slots=True)
class HabilitationRecord:
    """One habilitation as it was given; days are local and included."""

    granted_by: str
    start: date
    end: date
    protection: tuple[date, date, str]
    processing: tuple[date, date, str]
    revoked_at: float | None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session; ``verified`` once the second factor was given."""

    digest: str
    account: str
    verified: bool
    begun_at: float
    seen_at: float


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """A proposal to hand out one piece of evidence, and who else agreed."""

    id: UUID
    alert_id: UUID
    kind: EvidenceKind
    motive: str
    procedure: str
    recipient: str
    proposed_by: str
    proposed_at: float
    approved_by: str | None = None
    approved_at: float | None = None


class AccountStore:
    """Keeps accounts in the store's database; every call is one transaction.

    Every call raises `StorageError` when the database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # Accounts

    def any(self) -> bool:
        """Whether there is an account at all, disabled ones included."""
        with self._database.reading() as session:
            return bool(session.scalar(select(exists().select_from(AccountRow))))

    def account(self, name: str) -> AccountRecord | None:
        """One account."""
        with self._database.reading() as session:
            row = session.get(AccountRow, name)
            return None if row is None else _account(row)

    def accounts(self) -> list[AccountRecord]:
        """Every account, by name."""
        with self._database.reading() as session:
            rows = session.scalars(select(AccountRow).order_by(AccountRow.name))
            return [_account(row) for row in rows]

    def add(self, account: AccountRecord, recovery: Collection[str]) -> bool:
        """Add an account with the digests of its recovery codes; False when the name is taken."""
        with self._database.writing() as session:
            if session.get(AccountRow, account.name) is not None:
                return False
            session.add(
                AccountRow(
                    name=account.name,
                    person=account.person,
                    role=account.role,
                    password_hash=account.password_hash,
                    totp_sealed=account.totp_sealed,
                    made_at=account.made_at,
                )
            )
            session.flush()
            session.add_all(RecoveryCodeRow(account=account.name, digest=each) for each in recovery)
            return True

    def set_password(self, name: str, password_hash: str) -> None:
        """Replace a password and end the account's sessions."""
        self._change(name, password_hash=password_hash)

    def set_role(self, name: str, role: str) -> None:
        """Give another role and end the account's sessions."""
        self._change(name, role=role)

    def disable(self, name: str, at: float | None) -> None:
        """Close an account at a time, or open it again; its sessions end."""
        self._change(name, disabled_at=at)

    def set_second_factor(self, name: str, sealed: str, recovery: Collection[str]) -> None:
        """Replace the second factor and its recovery codes; sessions end."""
        with self._database.writing() as session:
            session.execute(
                update(AccountRow).where(AccountRow.name == name).values(totp_sealed=sealed)
            )
            session.execute(delete(SessionRow).where(SessionRow.account == name))
            session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account == name))
            session.add_all(RecoveryCodeRow(account=name, digest=each) for each in recovery)

    def use_step(self, name: str, step: int) -> bool:
        """Use the code of a 30 s step; False when it, or a later one, was used before."""
        with self._database.writing() as session:
            row = session.get_one(AccountRow, name)
            if row.totp_step >= step:
                return False
            row.totp_step = step
            return True

    def use_recovery(self, name: str, digest: str) -> bool:
        """Use up a recovery code; False when the account has no such code (any more)."""
        with self._database.writing() as session:
            row = session.get(RecoveryCodeRow, (name, digest))
            if row is None:
                return False
            session.delete(row)
            return True

    def _change(self, name: str, **columns: object) -> None:
        with self._database.writing() as session:
            session.execute(update(AccountRow).where(AccountRow.name == name).values(**columns))
            session.execute(delete(SessionRow).where(SessionRow.account == name))

    # Habilitations

    def habilitate(self, name: str, given: HabilitationRecord, at: float) -> None:
        """Add a habilitation."""
        with self._database.writing() as session:
            of_account = select(func.count()).where(HabilitationRow.account == name)
            count = session.scalar(of_account) or 0
            session.add(
                HabilitationRow(
                    account=name,
                    number=count + 1,
                    granted_by=given.granted_by,
                    granted_at=at,
                    start=given.start,
                    end=given.end,
                    protection_done=given.protection[0],
                    protection_expires=given.protection[1],
                    protection_certificate=given.protection[2],
                    processing_done=given.processing[0],
                    processing_expires=given.processing[1],
                    processing_certificate=given.processing[2],
                )
            )

    def revoke_habilitations(self, name: str, at: float) -> None:
        """Revoke every habilitation that an account has."""
        with self._database.writing() as session:
            session.execute(
                update(HabilitationRow)
                .where(HabilitationRow.account == name, HabilitationRow.revoked_at.is_(None))
                .values(revoked_at=at)
            )

    def habilitations(self, name: str) -> list[HabilitationRecord]:
        """The habilitations of an account, in the order they were given."""
        query = (
            select(HabilitationRow)
            .where(HabilitationRow.account == name)
            .order_by(HabilitationRow.number)
        )
        with self._database.reading() as session:
            return [_habilitation(row) for row in session.scalars(query)]

    # Sessions

    def begin_session(self, record: SessionRecord, instead_of: str | None = None) -> None:
        """Add a session, in the place of another one where a digest is given."""
        with self._database.writing() as session:
            session.execute(delete(SessionRow).where(SessionRow.digest == instead_of))
            session.add(
                SessionRow(
                    digest=record.digest,
                    account=record.account,
                    verified=record.verified,
                    begun_at=record.begun_at,
                    seen_at=record.seen_at,
                )
            )

    def session(self, digest: str) -> SessionRecord | None:
        """One session."""
        with self._database.reading() as session:
            row = session.get(SessionRow, digest)
            if row is None:
                return None
            return SessionRecord(row.digest, row.account, row.verified, row.begun_at, row.seen_at)

    def seen_session(self, digest: str, at: float) -> None:
        """Note that a session was used."""
        with self._database.writing() as session:
            session.execute(
                update(SessionRow).where(SessionRow.digest == digest).values(seen_at=at)
            )

    def end_session(self, digest: str) -> None:
        """End a session."""
        with self._database.writing() as session:
            session.execute(delete(SessionRow).where(SessionRow.digest == digest))

    def forget_sessions(self, begun_before: float) -> None:
        """Erase sessions that began so long ago that they are over."""
        with self._database.writing() as session:
            session.execute(delete(SessionRow).where(SessionRow.begun_at < begun_before))

    # Exports

    def propose_export(self, record: ExportRecord) -> None:
        """Add a proposal."""
        with self._database.writing() as session:
            session.add(
                ExportRow(
                    id=record.id,
                    alert_id=record.alert_id,
                    kind=record.kind,
                    motive=record.motive,
                    procedure=record.procedure,
                    recipient=record.recipient,
                    proposed_by=record.proposed_by,
                    proposed_at=record.proposed_at,
                )
            )

    def approve_export(self, export_id: UUID, by: str, at: float) -> bool:
        """Agree to a proposal; False when it was agreed to before."""
        with self._database.writing() as session:
            row = session.get_one(ExportRow, export_id)
            if row.approved_by is not None:
                return False
            row.approved_by, row.approved_at = by, at
            return True

    def export(self, export_id: UUID) -> ExportRecord | None:
        """One export."""
        with self._database.reading() as session:
            row = session.get(ExportRow, export_id)
            return None if row is None else _export(row)

    def exports(self, since: float) -> list[ExportRecord]:
        """Exports proposed since a time, UTC s, the newest first."""
        query = (
            select(ExportRow)
            .where(ExportRow.proposed_at >= since)
            .order_by(ExportRow.proposed_at.desc())
        )
        with self._database.reading() as session:
            return [_export(row) for row in session.scalars(query)]


def _account(row: AccountRow) -> AccountRecord:
    return AccountRecord(
        name=row.name,
        person=row.person,
        role=row.role,
        password_hash=row.password_hash,
        totp_sealed=row.totp_sealed,
        made_at=row.made_at,
        disabled_at=row.disabled_at,
    )


def _habilitation(row: HabilitationRow) -> HabilitationRecord:
    return HabilitationRecord(
        granted_by=row.granted_by,
        start=row.start,
        end=row.end,
        protection=(row.protection_done, row.protection_expires, row.protection_certificate),
        processing=(row.processing_done, row.processing_expires, row.processing_certificate),
        revoked_at=row.revoked_at,
    )


def _export(row: ExportRow) -> ExportRecord:
    return ExportRecord(
        id=row.id,
        alert_id=row.alert_id,
        kind=row.kind,
        motive=row.motive,
        procedure=row.procedure,
        recipient=row.recipient,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
    )
