"""A mandate that ended while nothing ran is closed by the next start or verb, and only once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import SOFTWARE
from gardefou.runtime.closing import close, close_idle
from gardefou.runtime.home import Home
from support.town import MANDATE, TOWN, TestTown

ID = "fete-2026"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TestTown]:
    with TestTown.at(tmp_path / "home") as town:
        install(town, ID)
        yield town


def install(town: TestTown, mandate_id: str) -> None:
    details = {"step": "installed", "sha256": "ab" * 32}
    entry = Entry(SOFTWARE, Operation.MANDATE, f"mandate:{mandate_id}", details=details)
    town.journal.append(entry)


def closed(town: TestTown) -> list[str]:
    return [each.name for each in close(Home(town.home), town.office)]


def steps(town: TestTown) -> list[str]:
    """What the journal says of starts, stops and mandates, and what was destroyed."""
    told = {"start", "stop", "mandate", "destruction"}
    return [
        f"{line.operation} {line.details.get('step', '')}".strip()
        for line in town.journal.entries()
        if line.operation in told
    ]


def test_what_ended_in_a_power_cut_is_closed_certified_and_what_is_due_destroyed(
    town: TestTown,
) -> None:
    town.note(Operation.START, mode="operational", cameras=["quay"], step="start", mandate=ID)
    town.alert(1)
    town.evidence(1)
    assert closed(town) == []
    town.later(days=40)
    assert closed(town) == [ID]
    assert steps(town)[:4] == [
        *("mandate installed", "start start"),
        *("stop found", "mandate certified"),
    ]
    assert steps(town)[4].startswith("destruction")
    assert not list((town.home / "evidence").rglob("*.mp4"))
    assert (town.home / "certificates" / ID / "certificate-fr.html").is_file()
    count = len(list(town.journal.entries()))
    assert closed(town) == []
    assert len(list(town.journal.entries())) == count


def test_what_stopped_before_its_end_is_certified_with_that_stop(town: TestTown) -> None:
    town.note(Operation.START, mode="operational", cameras=["quay"], step="start", mandate=ID)
    town.later(days=2)
    town.note(Operation.STOP)
    town.later(days=40)
    town.note(Operation.REHEARSAL, mode="rehearsal", cameras=["quay"], step="start")
    town.note(Operation.STOP)
    assert closed(town) == [ID]
    assert "stop found" not in steps(town)
    page = (town.home / "certificates" / ID / "certificate-en.html").read_text(encoding="utf-8")
    assert "2026-07-16" in page
    assert page.count("2026-08-25") == 1, "the day it was made, and no stop"


def test_an_older_one_is_certified_while_a_newer_is_in_force(town: TestTown) -> None:
    town.later(days=30)
    later = {"start": "2026-08-10T00:00:00Z", "end": "2026-08-30T00:00:00Z"}
    town.write_mandate(**later)
    newer = town.home / "mandates" / "fete-2026.yaml"
    newer.rename(town.home / "mandates" / "regatta.yaml")
    path = town.home / "mandates" / "regatta.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(f"id: {ID}", "id: regatta"))
    town.write_mandate()
    install(town, "regatta")
    assert MANDATE["id"] == ID
    assert closed(town) == [ID]
    assert not (town.home / "certificates" / "regatta").exists()


def test_a_mandate_that_was_never_installed_is_not_certified(tmp_path: Path) -> None:
    with TestTown.at(tmp_path / "home") as town:
        town.later(days=40)
        assert closed(town) == []


def test_what_cannot_be_certified_keeps_nobody_from_working_and_is_made_later(
    town: TestTown,
) -> None:
    town.later(days=40)
    (town.home / "town.yaml").unlink()
    assert closed(town) == []
    town.write_town(TOWN)
    assert closed(town) == [ID]


def test_while_something_runs_a_verb_closes_nothing(town: TestTown) -> None:
    town.later(days=40)
    with Home(town.home).locked():
        assert close_idle(Home(town.home), town.office) == []
    assert [each.name for each in close_idle(Home(town.home), town.office)] == [ID]
