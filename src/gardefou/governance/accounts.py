"""Accounts: who works here, in which role, with which habilitation; every change is journalled."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from gardefou.errors import AccountError
from gardefou.evidence.keys import keys_folder
from gardefou.governance.canonical import Json
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.habilitation import Habilitation, Obstacle, Training, obstacle
from gardefou.governance.journal import Journal
from gardefou.governance.passwords import Hasher, check_password
from gardefou.governance.roles import HABILITATED, Role, allowed
from gardefou.governance.second_factor import (
    Seal,
    enrolment_address,
    new_recovery_codes,
    new_secret,
    recovery_digest,
)
from gardefou.storage.accounts import AccountRecord, AccountStore, HabilitationRecord
from gardefou.storage.database import Database

NAME: Final = re.compile(r"[a-z][a-z0-9._-]{1,39}")
"""Form of an account's name: it stands in watermarks, which know ASCII only."""

LONGEST_HABILITATION_DAYS: Final = 3 * 366
"""Longest habilitation, days: a leave without an end is none."""

DATABASE: Final = "gardefou.db"
"""The database in the home folder."""


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account; ``title`` as people call them."""

    name: str
    title: str
    role: Role
    disabled: bool
    has_second_factor: bool

    @property
    def actor(self) -> str:
        """How the journal calls it: nothing typed at a desk can look like that."""
        return f"account:{self.name}"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a person is shown once: the second factor's secret and the recovery codes."""

    secret: str
    address: str
    recovery_codes: tuple[str, ...]


class Accounts:
    """Makes and changes accounts over a database, a journal and a folder of keys.

    ``clock`` tells UTC seconds. Every change is written in the journal first, under the name of
    who makes it; raises `JournalError` when that fails, then nothing changes.
    """

    def __init__(
        self,
        database: Database,
        journal: Journal,
        keys: Path,
        clock: Callable[[], float] = time.time,
        hasher: Hasher | None = None,
    ) -> None:
        self._database = database
        self.store = AccountStore(database)
        self.journal = journal
        self.clock = clock
        self.hasher = hasher or Hasher()
        self.seal = Seal.of_folder(keys)

    @classmethod
    def open(cls, home: Path, journal: Journal) -> Accounts:
        """The accounts of a home folder; raises `StorageError` and `AccountError`."""
        return cls(Database.open(home / DATABASE), journal, keys_folder(home))

    def close(self) -> None:
        """Close the connections to the database."""
        self._database.close()

    def __enter__(self) -> Accounts:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def any(self) -> bool:
        """Whether somebody has an account: from then on log-in is required."""
        return self.store.any()

    def all(self) -> list[Account]:
        """Every account, by name."""
        return [account_of(record) for record in self.store.accounts()]

    def find(self, name: str) -> Account:
        """One account; raises `AccountError`."""
        record = self.store.account(name)
        if record is None:
            raise AccountError("accounts.unknown", name=name)
        return account_of(record)

    def add(self, by: str, name: str, title: str, role: Role, password: str) -> Enrolment:
        """Make an account; what is returned is shown to its person and kept nowhere else.

        Raises `AccountError` for a bad name, title or password, or a name that is taken.
        """
        if not NAME.fullmatch(name):
            raise AccountError("accounts.bad_name", name=name)
        if not title.strip() or not title.isprintable():
            raise AccountError("accounts.bad_title", name=name)
        check_password(password, name, title)
        if self.store.account(name) is not None:
            raise AccountError("accounts.taken", name=name)
        enrolment = _enrolment(name)
        record = AccountRecord(
            name=name,
            person=title.strip(),
            role=role.value,
            password_hash=self.hasher.hash(password),
            totp_sealed=self.seal.close(enrolment.secret, name),
            made_at=self.clock(),
            disabled_at=None,
        )
        self._note(by, name, "made", {"role": role.value, "title": record.person})
        if not self.store.add(record, _digests(enrolment)):
            raise AccountError("accounts.taken", name=name)
        return enrolment

    def set_password(self, by: str, name: str, password: str, motive: str = "") -> None:
        """Replace a password; open sessions end."""
        account = self.find(name)
        check_password(password, name, account.title)
        self._note(by, name, "password", motive=motive)
        self.store.set_password(name, self.hasher.hash(password))

    def renew_second_factor(self, by: str, name: str, motive: str = "") -> Enrolment:
        """Replace the second factor and its recovery codes; open sessions end."""
        self.find(name)
        enrolment = _enrolment(name)
        self._note(by, name, "second_factor", motive=motive)
        self.store.set_second_factor(
            name, self.seal.close(enrolment.secret, name), _digests(enrolment)
        )
        return enrolment

    def set_role(self, by: str, name: str, role: Role) -> None:
        """Give another role; open sessions end."""
        account = self.find(name)
        self._note(by, name, "role", {"from": account.role.value, "to": role.value})
        self.store.set_role(name, role.value)

    def disable(self, by: str, name: str, motive: str) -> None:
        """Close an account; open sessions end. It stays known by name."""
        self.find(name)
        self._note(by, name, "disabled", motive=motive)
        self.store.disable(name, self.clock())

    def enable(self, by: str, name: str, motive: str) -> None:
        """Open a closed account again."""
        self.find(name)
        self._note(by, name, "enabled", motive=motive)
        self.store.disable(name, None)

    # Habilitations

    def habilitate(self, by: str, name: str, given: Habilitation) -> None:
        """Give a habilitation; raises `AccountError` for dates or papers that cannot be."""
        account = self.find(name)
        if not any(allowed(account.role, action) for action in HABILITATED):
            raise AccountError("accounts.habilitation.useless", name=name)
        _check_habilitation(given)
        details: dict[str, Json] = {
            "step": "given",
            "granted_by": given.granted_by,
            "start": given.start.isoformat(),
            "end": given.end.isoformat(),
            "data_protection": _noted(given.data_protection),
            "processing": _noted(given.processing),
        }
        self.journal.append(Entry(by, Operation.HABILITATION, f"account:{name}", details=details))
        record = HabilitationRecord(
            granted_by=given.granted_by.strip(),
            start=given.start,
            end=given.end,
            protection=_training_row(given.data_protection),
            processing=_training_row(given.processing),
            revoked_at=None,
        )
        self.store.habilitate(name, record, self.clock())

    def revoke_habilitations(self, by: str, name: str, motive: str) -> None:
        """Take every habilitation of an account away, from now on."""
        self.find(name)
        self.journal.append(
            Entry(
                by,
                Operation.HABILITATION,
                f"account:{name}",
                motive,
                details={"step": "revoked"},
            )
        )
        self.store.revoke_habilitations(name, self.clock())

    def habilitations(self, name: str) -> list[Habilitation]:
        """The habilitations of an account, in the order they were given."""
        return [_habilitation_of(record) for record in self.store.habilitations(name)]

    def obstacle(self, name: str) -> Obstacle | None:
        """What keeps an account from alerts and images today, apart from its role."""
        return obstacle(self.habilitations(name), self.today())

    def today(self) -> date:
        """The local day."""
        return datetime.fromtimestamp(self.clock()).date()

    def _note(
        self,
        by: str,
        name: str,
        step: str,
        more: Mapping[str, Json] | None = None,
        motive: str = "",
    ) -> None:
        self.journal.append(
            Entry(
                by,
                Operation.ACCOUNT,
                f"account:{name}",
                motive,
                details={"step": step, **(more or {})},
            )
        )


