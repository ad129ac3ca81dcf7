"""A record of a destruction and the destruction itself: both, or an entry that says it was not."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from uuid import uuid4

import pytest

from gardefou.errors import JournalError, StorageBusyError, StorageError
from gardefou.governance.destruction import BEGUN, destroying, settle
from gardefou.governance.entry import Entry, Line, Operation
from gardefou.governance.journal import Journal
from gardefou.governance.purge import Purger
from gardefou.governance.retention import Terms
from gardefou.runtime.erasure import ERASED_KEY, erase_rehearsal_evidence
from gardefou.runtime.home import Home
from gardefou.storage.holds import Hold
from gardefou.storage.records import EvidenceKind, Mode
from gardefou.storage.store import Store
from support.alerts import alert, numbered_id

KILLED_AT_THE_RECORD = """
import os, signal, sys
from pathlib import Path
from gardefou.governance.journal import Journal
from gardefou.governance.purge import Purger
from gardefou.governance.retention import Terms
from gardefou.storage.store import Store

home = Path(sys.argv[1])
append = Journal.append

def killed(self, entry):
    line = append(self, entry)
    os.kill(os.getpid(), signal.SIGKILL)
    return line

Journal.append = killed
store = Store.open(home / "gardefou.db")
Purger(store, Journal(home / "journal.jsonl"), home / "evidence").run(Terms.of(home))
"""


class House:
    """A home folder with a rehearsal's alert that is long past its term, with a clip."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        self.home.prepare()
        self.store = Store.open(self.home.database)
        self.journal = Journal(self.home.journal)
        self.alert = numbered_id(1)
        self.store.record_opened(alert(1, opened_at=1000.0), Mode.REHEARSAL)
        self.clip = self.home.evidence / "old" / "clip.mp4"
        self.clip.parent.mkdir()
        self.clip.write_bytes(b"film")
        self.store.attach_evidence(self.alert, EvidenceKind.CLIP, "old/clip.mp4", 1000.0)

    def purge(self) -> None:
        Purger(self.store, self.journal, self.home.evidence).run(Terms.of(self.home.folder))

    def hold(self, store: Store | None = None) -> None:
        held = Hold(uuid4(), "PV 2026/118", "c.dpo", 1.0, alert_id=self.alert)
        (store or self.store).place_hold(held)

    def lines(self, operation: Operation) -> list[Line]:
        return [line for line in self.journal.entries() if line.operation == operation]

    @property
    def is_there(self) -> bool:
        """Whether the clip is on the disk, and the store knows it."""
        known = self.store.alert(self.alert).evidence == {EvidenceKind.CLIP: "old/clip.mp4"}
        return known and self.clip.read_bytes() == b"film"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "home")
    yield made
    made.store.close()


