"""`gardefou journal`: what it prints, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gardefou.cli.journal import app
from gardefou.errors import JournalError, UsageError
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import FILE_NAME, Journal

RUN = CliRunner()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    journal = Journal(tmp_path / FILE_NAME)
    journal.append(Entry("gardefou", Operation.START))
    journal.append(Entry("a.petit", Operation.VIEW, "camera gate", "ronde\x1b[2J", {"s": 3}))
    journal.append(Entry("gardefou", Operation.STOP))
    return tmp_path


def _forge(home: Path) -> int:
    """Change the second entry; where it begins."""
    path = home / FILE_NAME
    content = path.read_bytes()
    path.write_bytes(content.replace(b"a.petit", b"b.grand"))
    return content.index(b"\n") + 1


def test_a_sound_journal_is_said_to_be_with_the_entry_to_note_down(home: Path) -> None:
    result = RUN.invoke(app, ["verify", "--home", str(home)])
    head = Journal(home / FILE_NAME).verify().head
    assert result.exit_code == 0
    assert "3 entries, unchanged" in result.stdout
    assert str(head) in result.stdout

    assert RUN.invoke(app, ["verify", "--home", str(home), "--noted", str(head)]).exit_code == 0


def test_a_changed_journal_is_a_finding_with_its_place(home: Path) -> None:
    offset = _forge(home)
    result = RUN.invoke(app, ["verify", "--home", str(home)])
    assert result.exit_code == 1
    assert f"line 2 (byte {offset}): the content of entry 2 was changed" in result.stderr


def test_the_same_as_json(home: Path) -> None:
    sound = RUN.invoke(app, ["verify", "--home", str(home), "--json"])
    assert sound.exit_code == 0
    assert json.loads(sound.stdout) == {
        "path": str(home / FILE_NAME),
        "sound": True,
        "entries": 3,
        "head": str(Journal(home / FILE_NAME).verify().head),
        "torn_bytes": 0,
        "breach": None,
    }
    offset = _forge(home)
    changed = RUN.invoke(app, ["verify", "--home", str(home), "--json"])
    assert changed.exit_code == 1
    assert json.loads(changed.stdout)["breach"] == {
        "fault": "changed",
        "line": 2,
        "offset": offset,
        "expected": 2,
        "found": 2,
    }


def test_a_cut_end_is_a_finding_against_what_was_noted_down(home: Path) -> None:
    head = str(Journal(home / FILE_NAME).verify().head)
    path = home / FILE_NAME
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    result = RUN.invoke(app, ["verify", "--home", str(home), "--noted", head])
    assert result.exit_code == 1
    assert "its end was cut off" in result.stderr


def test_a_torn_line_is_mentioned_and_no_finding(home: Path) -> None:
    path = home / FILE_NAME
    path.write_bytes(path.read_bytes()[:-10])
    result = RUN.invoke(app, ["verify", "--home", str(home)])
    assert result.exit_code == 0
    assert "cut off while it was written" in result.stderr


def test_entries_are_shown_in_words_and_cannot_steer_the_terminal(home: Path) -> None:
    result = RUN.invoke(app, ["show", "--home", str(home)])
    assert result.exit_code == 0
    first, second, third = result.stdout.splitlines()
    assert "Start" in first
    assert "a.petit  Pictures viewed  camera gate  ronde\\x1b[2J" in second
    assert '{"s": 3}' in second
    assert "Stop" in third
    assert (
        len(RUN.invoke(app, ["show", "--home", str(home), "--last", "2"]).stdout.split("\n")) == 3
    )


def test_entries_are_shown_as_they_stand(home: Path) -> None:
    result = RUN.invoke(app, ["show", "--home", str(home), "--json"])
    assert result.stdout_bytes == (home / FILE_NAME).read_bytes()


def test_showing_a_changed_journal_stops_at_the_place(home: Path) -> None:
    _forge(home)
    result = RUN.invoke(app, ["show", "--home", str(home)])
    assert isinstance(result.exception, JournalError)
    assert "line 2" in str(result.exception)


def test_a_missing_home_or_journal_is_not_sound(tmp_path: Path) -> None:
    assert isinstance(
        RUN.invoke(app, ["verify", "--home", str(tmp_path / "nowhere")]).exception, UsageError
    )
    assert isinstance(RUN.invoke(app, ["verify", "--home", str(tmp_path)]).exception, JournalError)


def test_a_noted_entry_that_is_none_is_wrong_use(home: Path) -> None:
    result = RUN.invoke(app, ["verify", "--home", str(home), "--noted", "yesterday"])
    assert isinstance(result.exception, UsageError)
