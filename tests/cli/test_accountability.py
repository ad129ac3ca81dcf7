"""The verbs of accountability: what they print, and their exit statuses."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gardefou.cli.app import app
from gardefou.errors import AccountError, DocumentError, StorageError, UsageError
from gardefou.governance import findings, rights
from gardefou.governance.rights import NewRequest
from gardefou.governance.roles import Role
from gardefou.storage.paper_records import RequestKind
from support.people import PASSWORD, accounts_at, hire
from support.town import TOWN, TestTown

RUN = CliRunner()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TestTown]:
    with TestTown.at(tmp_path / "home") as town:
        yield town


@pytest.fixture
def home(town: TestTown) -> Path:
    return town.home


def say(home: Path, *words: str) -> Any:
    return RUN.invoke(app, [*words, "--home", str(home)])


def test_the_register_is_published_whole(home: Path) -> None:
    assert say(home, "register", "export").exit_code == 0
    assert {each.name for each in (home / "public").iterdir()} == {
        "register.json",
        "cameras.geojson",
        "register-fr.html",
        "register-en.html",
        "status.jsonl",
    }


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("ats", '"standard_version": "0.3.1"'),
        ("geojson", '"FeatureCollection"'),
        ("html", "<!doctype html>"),
        ("json", '"cameras"'),
    ],
)
def test_the_register_is_printed_in_each_form(home: Path, form: str, words: str) -> None:
    result = say(home, "register", "export", "--format", form)
    assert result.exit_code == 0
    assert words in result.stdout


def test_findings_that_wait_make_the_exit_status_1(home: Path) -> None:
    listed = say(home, "findings", "list", "--json")
    assert listed.exit_code == 1
    for each in json.loads(listed.stdout)["findings"]:
        words = ["--by", "committee", "--minutes", "PV 1", "--text", "seen"]
        answered = say(home, "findings", "answer", str(each["number"]), *words)
        assert answered.exit_code == 0
    # The clock of the command is the machine's: the mandate of the tests may be near its end.
    shown = say(home, "findings", "list")
    assert "answered by committee, PV 1: seen" in shown.stdout


def test_a_request_from_the_letter_to_the_answer(home: Path) -> None:
    words = ["--camera", "quay", "--from", "2026-07-14T10:00", "--to", "2026-07-14T10:30"]
    more = ["--reference", "letter 9", "--received", "2026-07-14T11:00", "--by", "dpo"]
    taken = say(home, "rights", "new", "access", *words, *more)
    assert "answer due by 2026-08-14 23:59" in taken.stdout
    listed = json.loads(say(home, "rights", "list", "--json").stdout)
    assert listed["requests"][0]["kind"] == "access"
    closed = say(
        home, "rights", "refuse", "1", "--by", "dpo", "--ground", "defence", "--text", "no"
    )
    assert "on a ground of: defence" in closed.stdout
    assert isinstance(
        say(home, "rights", "answer", "1", "--by", "dpo", "--text", "x").exception, StorageError
    )


def asked(town: TestTown) -> Path:
    """A request that locates a sealed clip; the folder to hand it out into."""
    town.alert(1)
    town.evidence(1, b"blurred film")
    wish = NewRequest(
        RequestKind.ACCESS, "letter 9", "quay", town.seconds, town.seconds + 60, town.seconds
    )
    rights.take_in(wish, ["quay"], town.store, town.journal, "dpo", town.seconds)
    return town.home / "handed"


def test_two_persons_hand_out_what_was_sealed(town: TestTown) -> None:
    out = asked(town)
    words = ["--by", "dpo", "--text", "handed over", "--out", str(out)]
    alone = say(town.home, "rights", "answer", "1", *words)
    assert isinstance(alone.exception, UsageError)
    done = say(town.home, "rights", "answer", "1", *words, "--second", "mayor")
    assert done.exit_code == 0, done.exception
    assert [each.read_bytes() for each in out.iterdir()] == [b"blurred film"]


def test_once_there_are_accounts_only_they_hand_out(town: TestTown) -> None:
    out = asked(town)
    with accounts_at(town.home, time.time) as accounts:
        for role in (Role.OPERATOR, Role.SUPERVISOR, Role.DPO):
            hire(accounts, role)
        accounts.add("machine:test", "new", "New", Role.SUPERVISOR, PASSWORD)
    words = ["--by", "the.dpo", "--text", "handed over", "--out", str(out)]
    for first, second, why in (
        ("", "the.supervisor", "role"),
        ("the.operator", "mayor", "there is none"),
        ("the.operator", "the.operator", "role"),
        ("the.operator", "new", "no habilitation"),
    ):
        refused = say(
            town.home, "rights", "answer", "1", *words, "--first", first, "--second", second
        )
        assert isinstance(refused.exception, AccountError)
        assert why in refused.exception.in_language("en")
        assert not out.exists()
    names = ["--first", "the.operator", "--second", "the.supervisor"]
    done = say(town.home, "rights", "answer", "1", *words, *names)
    assert done.exit_code == 0, done.exception
    exports = [each for each in town.journal.entries() if each.operation == "export"]
    assert [(each.actor, each.details["second"]) for each in exports] == [
        ("the.operator", "the.supervisor")
    ]


def test_the_persons_with_access_are_those_of_the_accounts(town: TestTown, tmp_path: Path) -> None:
    with accounts_at(town.home, time.time) as accounts:
        hire(accounts, Role.OPERATOR)
        hire(accounts, Role.ADMIN)
    done = say(town.home, "documents", "export", "persons", "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.exception
    written = (tmp_path / "out" / "persons.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(StringIO(written)))
    assert [(row["role"], row["authorised_by"]) for row in rows] == [
        ("admin", ""),
        ("operator", "The mayor"),
    ]
    assert "ATT-2026-12" in rows[1]["trainings"]


def test_a_time_without_its_hour_is_wrong_use(home: Path) -> None:
    words = ["--camera", "quay", "--from", "2026-07-14", "--to", "soon"]
    result = say(home, "rights", "new", "access", *words, "--reference", "x", "--by", "dpo")
    assert isinstance(result.exception, UsageError)


def test_measures_and_drills(home: Path) -> None:
    assert "Nothing measured" in say(home, "measures").stdout
    assert json.loads(say(home, "measures", "--json").stdout)["drills"] == []
    words = ["--camera", "quay", "--situation", "zone_intrusion", "--by", "chief"]
    planned = say(home, "drill", "plan", *words, "--at", "2036-07-14T23:30", "--object", "suitcase")
    assert "(Night)" in planned.stdout
    early = say(home, "drill", "result", "1", "--by", "chief")
    assert isinstance(early.exception, UsageError)
    assert isinstance(say(home, "drill", "result", "1").exception, UsageError)
    cancelled = say(home, "drill", "result", "1", "--by", "chief", "--cancelled")
    assert "Cancelled" in cancelled.stdout
    assert json.loads(say(home, "drill", "result", "--json").stdout)["drills"][0]["result"]


def test_papers_are_written_and_what_is_missing_is_said(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = say(home, "dpia", "export", "--out", str(out))
    assert result.exit_code == 0
    assert "325" in result.stderr
    assert json.loads((out / "pia.json").read_text())["pia"]["status"] == 0
    assert say(home, "documents", "export", "sign", "--out", str(out)).exit_code == 0
    (home / "town.yaml").write_text(json.dumps({**TOWN, "dpo": {}}))
    gap = say(home, "documents", "export", "sign", "--out", str(out))
    assert isinstance(gap.exception, DocumentError)


def test_the_inspectors_bundle_is_written(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    with accounts_at(home, time.time) as accounts:
        hire(accounts, Role.AUDITOR)
    result = say(home, "inspect", "--out", str(path), "--by", "the.auditor")
    assert result.exit_code == 0, result.exception
    with zipfile.ZipFile(path) as bundle:
        bundle.extractall(tmp_path)
        assert json.loads(bundle.read("sbom.json"))["bomFormat"] == "CycloneDX"
        assert bundle.read("log/journal.jsonl") == bundle.read("journal.jsonl")
        key = bundle.read("log/log.vkey").decode().strip()
        rows = list(csv.DictReader(StringIO(bundle.read("persons.csv").decode())))
        assert [row["role"] for row in rows] == ["auditor"]
    for folder, words in ((tmp_path / "log", []), (tmp_path, [str(path), key])):
        done = subprocess.run(
            [sys.executable, "-I", "-S", "verify.py", *words],
            cwd=folder,
            env={},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_another_folder_is_wrong_use(tmp_path: Path) -> None:
    assert isinstance(say(tmp_path, "measures").exception, UsageError)


NEW_REQUEST = (
    *("rights", "new", "access", "--camera", "quay", "--reference", "letter 9"),
    *("--from", "2026-07-14T10:00", "--to", "2026-07-14T10:30"),
)
A_DRILL = (
    *("drill", "plan", "--camera", "quay", "--situation", "zone_intrusion"),
    *("--at", "2036-07-14T23:30", "--object", "suitcase"),
)


@pytest.mark.parametrize(
    ("words", "may"),
    [
        (NEW_REQUEST, "the.dpo"),
        (("rights", "answer", "1", "--text", "handed over"), "the.dpo"),
        (("rights", "refuse", "1", "--ground", "defence", "--text", "no"), "the.dpo"),
        (("findings", "answer", "1", "--minutes", "PV 1", "--text", "seen"), "the.dpo"),
        (A_DRILL, "the.supervisor"),
        (("drill", "result", "1", "--cancelled"), "the.supervisor"),
        (("camera", "approve", "quay", "--reason", "looked"), "the.supervisor"),
        (("mandate", "revoke", "fete-2026", "--reason", "cancelled"), "the.admin"),
        (("inspect", "--out", "bundle.zip"), "the.auditor"),
    ],
    ids=lambda words: " ".join(words[:2]) if isinstance(words, tuple) else "",
)
def test_once_there_are_accounts_a_name_is_one_that_may(
    town: TestTown,
    words: tuple[str, ...],
    may: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    asked(town)
    findings.look(town.facts(), town.store.papers, town.journal)
    assert say(town.home, *A_DRILL, "--by", "chief").exit_code == 0
    with accounts_at(town.home, time.time) as accounts:
        for role in Role:
            hire(accounts, role)
    before = len(list(town.journal.entries()))
    for name, why in (("mayor", "there is none"), ("the.operator", "role")):
        refused = say(town.home, *words, "--by", name)
        assert isinstance(refused.exception, AccountError)
        assert why in refused.exception.in_language("en")
    assert len(list(town.journal.entries())) == before
    done = say(town.home, *words, "--by", may)
    assert done.exit_code == 0, done.exception
    acted = {each.actor for each in town.journal.entries() if each.seq > before}
    assert any(may in each for each in acted)