def account_of(record: AccountRecord) -> Account:
    """The account that a record is of."""
    return Account(
        name=record.name,
        title=record.person,
        role=Role(record.role),
        disabled=record.disabled_at is not None,
        has_second_factor=record.totp_sealed is not None,
    )


def _enrolment(name: str) -> Enrolment:
    secret = new_secret()
    return Enrolment(secret, enrolment_address(secret, name), tuple(new_recovery_codes()))


def _digests(enrolment: Enrolment) -> list[str]:
    return [recovery_digest(each) for each in enrolment.recovery_codes]


def _check_habilitation(given: Habilitation) -> None:
    if not given.granted_by.strip():
        raise AccountError("accounts.habilitation.by_nobody")
    days = (given.end - given.start).days
    if not 0 <= days <= LONGEST_HABILITATION_DAYS:
        raise AccountError("accounts.habilitation.dates", most=LONGEST_HABILITATION_DAYS)
    for name, training in (
        ("data_protection", given.data_protection),
        ("processing", given.processing),
    ):
        if not training.certificate.strip():
            raise AccountError("accounts.habilitation.no_certificate", training=name)
        if training.expires < training.done:
            raise AccountError("accounts.habilitation.training_dates", training=name)
        if not training.done <= given.start <= training.expires:
            raise AccountError("accounts.habilitation.training_first", training=name)


def _noted(training: Training) -> dict[str, Json]:
    return {
        "done": training.done.isoformat(),
        "expires": training.expires.isoformat(),
        "certificate": training.certificate,
    }


def _training_row(training: Training) -> tuple[date, date, str]:
    return training.done, training.expires, training.certificate.strip()


def _habilitation_of(record: HabilitationRecord) -> Habilitation:
    return Habilitation(
        granted_by=record.granted_by,
        start=record.start,
        end=record.end,
        data_protection=Training(*record.protection),
        processing=Training(*record.processing),
        revoked=record.revoked_at is not None,
    )
