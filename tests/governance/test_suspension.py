"""One press stops everything; two different people go on; neither a file nor a restart helps."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gardefou.errors import JournalError, UsageError
from gardefou.governance import suspension
from gardefou.governance.entry import Entry, Line, Operation
from gardefou.governance.journal import Journal, News, Place
from gardefou.governance.ledger import Ledger, Origin, Suspension
from gardefou.governance.suspension import FILE_NAME, KillSwitch, Resumed
from gardefou.storage.files import write_durably

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


def test_who_looks_while_it_is_pressed_does_not_write_it_too(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = switch(journal)
    written: list[str] = []
    seen: list[Suspension | None] = []
    hub = threading.Thread(target=lambda: seen.append(here.current()))

    def slowly(folder: Path, name: str, data: bytes) -> Path:
        written.append(name)
        if len(written) == 1:
            hub.start()
            hub.join(0.3)  # Whoever looks now may find no file yet.
        return write_durably(folder, name, data)

    monkeypatch.setattr(suspension, "write_durably", slowly)
    pressed = here.suspend("desk:anna", Origin.OPERATOR, "gate 3")
    hub.join()
    assert written == [FILE_NAME]
    assert seen == [pressed]


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


# How it stands is read on from where it was read last


class Counting(Journal):
    """A journal that says how many entries were read."""

    read = 0

    def since(self, known: Place | None = None) -> News:
        news = super().since(known)
        self.read += len(news.lines)
        return news

    def entries(self) -> Iterator[Line]:
        raise AssertionError("the whole journal was read")


def test_how_it_stands_is_told_without_reading_the_journal_again(journal: Journal) -> None:
    for index in range(50):
        journal.append(Entry("desk:anna", Operation.VIEW, f"alert:{index}"))
    counting = Counting(journal.path)
    here = KillSwitch(journal.path.parent, counting)
    assert counting.read == 50
    for _ in range(5):
        assert here.standing() is None
    assert counting.read == 50
    there = switch(journal)
    there.suspend("cli:anna", Origin.PREFECT, "order 12")
    now = here.standing()
    assert now is not None
    assert (now.origin, now.proposed_by) == (Origin.PREFECT, None)
    there.resume("cli:anna", "lifted")
    now = here.standing()
    assert now is not None
    assert now.proposed_by == "cli:anna"
    assert counting.read == 52
    switch(journal).resume("cli:bruno", "seen")
    assert KillSwitch(journal.path.parent, Journal(journal.path)).standing() is None


def test_how_it_stands_is_the_same_after_a_restart_and_after_pruning(journal: Journal) -> None:
    here = switch(journal)
    here.suspend("cli:anna", Origin.DPO, "a complaint")
    here.resume("cli:anna", "answered")
    for index in range(9):
        journal.append(Entry("desk:anna", Operation.VIEW, f"alert:{index}"))
    assert here.standing() == switch(journal).standing()
    last = list(journal.entries())[5].link
    standing = Ledger.read(journal.entries(), until=last.seq).carried_over()
    details = {"last": str(last), **standing}
    record = Entry("gardefou", Operation.DESTRUCTION, "retention:journal", details=details)
    journal.prune(last, [], record)
    for each in (here, switch(journal)):
        now = each.standing()
        assert now is not None
        assert (now.motif, now.proposed_by) == ("a complaint", "cli:anna")
    switch(journal).resume("cli:bruno", "seen")
    assert here.current() is None
    assert here.standing() is None


def test_a_journal_that_broke_is_not_stood_upon(journal: Journal) -> None:
    here = switch(journal)
    journal.append(Entry("desk:anna", Operation.VIEW, "alert:1"))
    assert here.standing() is None
    with journal.path.open("ab") as file:
        file.write(b'{"actor":"x"}\n')
    with pytest.raises(JournalError):
        here.standing()
