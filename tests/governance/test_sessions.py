"""Logging in: two factors, refusals that tell nothing, sessions that end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from gardefou.errors import JournalError
from gardefou.governance.accounts import Accounts, Enrolment
from gardefou.governance.roles import Role
from gardefou.governance.sessions import (
    IDLE_S,
    LONGEST_S,
    SECOND_FACTOR_S,
    LogInError,
    Session,
    Sessions,
    TooManyError,
)
from gardefou.governance.throttle import ADDRESS_FAILURES, LONGEST_WAIT_S, NAME_FAILURES, Throttle
from support.people import BY, NOON, PASSWORD, Clock, accounts_at, code_of, hire

HERE = "192.0.2.7"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock) -> Iterator[Accounts]:
    made = accounts_at(tmp_path, clock)
    yield made
    made.close()


@pytest.fixture
def enrolment(accounts: Accounts) -> Enrolment:
    return hire(accounts, Role.OPERATOR, "a.petit")


@pytest.fixture
def sessions(accounts: Accounts) -> Sessions:
    return Sessions(accounts)


def enter(sessions: Sessions, enrolment: Enrolment, clock: Clock) -> Session:
    waiting = sessions.log_in("a.petit", PASSWORD, HERE)
    return sessions.second_factor(waiting, code_of(enrolment, clock.now), HERE)


def refusal(sessions: Sessions, name: str, password: str = "wrong wrong wrong") -> str:
    with pytest.raises(LogInError) as refused:
        sessions.log_in(name, password, HERE)
    return refused.value.key


def entries(accounts: Accounts, operation: str) -> list[tuple[str, object]]:
    return [
        (line.actor, line.details.get("wrong") or line.details.get("with"))
        for line in accounts.journal.entries()
        if line.operation == operation
    ]


def test_both_factors_open_a_session_with_a_token_of_its_own(
    sessions: Sessions, enrolment: Enrolment, clock: Clock, accounts: Accounts
) -> None:
    waiting = sessions.log_in(" A.Petit ", PASSWORD, HERE)
    assert not waiting.verified
    session = sessions.second_factor(waiting, code_of(enrolment, clock.now), HERE)

    assert session.verified
    assert session.token != waiting.token
    assert sessions.find(waiting.token, active=True) is None
    assert sessions.find(session.token, active=True) == session
    assert entries(accounts, "log_in") == [("account:a.petit", "totp")]


def test_only_the_hash_of_a_token_is_stored(
    sessions: Sessions, enrolment: Enrolment, clock: Clock, tmp_path: Path
) -> None:
    session = enter(sessions, enrolment, clock)
    with sqlite3.connect(tmp_path / "gardefou.db") as database:
        stored = "\n".join(database.iterdump())
    assert session.token not in stored
    assert session.csrf not in stored


def test_a_wrong_name_is_refused_as_a_wrong_password_and_a_closed_account_are(
    sessions: Sessions, enrolment: Enrolment, accounts: Accounts
) -> None:
    accounts.add(BY, "b.grand", "Basile", Role.OPERATOR, PASSWORD)
    accounts.disable(BY, "b.grand", "has left")
    refusals = {
        refusal(sessions, "a.petit"),
        refusal(sessions, "nobody"),
        refusal(sessions, "b.grand", PASSWORD),
    }
    assert refusals == {"accounts.log_in.password"}
    assert entries(accounts, "log_in_refused") == [
        ("account:a.petit", "password"),
        ("unknown", "name"),
        ("account:b.grand", "disabled"),
    ]
    assert "nobody" not in accounts.journal.path.read_text()


def test_a_wrong_name_costs_the_same_work(
    sessions: Sessions, enrolment: Enrolment, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[str | None] = []
    check = type(accounts.hasher).check

    def counted(self: object, password: str, kept: str | None) -> bool:
        worked.append(kept)
        return check(accounts.hasher, password, kept)

    monkeypatch.setattr(type(accounts.hasher), "check", counted)
    refusal(sessions, "a.petit")
    refusal(sessions, "nobody")
    assert len(worked) == 2
    assert worked[1] is None


@pytest.mark.parametrize("name", ["a.petit", "nobody"])
def test_a_name_has_to_wait_after_too_many_failures_whether_it_is_known_or_not(
    sessions: Sessions, enrolment: Enrolment, clock: Clock, name: str
) -> None:
    for _ in range(NAME_FAILURES):
        assert refusal(sessions, name) == "accounts.log_in.password"
    assert refusal(sessions, name, PASSWORD) == "accounts.log_in.wait"
    with pytest.raises(TooManyError) as waiting:
        sessions.log_in(name, PASSWORD, HERE)
    clock.now += waiting.value.seconds
    assert refusal(sessions, name) == "accounts.log_in.password"
    assert refusal(sessions, name) == "accounts.log_in.wait"


def test_waits_double_and_stay_below_the_longest() -> None:
    throttle = Throttle()
    waits: list[float] = []
    for _ in range(NAME_FAILURES + 8):
        throttle.failed("a", str(len(waits)), NOON)
        waits.append(throttle.wait("a", "elsewhere", NOON))
    assert waits[: NAME_FAILURES - 1] == [0.0] * (NAME_FAILURES - 1)
    assert waits[NAME_FAILURES - 1 : NAME_FAILURES + 2] == [30.0, 60.0, 120.0]
    assert waits[-1] == LONGEST_WAIT_S


def test_an_address_has_to_wait_whatever_names_it_tries_and_success_does_not_clear_it() -> None:
    throttle = Throttle()
    for count in range(ADDRESS_FAILURES):
        assert throttle.wait("mine", HERE, NOON) == 0.0
        throttle.failed(f"name{count}", HERE, NOON)
        throttle.succeeded("mine")
    assert throttle.wait("mine", HERE, NOON) > 0
    assert throttle.wait("mine", "192.0.2.8", NOON) == 0.0
    assert throttle.wait("mine", HERE, NOON + 3601) == 0.0


def test_a_code_is_good_once(
    sessions: Sessions, enrolment: Enrolment, clock: Clock, accounts: Accounts
) -> None:
    enter(sessions, enrolment, clock)
    waiting = sessions.log_in("a.petit", PASSWORD, HERE)
    with pytest.raises(LogInError) as refused:
        sessions.second_factor(waiting, code_of(enrolment, clock.now), HERE)
    assert refused.value.key == "accounts.log_in.second_factor"
    assert entries(accounts, "log_in_refused") == [("account:a.petit", "second_factor")]


def test_guessing_codes_ends_soon(sessions: Sessions, enrolment: Enrolment, clock: Clock) -> None:
    waiting = sessions.log_in("a.petit", PASSWORD, HERE)
    for _ in range(NAME_FAILURES):
        with pytest.raises(LogInError):
            sessions.second_factor(waiting, "000000", HERE)
    with pytest.raises(TooManyError):
        sessions.second_factor(waiting, code_of(enrolment, clock.now), HERE)


def test_a_recovery_code_is_good_once(
    sessions: Sessions, enrolment: Enrolment, accounts: Accounts
) -> None:
    code = enrolment.recovery_codes[3].upper().replace("-", " ")
    waiting = sessions.log_in("a.petit", PASSWORD, HERE)
    assert sessions.second_factor(waiting, code, HERE).verified
    waiting = sessions.log_in("a.petit", PASSWORD, HERE)
    with pytest.raises(LogInError):
        sessions.second_factor(waiting, code, HERE)
    assert entries(accounts, "log_in") == [("account:a.petit", "recovery")]


def test_a_session_ends_when_idle_but_not_while_a_person_does_something(
    sessions: Sessions, enrolment: Enrolment, clock: Clock
) -> None:
    session = enter(sessions, enrolment, clock)
    for _ in range(4):
        clock.now += IDLE_S - 1
        assert sessions.find(session.token, active=True) is not None
    clock.now += IDLE_S - 1
    assert sessions.find(session.token, active=False) is not None
    clock.now += 2
    assert sessions.find(session.token, active=True) is None


def test_a_session_ends_after_a_shift_however_busy(
    sessions: Sessions, enrolment: Enrolment, clock: Clock
) -> None:
    session = enter(sessions, enrolment, clock)
    while clock.now <= NOON + LONGEST_S:
        assert sessions.find(session.token, active=True) is not None
        clock.now += IDLE_S / 2
    assert sessions.find(session.token, active=True) is None


def test_the_second_factor_has_minutes(
    sessions: Sessions, enrolment: Enrolment, clock: Clock
) -> None:
    waiting = sessions.log_in("a.petit", PASSWORD, HERE)
    clock.now += SECOND_FACTOR_S + 1
    assert sessions.find(waiting.token, active=True) is None


@pytest.mark.parametrize("what", ["password", "second_factor", "role", "disable", "log_out"])
def test_a_session_does_not_outlive_what_it_rests_on(
    sessions: Sessions, enrolment: Enrolment, clock: Clock, accounts: Accounts, what: str
) -> None:
    session = enter(sessions, enrolment, clock)
    if what == "password":
        accounts.set_password(BY, "a.petit", "another long sentence")
    elif what == "second_factor":
        accounts.renew_second_factor(BY, "a.petit")
    elif what == "role":
        accounts.set_role(BY, "a.petit", Role.SUPERVISOR)
    elif what == "disable":
        accounts.disable(BY, "a.petit", "has left")
    else:
        sessions.end(session)
        assert entries(accounts, "log_out") == [("account:a.petit", None)]
    assert sessions.find(session.token, active=True) is None


def test_without_a_journal_nobody_gets_in(
    sessions: Sessions, enrolment: Enrolment, clock: Clock, accounts: Accounts
) -> None:
    waiting = sessions.log_in("a.petit", PASSWORD, HERE)
    accounts.journal.path.unlink()
    with pytest.raises(JournalError):
        sessions.second_factor(waiting, code_of(enrolment, clock.now), HERE)
    with pytest.raises(JournalError):
        sessions.log_in("a.petit", "wrong wrong wrong", HERE)


def test_nobody_elses_token_and_no_invented_one_opens_anything(sessions: Sessions) -> None:
    for token in ("", "x", "x" * 5000):
        assert sessions.find(token, active=True) is None