@pytest.fixture
def tried_holds(house: House, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Another process tries to place a hold right after each record of the journal."""
    outcomes: list[str] = []
    append = house.journal.append

    def appended(entry: Entry) -> Line:
        line = append(entry)
        with Store.open(house.home.database, busy_s=0.05) as other:
            try:
                house.hold(other)
                outcomes.append("placed")
            except StorageBusyError:
                outcomes.append("waits")
        return line

    monkeypatch.setattr(house.journal, "append", appended)
    return outcomes


def test_no_hold_comes_between_the_record_and_what_it_tells_of(
    house: House, tried_holds: list[str]
) -> None:
    house.purge()
    assert len(house.lines(Operation.DESTRUCTION)) == len(tried_holds)
    assert set(tried_holds) == {"waits"}
    assert not house.clip.exists()


def test_nor_does_it_at_the_end_of_a_rehearsal(house: House, tried_holds: list[str]) -> None:
    assert erase_rehearsal_evidence(house.store, house.journal, house.home) == 1
    assert len(house.lines(Operation.ERASURE)) == 1
    assert tried_holds == ["waits"]
    errors = house.store.alert(house.alert).evidence_errors
    assert errors == {EvidenceKind.CLIP: ERASED_KEY}


def test_what_is_held_by_then_is_neither_recorded_nor_destroyed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    erasable = house.store.erasable_evidence

    def held_since(before: float, limit: int) -> object:
        found = erasable(before, limit)
        if found:
            house.hold()
        return found

    monkeypatch.setattr(house.store, "erasable_evidence", held_since)
    house.purge()
    assert house.lines(Operation.DESTRUCTION) == []
    assert house.is_there


def killed_at_the_record(house: House) -> Line:
    """A purge that SIGKILL ended after its record and before its erasure; the record."""
    ended = subprocess.run(
        [sys.executable, "-c", dedent(KILLED_AT_THE_RECORD), str(house.home.folder)],
        capture_output=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    (record,) = house.lines(Operation.DESTRUCTION)
    assert house.is_there
    return record


def test_of_a_record_that_a_kill_kept_from_being_carried_out_the_journal_says_so(
    house: House,
) -> None:
    record = killed_at_the_record(house)
    house.hold()
    house.purge()
    (taken_back,) = house.lines(Operation.FAILURE)
    assert taken_back.motif == "not_carried_out"
    assert taken_back.object_ref == record.object_ref
    assert taken_back.details["entry"] == record.seq
    assert house.lines(Operation.DESTRUCTION) == [record]
    assert house.is_there
    house.purge()
    settle(house.store, house.journal)
    assert len(house.lines(Operation.FAILURE)) == 1


def test_without_a_hold_it_is_taken_back_and_then_done_with_a_record_of_its_own(
    house: House,
) -> None:
    killed_at_the_record(house)
    house.purge()
    told = [
        (line.operation, line.motif)
        for line in house.journal.entries()
        if line.object_ref == "retention:evidence"
    ]
    assert told == [("destruction", ""), ("failure", "not_carried_out"), ("destruction", "")]
    assert not house.clip.exists()
    settle(house.store, house.journal)
    assert len(house.lines(Operation.FAILURE)) == 1


def test_a_record_whose_erasure_the_database_refused_is_taken_back(house: House) -> None:
    entry = Entry("gardefou", Operation.DESTRUCTION, f"alert:{house.alert}")

    def refused() -> None:
        with destroying(house.store, house.journal) as act:
            act.record(entry)
            act.erase.evidence(house.alert, "retention.purged")
            raise StorageError("storage.disk_full", path=house.home.database, folder=house.home)

    with pytest.raises(StorageError):
        refused()
    assert house.is_there
    settle(house.store, house.journal)
    (taken_back,) = house.lines(Operation.FAILURE)
    assert taken_back.object_ref == entry.object_ref


@contextmanager
def refusing_journal(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A journal that takes no entry."""

    def refuses(entry: Entry) -> None:
        raise JournalError("governance.journal.gone", path=house.home.journal)

    with monkeypatch.context() as patched:
        patched.setattr(house.journal, "append", refuses)
        yield


def test_one_that_never_came_into_the_journal_is_not_taken_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with refusing_journal(house, monkeypatch), pytest.raises(JournalError):
        house.purge()
    assert (house.home.folder / BEGUN).exists()
    assert house.is_there
    house.purge()
    assert house.lines(Operation.FAILURE) == []
    assert not house.clip.exists()


def test_one_that_was_carried_out_is_not_taken_back(house: House) -> None:
    house.purge()
    settle(house.store, house.journal)
    with destroying(house.store, house.journal):
        pass
    assert house.lines(Operation.FAILURE) == []


def test_a_record_that_cannot_be_taken_back_keeps_what_comes_after_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_at_the_record(house)

    with refusing_journal(house, monkeypatch):
        with pytest.raises(JournalError):
            house.purge()
        assert house.is_there
    house.purge()
    assert len(house.lines(Operation.FAILURE)) == 1


def test_nothing_is_erased_before_the_record(house: House) -> None:
    with destroying(house.store, house.journal) as act, pytest.raises(ValueError, match="record"):
        act.erase.evidence(house.alert, "retention.purged")
    assert house.is_there


def test_files_that_a_killed_process_left_untold_go_with_a_rehearsal(house: House) -> None:
    folder = house.home.evidence / "1970/01/01" / str(house.alert)
    (folder / "deep").mkdir(parents=True)
    (folder / "clip.mp4.part").write_bytes(b"half")
    (folder / "deep" / "x").write_bytes(b"half")
    assert erase_rehearsal_evidence(house.store, house.journal, house.home) == 1
    assert not folder.exists()
    assert not house.clip.exists()
    assert erase_rehearsal_evidence(house.store, house.journal, house.home) == 0
    assert len(house.lines(Operation.ERASURE)) == 1
