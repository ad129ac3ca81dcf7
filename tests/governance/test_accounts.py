"""Accounts: what may be made, what is stored of it, and that the journal has it first."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gardefou.errors import AccountError, JournalError
from gardefou.governance.accounts import Accounts
from gardefou.governance.habilitation import Obstacle
from gardefou.governance.passwords import Hasher, check_password, new_password
from gardefou.governance.roles import Role
from gardefou.governance.second_factor import Seal, new_recovery_codes, step_of
from support.people import BY, CHEAP, NOON, PASSWORD, Clock, accounts_at, habilitation, hire


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    made = accounts_at(tmp_path, Clock())
    yield made
    made.close()


def steps(accounts: Accounts) -> list[tuple[str, str, object]]:
    return [
        (line.operation, line.object_ref, line.details.get("step"))
        for line in accounts.journal.entries()
    ]


def test_at_first_there_is_nobody(accounts: Accounts) -> None:
    assert not accounts.any()
    hire(accounts, Role.ADMIN)
    assert accounts.any()


def test_nothing_that_is_stored_opens_an_account(accounts: Accounts, tmp_path: Path) -> None:
    enrolment = hire(accounts, Role.OPERATOR)
    with sqlite3.connect(tmp_path / "gardefou.db") as database:
        stored = "\n".join(database.iterdump())
    journal = accounts.journal.path.read_text()
    for secret in (PASSWORD, enrolment.secret, *enrolment.recovery_codes):
        assert secret not in stored
        assert secret not in journal
    assert "$argon2id$" in stored
    key = tmp_path / "keys" / "accounts.key"
    assert key.stat().st_mode & 0o077 == 0
    assert key.parent.stat().st_mode & 0o077 == 0


def test_everything_is_in_the_journal_under_who_did_it(accounts: Accounts) -> None:
    hire(accounts, Role.OPERATOR, "a.petit")
    accounts.set_password(BY, "a.petit", "another long sentence")
    accounts.renew_second_factor(BY, "a.petit")
    accounts.set_role(BY, "a.petit", Role.SUPERVISOR)
    accounts.revoke_habilitations(BY, "a.petit", "has left")
    accounts.disable(BY, "a.petit", "has left")
    accounts.enable(BY, "a.petit", "is back")

    assert steps(accounts) == [
        ("account", "account:a.petit", "made"),
        ("habilitation", "account:a.petit", "given"),
        ("account", "account:a.petit", "password"),
        ("account", "account:a.petit", "second_factor"),
        ("account", "account:a.petit", "role"),
        ("habilitation", "account:a.petit", "revoked"),
        ("account", "account:a.petit", "disabled"),
        ("account", "account:a.petit", "enabled"),
    ]
    assert {line.actor for line in accounts.journal.entries()} == {BY}


def test_without_a_journal_nothing_changes(accounts: Accounts) -> None:
    accounts.journal.path.mkdir()
    with pytest.raises(JournalError):
        hire(accounts, Role.OPERATOR)
    assert not accounts.any()


def test_a_name_is_given_once_even_when_its_account_is_closed(accounts: Accounts) -> None:
    hire(accounts, Role.OPERATOR, "a.petit")
    accounts.disable(BY, "a.petit", "has left")
    with pytest.raises(AccountError) as refused:
        hire(accounts, Role.OPERATOR, "a.petit")
    assert refused.value.key == "accounts.taken"


@pytest.mark.parametrize("name", ["", "a", "A.Petit", "é.petit", "1petit", "a petit", "a" * 41])
def test_a_name_that_no_watermark_could_show_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountError) as refused:
        accounts.add(BY, name, "Anne Petit", Role.OPERATOR, PASSWORD)
    assert refused.value.key == "accounts.bad_name"


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short words", "length"),
        ("x" * 129, "length"),
        ("aaaaaaaaaaaab", "monotonous"),
        ("Password12345", "obvious"),
        ("Motdepasse-2026", "obvious"),
        ("azertyuiop123", "obvious"),
        ("Camille.Roux.1", "obvious"),
        ("camille-roux-26", "obvious"),
    ],
)
def test_a_password_that_others_guess_is_refused(password: str, why: str) -> None:
    with pytest.raises(AccountError) as refused:
        check_password(password, "c.roux", "Camille Roux")
    assert refused.value.key == f"accounts.password.{why}"


@pytest.mark.parametrize(
    "password", [PASSWORD, "trois hérons gris", "my password has herons in it", "Zq8!mv0@Lp2#"]
)
def test_a_password_that_is_long_enough_is_accepted(password: str) -> None:
    check_password(password, "c.roux", "Camille Roux")


def test_drawn_passwords_are_accepted_and_differ() -> None:
    drawn = {new_password() for _ in range(20)}
    assert len(drawn) == 20
    for password in drawn:
        check_password(password, "c.roux", "Camille Roux")


def test_a_password_is_the_same_however_the_keyboard_composed_it() -> None:
    kept = CHEAP.hash("trois h\u00e9rons gris")
    assert CHEAP.check("trois he\u0301rons gris", kept)
    assert not CHEAP.check("trois herons gris", kept)


def test_without_a_stored_hash_no_password_is_right() -> None:
    assert not CHEAP.check(PASSWORD, None)
    assert not CHEAP.check(PASSWORD, "no hash")


def test_what_is_used_in_earnest_is_argon2id() -> None:
    assert Hasher().hash(PASSWORD).startswith("$argon2id$")


def test_a_secret_sealed_for_one_account_does_not_open_for_another(tmp_path: Path) -> None:
    seal = Seal.of_folder(tmp_path / "keys")
    sealed = seal.close("secret", "a.petit")
    assert Seal.of_folder(tmp_path / "keys").open(sealed, "a.petit") == "secret"
    with pytest.raises(AccountError) as refused:
        seal.open(sealed, "b.grand")
    assert refused.value.key == "accounts.key.wrong"


def test_a_damaged_key_is_said_to_be(tmp_path: Path) -> None:
    Seal.of_folder(tmp_path)
    (tmp_path / "accounts.key").write_bytes(b"short")
    with pytest.raises(AccountError) as refused:
        Seal.of_folder(tmp_path)
    assert refused.value.key == "accounts.key.damaged"


def test_one_time_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B: the secret "12345678901234567890" at 59 s, its last six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert step_of(secret, "287082", 59.0) == 1
    assert step_of(secret, "287 082", 89.0) == 1
    assert step_of(secret, "287082", 120.0) is None
    assert step_of(secret, "é87082", 59.0) is None


def test_recovery_codes_differ() -> None:
    assert len(set(new_recovery_codes())) == 8


def test_a_habilitation_is_current_until_it_is_not(accounts: Accounts) -> None:
    hire(accounts, Role.OPERATOR, "a.petit")
    assert accounts.obstacle("a.petit") is None
    clock = accounts.clock
    assert isinstance(clock, Clock)
    clock.now = NOON + 400 * 86400
    assert accounts.obstacle("a.petit") is Obstacle.ENDED
    clock.now = NOON
    accounts.revoke_habilitations(BY, "a.petit", "has left")
    assert accounts.obstacle("a.petit") is Obstacle.REVOKED


def test_a_habilitation_that_could_not_be_is_refused(accounts: Accounts) -> None:
    hire(accounts, Role.ADMIN, "root.account")
    accounts.add(BY, "a.petit", "Anne Petit", Role.OPERATOR, PASSWORD)
    good = habilitation(accounts.today())
    late = replace(good.processing, done=good.start + timedelta(days=1))
    for name, given, why in [
        ("root.account", good, "useless"),
        ("a.petit", replace(good, granted_by=" "), "by_nobody"),
        ("a.petit", replace(good, end=good.start - timedelta(days=1)), "dates"),
        ("a.petit", replace(good, end=good.start + timedelta(days=4000)), "dates"),
        (
            "a.petit",
            replace(good, processing=replace(good.processing, certificate=" ")),
            "no_certificate",
        ),
        ("a.petit", replace(good, processing=late), "training_first"),
        (
            "a.petit",
            replace(good, processing=replace(late, expires=good.start)),
            "training_dates",
        ),
    ]:
        with pytest.raises(AccountError) as refused:
            accounts.habilitate(BY, name, given)
        assert refused.value.key == f"accounts.habilitation.{why}"
    assert accounts.obstacle("a.petit") is Obstacle.NONE_GIVEN
