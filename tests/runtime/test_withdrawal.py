"""A move that is found late: what was recorded in doubt is destroyed, journalled, and said."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from gardefou.errors import JournalError
from gardefou.evidence.job import folder_of
from gardefou.evidence.vault import Vault
from gardefou.governance.entry import Entry, Line, Operation
from gardefou.governance.journal import Journal
from gardefou.i18n import text
from gardefou.runtime.bus import InMemoryEventBus
from gardefou.runtime.home import Home
from gardefou.runtime.intake import Intake
from gardefou.runtime.view_guard import approve_view, moved_file
from gardefou.runtime.withdrawal import WITHDRAWN_KEY, withdraw_doubtful
from gardefou.runtime.withdrawals import FIRST_PAUSE_S, LONGEST_PAUSE_S, Withdrawals
from gardefou.storage.events import EvidenceReady
from gardefou.storage.holds import Hold
from gardefou.storage.records import AlertRecord, CloseReason, EvidenceKind, Mode
from gardefou.storage.spool import SpoolWriter
from gardefou.storage.store import Store
from support.alerts import alert
from support.processes import until

SINCE, FOUND = 10_000.0, 10_060.0


class House:
    """A home folder in which alerts have evidence."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        self.home.prepare()
        self.home.views.mkdir()
        self.store = Store.open(self.home.database)
        self.journal = Journal(self.home.journal)
        self.vault = Vault.of(folder)

    def moved(self, camera: str = "gate") -> None:
        told = {"since": SINCE, "found": FOUND}
        moved_file(self.home.views, camera).write_text(json.dumps(told))

    def alert(self, number: int, opened_at: float, closed_at: float, camera: str = "gate") -> UUID:
        """A closed alert with all three pieces."""
        opened = alert(number, camera, opened_at=opened_at)
        self.store.record_opened(opened, Mode.REHEARSAL)
        for kind in EvidenceKind:
            self.store.attach_evidence(opened.id, kind, self.file(opened.id, kind), opened_at)
        self.store.record_closed(opened.id, closed_at, CloseReason.ENDED)
        return opened.id

    def file(self, alert_id: UUID, kind: EvidenceKind) -> str:
        path = self.home.evidence / str(alert_id) / kind.value
        with self.vault.file(path) as inside:
            inside.write_bytes(b"picture")
        return path.relative_to(self.home.evidence).as_posix()

    def withdraw(self) -> list[UUID]:
        return list(withdraw_doubtful(self.store, self.journal, self.home).alerts)

    def intake(self, pauses: Callable[[], float] = time.monotonic) -> Intake:
        return Intake(self.home, self.store, self.journal, InMemoryEventBus(), pauses=pauses)

    def destroyed(self) -> list[Line]:
        entries = self.journal.entries()
        return [line for line in entries if line.operation == Operation.DESTRUCTION]

    def files(self, alert_id: UUID) -> set[str]:
        return {path.name for path in (self.home.evidence / str(alert_id)).glob("*")}

    def record(self, alert_id: UUID) -> AlertRecord:
        return self.store.alert(alert_id)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "home")
    yield made
    made.store.close()


def test_pictures_since_the_view_was_sure_are_destroyed_and_the_alert_says_why(
    house: House,
) -> None:
    doubtful = house.alert(1, SINCE + 10, SINCE + 15)
    house.moved()
    assert house.withdraw() == [doubtful]
    assert house.files(doubtful) == set()
    assert house.record(doubtful).evidence == {}
    assert house.record(doubtful).evidence_errors == dict.fromkeys(EvidenceKind, WITHDRAWN_KEY)
    assert "moved" in text(WITHDRAWN_KEY, "en")
    assert "bougé" in text(WITHDRAWN_KEY, "fr")
    (line,) = house.destroyed()
    assert (line.object_ref, line.motif) == (f"alert:{doubtful}", "camera_moved")
    assert line.details["kinds"] == ["before", "clip", "snapshot"]
    assert line.details["since"] == "1970-01-01T02:46:40+00:00"


def test_what_is_older_or_of_another_camera_stays(house: House) -> None:
    older = house.alert(1, SINCE - 100, SINCE - 50)
    other = house.alert(2, SINCE + 10, SINCE + 15, "door")
    house.moved()
    assert house.withdraw() == []
    assert house.files(older) == house.files(other) == {each.value for each in EvidenceKind}


def test_of_an_alert_before_only_the_clip_that_reaches_beyond_goes(house: House) -> None:
    across = house.alert(1, SINCE - 8, SINCE + 8)
    house.moved()
    assert house.withdraw() == [across]
    assert house.files(across) == {"snapshot", "before"}
    assert house.record(across).evidence_errors == {EvidenceKind.CLIP: WITHDRAWN_KEY}


def test_twice_is_once(house: House) -> None:
    house.alert(1, SINCE + 10, SINCE + 15)
    house.moved()
    house.withdraw()
    assert house.withdraw() == []
    assert len(house.destroyed()) == 1


def test_what_a_procedure_holds_stays(house: House) -> None:
    held = house.alert(1, SINCE + 10, SINCE + 15)
    house.store.place_hold(Hold(uuid4(), "PV 2026/118", "c.dpo", FOUND, alert_id=held))
    house.moved()
    assert house.withdraw() == []
    assert len(house.files(held)) == 3


