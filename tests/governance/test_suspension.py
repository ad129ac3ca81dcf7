"""One press stops everything; two different people go on; neither a file nor a restart helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from gardefou.errors import JournalError, UsageError
from gardefou.governance.entry import Operation
from gardefou.governance.journal import Journal
from gardefou.governance.ledger import Origin
from gardefou.governance.suspension import FILE_NAME, KillSwitch, Resumed

HASTY = 0.0


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl")


def switch(journal: Journal) -> KillSwitch:
    """The switch as another process has it."""
    return KillSwitch(journal.path.parent, Journal(journal.path))


def test_one_press_stops_and_stays_after_a_restart(journal: Journal) -> None:
    here, there = switch(journal), switch(journal)
    assert here.current() is None
    there.suspend("cli:anna", Origin.OPERATOR, "crowd crush at the gate")
    for each in (here, there, switch(journal)):
        now = each.current()
        assert now is not None
        assert (now.origin, now.motif) == (Origin.OPERATOR, "crowd crush at the gate")
    lines = [line for line in journal.entries() if line.operation == Operation.SUSPENSION]
    assert [(line.actor, line.motif) for line in lines] == [("cli:anna", "crowd crush at the gate")]


@pytest.mark.parametrize("origin", list(Origin))
def test_whoever_may_suspend_is_kept(journal: Journal, origin: Origin) -> None:
    switch(journal).suspend("cli:anna", origin, "")
    now = switch(journal).current()
    assert now is not None
    assert now.origin is origin


def test_two_different_people_resume_from_wherever_they_are(journal: Journal) -> None:
    running = switch(journal)
    running.suspend("desk:anna", Origin.PREFECT, "order 12")
    assert switch(journal).resume("cli:Anna", "order lifted") is Resumed.PROPOSED
    assert running.current() is not None
    for same in ("cli:anna", "desk:ANNA ", "desk:anna"):
        with pytest.raises(UsageError):
            switch(journal).resume(same, "please")
    assert switch(journal).resume("cli:bruno", "seen") is Resumed.DONE
    assert running.current() is None
    assert switch(journal).current() is None
    steps = [
        line.details.get("step")
        for line in journal.entries()
        if line.operation == Operation.RESUMPTION
    ]
    assert steps == ["proposed", "confirmed"]


def test_a_new_suspension_needs_two_people_again(journal: Journal) -> None:
    here = switch(journal)
    here.suspend("cli:anna", Origin.OPERATOR, "")
    here.resume("cli:anna", "")
    here.suspend("cli:dpo", Origin.DPO, "")
    assert here.resume("cli:bruno", "") is Resumed.PROPOSED
    assert here.resume("cli:anna", "") is Resumed.DONE


def test_nothing_suspended_is_nothing_to_resume(journal: Journal) -> None:
    with pytest.raises(UsageError):
        switch(journal).resume("cli:anna", "")


def test_taking_the_file_away_resumes_nothing(journal: Journal, tmp_path: Path) -> None:
    running = switch(journal)
    running.suspend("cli:anna", Origin.OPERATOR, "")
    (tmp_path / FILE_NAME).unlink()
    assert running.current() is not None
    assert (tmp_path / FILE_NAME).exists()
    (tmp_path / FILE_NAME).unlink()
    assert switch(journal).current() is not None


def test_a_file_alone_stops_whatever_stands_in_it(journal: Journal, tmp_path: Path) -> None:
    running = switch(journal)
    (tmp_path / FILE_NAME).write_bytes(b"\xff not json")
    assert running.current() is not None
    (tmp_path / FILE_NAME).unlink()
    assert running.current() is not None
    assert switch(journal).resume("cli:anna", "") is Resumed.PROPOSED
    assert switch(journal).resume("cli:bruno", "") is Resumed.DONE
    assert running.current() is None


def test_what_cannot_be_journalled_stops_but_does_not_resume(
    journal: Journal, tmp_path: Path
) -> None:
    here = switch(journal)
    stopped = KillSwitch(tmp_path, Journal(tmp_path / "journal.jsonl", locked_s=HASTY))
    (tmp_path / "journal.jsonl").mkdir()
    with pytest.raises(JournalError):
        stopped.suspend("cli:anna", Origin.OPERATOR, "")
    assert here.current() is not None
    with pytest.raises(JournalError):
        here.resume("cli:anna", "")
    (tmp_path / "journal.jsonl").rmdir()
    again = switch(journal)
    assert again.current() is not None
    assert again.resume("cli:anna", "") is Resumed.PROPOSED
    assert again.resume("cli:bruno", "") is Resumed.DONE
    assert here.current() is None
