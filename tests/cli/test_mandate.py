"""`gardefou mandate`, `suspend`, `resume`: from questions to a running authority, and its end."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest
import yaml

from gardefou.governance.mandate_file import load_mandate
from gardefou.governance.roles import Role
from support.authority import SITE
from support.command import Call, Result, is_one_line
from support.mandates import answers
from support.people import NOON, accounts_at, hire


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    return folder


def write(path: Path, **changes: object) -> Path:
    data = answers(authorisation__attestation={"reference": "ATT-1"}, **changes)
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def made(call: Call, tmp_path: Path, home: Path, **changes: object) -> Path:
    """A mandate for what this installation runs, signed with a new key that is trusted."""
    given, out = write(tmp_path / "answers.yaml", **changes), tmp_path / "mandate.yaml"
    key = tmp_path / "controller.key"
    for words in (
        ["mandate", "new", "--from", given, "--home", home, "--out", out, "--no-ask"],
        ["mandate", "key", key],
        ["mandate", "sign", out, "--key", key],
        ["mandate", "trust", f"{key}.pub", "--home", home, "--by", "Anna"],
    ):
        result: Result = call(*words)
        assert result.status == 0, result.err
    return out


def test_from_answers_to_an_installed_mandate_and_its_revocation(
    call: Call, tmp_path: Path, home: Path
) -> None:
    out = made(call, tmp_path, home)
    checked = call("mandate", "check", out, "--home", home, "--at", "2027-02-10T12:00:00+01:00")
    assert (checked.status, checked.err) == (0, "")
    assert call("mandate", "install", out, "--home", home, "--by", "Anna").status == 0
    assert (home / "register" / "carnival-2027" / "entry.json").is_file()
    shown = json.loads(call("mandate", "show", "--home", home, "--json").out)
    assert [each["refusals"] for each in shown] == [["not_begun"]]
    revoke = ("mandate", "revoke", "carnival-2027", "--home", home, "--reason", "cancelled")
    assert call(*revoke).status == 0
    assert "revoked" in call("mandate", "show", "--home", home).out


def test_everything_that_is_missing_is_on_a_line_of_its_own(
    call: Call, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = write(
        tmp_path / "answers.yaml",
        authorisation__event=...,
        authorisation__perimeter=...,
        authorisation__reasons="",
    )
    out = tmp_path / "mandate.yaml"
    words = ("mandate", "new", "--from", given, "--home", home, "--out", out, "--no-ask")
    for language, missing in (("en", "missing"), ("fr", "manque")):
        monkeypatch.setenv("GARDEFOU_LANG", language)
        result = call(*words)
        assert result.status == 1
        lines = result.err.splitlines()
        assert len(lines) == 3
        assert sum(missing in line for line in lines) == 2
        for name in ("event", "perimeter", "reasons"):
            assert sum(f"authorisation.{name}" in line for line in lines) == 1
        out.unlink()


def test_questions_are_asked_and_what_was_answered_is_not_lost(
    call: Call, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = write(
        tmp_path / "answers.yaml",
        authorisation__perimeter=...,
        authorisation__cameras=...,
        authorisation__dpia__sha256=...,
    )
    dpia, out = tmp_path / "dpia.pdf", tmp_path / "mandate.yaml"
    dpia.write_bytes(b"assessment")
    said = f"4,44 5,44 5,45 4,45\nlawn\n\n{dpia}\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(said))
    result = call("mandate", "new", "--from", given, "--home", home, "--out", out, "--ask")
    assert result.status == 0, result.err
    authorisation = load_mandate(out).mandate.authorisation
    assert authorisation.perimeter.contains(4.5, 44.5)
    assert authorisation.cameras == ("lawn",)
    assert authorisation.dpia is not None
    assert authorisation.dpia.sha256 == hashlib.sha256(b"assessment").hexdigest()


def test_a_mandate_that_lacks_something_is_not_signed(
    call: Call, tmp_path: Path, home: Path
) -> None:
    out, key = tmp_path / "mandate.yaml", tmp_path / "k"
    given = write(tmp_path / "answers.yaml", authorisation__dpia=..., authorisation__trainings=...)
    made_it = call("mandate", "new", "--from", given, "--home", home, "--out", out, "--no-ask")
    assert (made_it.status, len(made_it.err.splitlines())) == (1, 2)
    call("mandate", "key", key)
    assert call("mandate", "sign", out, "--key", key).status == 1
    assert load_mandate(out).signature is None


def test_a_mandate_that_was_changed_after_its_signature_is_not_installed(
    call: Call, tmp_path: Path, home: Path
) -> None:
    out = made(call, tmp_path, home)
    out.write_text(out.read_text().replace("60 000", "90 000"))
    result = call("mandate", "install", out, "--home", home)
    assert result.status == 1
    assert is_one_line(result.err)
    assert not (home / "mandates").exists()


def test_a_mandate_for_other_masks_is_not_installed(call: Call, tmp_path: Path, home: Path) -> None:
    out = made(call, tmp_path, home)
    (home / "site.yaml").write_text(SITE.replace("[0.8, 0.3]", "[0.8, 0.1]"), encoding="utf-8")
    result = json.loads(call("mandate", "check", out, "--home", home, "--json").out)
    assert [each["code"] for each in result["refusals"]] == ["site_differs"]


def test_nobody_s_key_is_trusted_at_first(call: Call, tmp_path: Path, home: Path) -> None:
    out = made(call, tmp_path, home)
    (home / "journal.jsonl").unlink()
    result = call("mandate", "install", out, "--home", home)
    assert result.status == 1
    assert "mandate trust" in result.err


def test_operation_without_a_mandate_is_refused_in_words(call: Call, home: Path) -> None:
    result = call("run", "--home", home, "--mode", "operational")
    assert result.status == 1
    assert is_one_line(result.err)
    assert "gardefou mandate new" in result.err


def test_operation_before_the_beginning_is_refused(call: Call, tmp_path: Path, home: Path) -> None:
    out = made(call, tmp_path, home)
    call("mandate", "install", out, "--home", home)
    result = call("run", "--home", home, "--mode", "operational")
    assert (result.status, "begins on" in result.err) == (1, True)


def test_suspend_then_two_people_resume(call: Call, home: Path) -> None:
    assert call("suspend", "--home", home, "--by", "Anna", "--origin", "cnil").status == 0
    resume = ("resume", "--home", home, "--reason", "letter withdrawn", "--by")
    assert "another person" in call(*resume, "Anna").out
    twice = call(*resume, "anna")
    assert (twice.status, is_one_line(twice.err)) == (2, True)
    assert call(*resume, "Bruno").status == 0
    assert call(*resume, "Bruno").status == 2
    assert call("suspend", "--home", home, "--origin", "clock").status == 2


def test_once_there_are_accounts_only_they_suspend_and_resume(call: Call, home: Path) -> None:
    with accounts_at(home, lambda: NOON) as accounts:
        for role in (Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR):
            hire(accounts, role)
        hire(accounts, Role.OPERATOR, "left")
        accounts.disable("machine:test", "left", "moved away")
    suspend = ("suspend", "--home", home, "--by")
    for name, words in (("Anna", "there is none"), ("the.auditor", "role"), ("left", "is closed")):
        refused = call(*suspend, name)
        assert (refused.status, is_one_line(refused.err)) == (1, True)
        assert words in refused.err
        assert not (home / "suspended").exists()
    assert call("suspend", "--home", home).status == 1
    assert call(*suspend, "the.operator").status == 0
    resume = ("resume", "--home", home, "--reason", "mended", "--by")
    assert call(*resume, "Anna").status == 1
    assert call(*resume, "the.supervisor").status == 0
    assert call(*resume, "the.operator").status == 1
    assert call(*resume, "the.supervisor").status == 2
    assert (home / "suspended").exists()
    with accounts_at(home, lambda: NOON) as accounts:
        hire(accounts, Role.SUPERVISOR, "second")
    assert call(*resume, "second").status == 0
    assert not (home / "suspended").exists()


def test_everything_can_be_stopped_when_accounts_cannot_be_read(call: Call, home: Path) -> None:
    (home / "gardefou.db").write_bytes(b"this is no database, and never was one" * 100)
    assert call("suspend", "--home", home, "--by", "Anna").status == 0
    assert call("resume", "--home", home, "--by", "Bruno", "--reason", "go on").status == 1
    assert (home / "suspended").exists()


def test_regimes_are_shown_and_none_is_enabled(call: Call) -> None:
    shown = json.loads(call("mandate", "regimes", "--json").out)
    assert len(shown) == 5
    assert "verified" not in {each["status"] for each in shown}
    assert "Loi n° 2026-798" in call("mandate", "regimes").out


def test_keys_are_not_overwritten(call: Call, tmp_path: Path) -> None:
    key = tmp_path / "controller.key"
    assert call("mandate", "key", key).status == 0
    assert call("mandate", "key", key).status == 2


def test_masks_are_held_against_dwellings(call: Call, tmp_path: Path) -> None:
    window = "    sensitive:\n      - {id: first-floor, kind: window, polygon: %s}\n    zones:"
    open_window = "[[0.1, 0.1], [0.2, 0.1], [0.2, 0.2], [0.1, 0.2]]"
    hidden = "[[0.85, 0.05], [0.95, 0.05], [0.95, 0.2], [0.85, 0.2]]"
    path = tmp_path / "site.yaml"
    for polygon, status, share in ((open_window, 1, 0.0), (hidden, 0, 1.0)):
        path.write_text(SITE.replace("    zones:", window % polygon), encoding="utf-8")
        result = call("site", "masks", path, "--json")
        assert result.status == status
        report = json.loads(result.out)["cameras"][0]
        assert report["sensitive"][0]["covered"] == pytest.approx(share)
        assert report["masked"] == pytest.approx(0.06)
        assert call("site", "masks", path).status == status