def test_what_cannot_be_journalled_is_not_destroyed_yet(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubtful = house.alert(1, SINCE + 10, SINCE + 15)
    house.moved()

    def refuses(entry: Entry) -> None:
        raise JournalError("governance.journal.gone", path=house.journal.path)

    with monkeypatch.context() as patched:
        patched.setattr(house.journal, "append", refuses)
        assert house.withdraw() == []
    assert len(house.files(doubtful)) == 3
    assert house.withdraw() == [doubtful]


def test_evidence_that_comes_after_the_move_was_found_is_withdrawn_before_anybody_hears_of_it(
    house: House,
) -> None:
    opened = alert(1, "gate", opened_at=SINCE + 10)
    house.store.record_opened(opened, Mode.REHEARSAL)
    house.moved()
    path = house.file(opened.id, EvidenceKind.SNAPSHOT)
    writer = SpoolWriter(house.home.spool, Mode.REHEARSAL)
    writer.write(EvidenceReady(opened.id, EvidenceKind.SNAPSHOT, path, SINCE + 11))
    intake = house.intake()
    assert intake.take_in()
    assert house.files(opened.id) == set()
    assert house.record(opened.id).evidence == {}
    assert len(house.destroyed()) == 1


def test_evidence_that_a_dead_worker_left_is_withdrawn_as_it_is_found(house: House) -> None:
    opened = alert(1, "gate", opened_at=SINCE + 10)
    house.store.record_opened(opened, Mode.REHEARSAL)
    house.moved()
    path = house.home.evidence / folder_of(opened.id, opened.opened_at) / "snapshot.jpg"
    with house.vault.file(path) as inside:
        inside.write_bytes(b"picture")
    intake = house.intake()
    intake._settle([opened.id])
    assert not path.exists()
    assert house.record(opened.id).evidence == {}
    assert house.record(opened.id).evidence_errors[EvidenceKind.SNAPSHOT] == WITHDRAWN_KEY


def test_a_move_that_is_told_has_what_is_in_doubt_destroyed_though_nothing_else_comes(
    house: House,
) -> None:
    doubtful = house.alert(1, SINCE + 10, SINCE + 15)
    intake = house.intake()
    intake.start()
    try:
        house.moved()
        intake.withdraw_soon()
        until(lambda: not house.files(doubtful), what="it was not destroyed")
        assert len(house.destroyed()) == 1
    finally:
        intake.stop()


def test_after_an_approval_what_is_recorded_stays(house: House) -> None:
    house.moved()
    approve_view(house.home.views, "gate")
    after = house.alert(1, FOUND + 100, FOUND + 110)
    assert house.withdraw() == []
    assert len(house.files(after)) == 3


def shut(house: House) -> None:
    """The journal refuses: its file is a folder now."""
    house.home.journal.unlink(missing_ok=True)
    house.home.journal.mkdir()


def test_a_withdrawal_that_was_refused_is_tried_again_by_itself(house: House) -> None:
    doubtful = house.alert(1, SINCE + 10, SINCE + 15)
    house.moved()
    shut(house)
    intake = house.intake()
    intake.start()
    try:
        waits = intake.withdrawal_waits
        assert waits is not None
        assert str(house.home.journal) in waits.in_language("en")
        assert "tried again by itself" in waits.in_language("en")
        assert "nouvel essai" in waits.in_language("fr")
        assert len(house.files(doubtful)) == 3
        house.home.journal.rmdir()  # Nothing else happens.
        until(lambda: not house.files(doubtful), what="it was not tried again")
        until(lambda: intake.withdrawal_waits is None, what="it still says that it waits")
        assert len(house.destroyed()) == 1
    finally:
        intake.stop()


def test_it_is_tried_ever_more_rarely_until_it_is_done(house: House) -> None:
    house.alert(1, SINCE + 10, SINCE + 15)
    house.moved()
    shut(house)
    now = 0.0
    withdrawals = Withdrawals(house.store, house.journal, house.home, lambda: now)

    def is_due() -> bool:
        return withdrawals.is_due

    assert not is_due()
    pauses = []
    for _ in range(9):
        withdrawals.run()
        asked = now
        while not is_due():
            now += FIRST_PAUSE_S / 2
        pauses.append(now - asked)
    assert pauses[:4] == [FIRST_PAUSE_S * factor for factor in (1, 2, 4, 8)]
    assert pauses[-1] == LONGEST_PAUSE_S
    house.home.journal.rmdir()
    assert len(withdrawals.run()) == 1
    assert withdrawals.trouble is None
    now += 10 * LONGEST_PAUSE_S
    assert not is_due()


def test_a_file_that_could_not_be_erased_is_tried_again_though_its_alert_says_it_is_gone(
    house: House,
) -> None:
    doubtful = house.alert(1, SINCE + 10, SINCE + 15)
    house.moved()
    clip = house.home.evidence / str(doubtful) / EvidenceKind.CLIP.value
    clip.unlink()
    clip.mkdir()  # Cannot be erased as a file.
    found = withdraw_doubtful(house.store, house.journal, house.home)
    assert found.refused is not None
    assert str(clip) in str(found.refused)
    clip.rmdir()
    assert withdraw_doubtful(house.store, house.journal, house.home).refused is None
    assert house.files(doubtful) == set()
    assert len(house.destroyed()) == 1
