"""`gardefou account`: from an empty folder to people who may log in, and what it refuses."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pyotp
import pytest

from gardefou.governance.accounts import Accounts
from gardefou.governance.journal import Journal
from gardefou.governance.sessions import Sessions
from support.command import Call, is_one_line
from support.people import PASSWORD

HABILITATION = [
    "--by=The mayor",
    "--from=2026-01-20",
    "--until=2027-01-19",
    "--data-protection=2026-01-05:2099-01-04:DP:12",
    "--processing=2026-01-06:2099-01-05:PR-7",
]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    return Call(capsys)


def add(call: Call, home: Path, name: str, role: str, *more: str) -> str:
    result = call("account", "add", name, "--home", home, "--person", "Ada", "--role", role, *more)
    assert result.status == 0, result.err
    return result.out


def accounts_of(call: Call, home: Path) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = json.loads(
        call("account", "list", "--home", home, "--json").out
    )["accounts"]
    return listed


def test_the_first_administrator_is_made_on_the_machine_itself(call: Call, tmp_path: Path) -> None:
    printed = add(call, tmp_path, "ada", "admin", "--draw")
    password = printed.split("once: ")[1].split()[0]
    secret = printed.split("into it: ")[1].split()[0]

    with Accounts.open(tmp_path, Journal(tmp_path / "journal.jsonl")) as accounts:
        sessions = Sessions(accounts)
        waiting = sessions.log_in("ada", password, "here")
        assert sessions.second_factor(waiting, pyotp.TOTP(secret).now(), "here").verified
        actors = [line.actor for line in accounts.journal.entries()]
    assert actors[0].startswith("machine:")
    assert (tmp_path / "gardefou.db").stat().st_mode & 0o077 == 0


def test_the_list_says_who_sees_alerts_and_why_not(call: Call, tmp_path: Path) -> None:
    for name, role in [("ada", "admin"), ("bea", "operator"), ("cleo", "operator")]:
        add(call, tmp_path, name, role, "--draw")
    add(call, tmp_path, "dora", "supervisor", "--draw")
    given = call("account", "habilitate", "bea", "--home", tmp_path, *HABILITATION)
    assert given.status == 0, given.err
    call("account", "disable", "dora", "--home", tmp_path, "--reason", "has left")

    found = [
        (each["name"], each["sees_alerts"], each["obstacle"])
        for each in accounts_of(call, tmp_path)
    ]
    assert found == [
        ("ada", False, "role"),
        ("bea", True, None),
        ("cleo", False, "none_given"),
        ("dora", False, "closed"),
    ]
    printed = call("account", "list", "--home", tmp_path).out
    assert "may see alerts today" in printed
    assert "no habilitation" in printed


def test_what_was_given_can_be_taken_and_changed(call: Call, tmp_path: Path) -> None:
    add(call, tmp_path, "bea", "operator", "--draw")
    call("account", "habilitate", "bea", "--home", tmp_path, *HABILITATION)
    for words in (
        ("habilitate", "bea", "--revoke", "--reason", "has left"),
        ("role", "bea", "supervisor"),
        ("password", "bea", "--draw"),
        ("totp", "bea"),
        ("disable", "bea", "--reason", "has left"),
        ("disable", "bea", "--enable"),
    ):
        result = call("account", *words, "--home", tmp_path)
        assert (result.status, result.err) == (0, "")
    assert accounts_of(call, tmp_path) == [
        {
            "name": "bea",
            "person": "Ada",
            "role": "supervisor",
            "closed": False,
            "sees_alerts": False,
            "obstacle": "revoked",
        }
    ]


def test_a_password_may_come_from_standard_input(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    printed = add(call, tmp_path, "ada", "admin", "--password-stdin")
    assert PASSWORD not in printed
    with Accounts.open(tmp_path, Journal(tmp_path / "journal.jsonl")) as accounts:
        assert not Sessions(accounts).log_in("ada", PASSWORD, "here").verified


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["password", "nobody", "--draw"], 1, "nobody"),
        (["role", "bea", "vendor"], 2, "operator"),
        (["habilitate", "bea", "--by=M", "--from=soon"], 2, "YYYY-MM-DD"),
        (["habilitate", "bea", *HABILITATION[:3]], 2, "DONE:EXPIRES:REFERENCE"),
        (
            ["habilitate", "bea", *HABILITATION[:4], "--processing=2026-01-06:2099-01-05:"],
            1,
            "certificate",
        ),
        (["habilitate", "bea", "--by=", *HABILITATION[1:]], 1, "--by"),
        (["add", "Bea", "--person=B", "--role=operator", "--draw"], 1, "a-z"),
        (["add", "bea", "--person=B", "--role=operator", "--draw"], 1, "taken"),
        (["add", "eve", "--person=E", "--role=vendor", "--draw"], 2, "auditor"),
    ],
)
def test_what_cannot_be_is_refused_on_one_line(
    call: Call, tmp_path: Path, words: list[str], status: int, says: str
) -> None:
    add(call, tmp_path, "bea", "operator", "--draw")
    result = call("account", *words, "--home", tmp_path)
    assert (result.status, result.out) == (status, "")
    assert is_one_line(result.err)
    assert says in result.err


def test_a_folder_that_is_not_there_is_refused(call: Call, tmp_path: Path) -> None:
    result = call("account", "list", "--home", tmp_path / "nowhere")
    assert result.status == 2
    assert is_one_line(result.err)
