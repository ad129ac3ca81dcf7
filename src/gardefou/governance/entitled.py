"""Names given where nobody logs in: once there are accounts, each is one that may do the thing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from gardefou.errors import AccountError
from gardefou.governance.accounts import DATABASE, Account, Accounts
from gardefou.governance.habilitation import Training
from gardefou.governance.journal import Journal
from gardefou.governance.reports import PersonWithAccess
from gardefou.governance.roles import HABILITATED, Action, allowed
from gardefou.i18n import text


@contextmanager
def accounts_of(home: Path, journal: Journal) -> Iterator[Accounts | None]:
    """The accounts of a home folder; None where nobody has one yet.

    Raises `StorageError` and `AccountError` when they cannot be read.
    """
    if not (home / DATABASE).is_file():
        yield None
        return
    with Accounts.open(home, journal) as accounts:
        yield accounts if accounts.any() else None


def entitled(accounts: Accounts, name: str, action: Action) -> Account:
    """The open account of this name, which may do this today; raises `AccountError`."""
    account = accounts.find(name.strip())
    if account.disabled:
        raise AccountError("accounts.entitled.closed", name=account.name)
    if not allowed(account.role, action):
        raise AccountError(
            "accounts.entitled.role",
            name=account.name,
            role=text(f"accounts.role.{account.role.value}"),
            action=text(f"accounts.action.{action.value}"),
        )
    found = accounts.obstacle(account.name) if action in HABILITATED else None
    if found is not None:
        why = text(f"accounts.obstacle.{found.value}")
        raise AccountError("accounts.entitled.obstacle", name=account.name, why=why)
    return account


def acting(home: Path, journal: Journal, name: str, action: Action) -> str:
    """Under which name somebody acts: as they say, once there are accounts that of one that may.

    Raises `AccountError`, and `StorageError` when the accounts cannot be read.
    """
    with accounts_of(home, journal) as accounts:
        return name if accounts is None else entitled(accounts, name, action).name


def people_with_access(accounts: Accounts) -> list[PersonWithAccess]:
    """Every account and each of its habilitations, for the register of persons with access.

    One that was revoked lasted until that day; an account without any has a line without dates.
    """
    found = []
    for account in accounts.all():
        person, role = f"{account.title} ({account.name})", account.role.value
        records = accounts.store.habilitations(account.name)
        given = zip(accounts.habilitations(account.name), records, strict=True)
        lines = [
            PersonWithAccess(
                person=person,
                role=role,
                authorised_by=each.granted_by,
                since=each.start.isoformat(),
                until=min(each.end.isoformat(), _day(record.revoked_at)),
                trainings=f"{_training(each.data_protection)}; {_training(each.processing)}",
            )
            for each, record in given
        ]
        found += lines or [PersonWithAccess(person, role, "", "", "", "")]
    return found


def _training(training: Training) -> str:
    return f"{training.certificate} ({training.done} – {training.expires})"


def _day(revoked_at: float | None) -> str:
    """The day of a revocation; after every other day where there was none."""
    return "9999" if revoked_at is None else f"{datetime.fromtimestamp(revoked_at, UTC):%Y-%m-%d}"
