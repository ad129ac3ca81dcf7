"""People with accounts, made quickly: the same code as always, over a cheaper Argon2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pyotp
from fastapi.testclient import TestClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from gardefou.governance.accounts import Accounts, Enrolment
from gardefou.governance.habilitation import Habilitation, Training
from gardefou.governance.journal import Journal
from gardefou.governance.passwords import Hasher
from gardefou.governance.roles import HABILITATED, TABLE, Role
from gardefou.storage.database import Database

PASSWORD = "seven grey herons wade"
BY = "machine:test"
NOON = 1_780_000_000.0
"""28 May 2026, UTC s."""

CHEAP = Hasher(PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),)))


@dataclass
class Clock:
    """A time that moves when told."""

    now: float = NOON

    def __call__(self) -> float:
        return self.now


def accounts_at(home: Path, clock: Callable[[], float], journal: Journal | None = None) -> Accounts:
    """Accounts over the database and journal of a home folder; close them at the end."""
    database = Database.open(home / "gardefou.db")
    return Accounts(
        database, journal or Journal(home / "journal.jsonl"), home / "keys", clock, CHEAP
    )


def habilitation(today: date) -> Habilitation:
    """A habilitation that is current, with both trainings."""
    year = timedelta(days=365)
    training = Training(today - year, today + year, "ATT-2026-12")
    return Habilitation("The mayor", today - timedelta(days=1), today + year, training, training)


def hire(accounts: Accounts, role: Role, name: str | None = None) -> Enrolment:
    """An account, habilitated where its role needs it."""
    name = name or f"the.{role.value}"
    enrolment = accounts.add(BY, name, name.title(), role, PASSWORD)
    if TABLE[role] & HABILITATED:
        accounts.habilitate(BY, name, habilitation(accounts.today()))
    return enrolment


def code_of(enrolment: Enrolment, now: float) -> str:
    """What the person's authenticator shows."""
    return pyotp.TOTP(enrolment.secret).at(int(now))


def expired(given: Habilitation, which: str) -> Habilitation:
    """The habilitation with a training whose last day was before it began."""
    over = replace(given.processing, expires=given.processing.done)
    if which == "processing":
        return replace(given, processing=over)
    return replace(given, data_protection=over)


def enter(client: TestClient, name: str, enrolment: Enrolment, now: float) -> None:
    """Log in as the page does: both factors, then the token in every request's header."""
    first = client.post("/api/session", json={"name": name, "password": PASSWORD})
    assert first.status_code == 200, first.text
    client.headers["X-CSRF-Token"] = first.json()["csrf"]
    code = {"code": code_of(enrolment, now)}
    second = client.post("/api/session/second-factor", json=code)
    assert second.status_code == 200, second.text
    client.headers["X-CSRF-Token"] = second.json()["csrf"]
