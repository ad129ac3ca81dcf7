"""The spool brings every event to the store once, in order, whatever comes between."""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gardefou.alerting.alert import AlertClosed, AlertOpened
from gardefou.errors import StorageBusyError, StorageError
from gardefou.storage.events import AlertInterrupted, EvidenceFailed, EvidenceReady, SpoolEvent
from gardefou.storage.records import AlertRecord, CloseReason, EvidenceKind, Mode
from gardefou.storage.spool import (
    BATCH,
    LARGEST,
    ORPHAN_AFTER_S,
    REJECTED,
    STALE_AFTER_S,
    IngestReport,
    SpoolReader,
    SpoolWriter,
)
from gardefou.storage.store import Store
from support.alerts import alert, numbered_id

CLIP = EvidenceKind.CLIP
SNAPSHOT = EvidenceKind.SNAPSHOT


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def writer(spool: Path) -> SpoolWriter:
    return SpoolWriter(spool, Mode.REHEARSAL)


@pytest.fixture
def reader(spool: Path, writer: SpoolWriter) -> SpoolReader:
    return SpoolReader(spool)


def life(number: int) -> list[SpoolEvent]:
    """Everything that is told about one alert."""
    return [
        AlertOpened(alert(number)),
        EvidenceReady(numbered_id(number), SNAPSHOT, f"{number}/snapshot.jpg", number + 1.0),
        EvidenceReady(numbered_id(number), CLIP, f"{number}/clip.mp4", number + 3.0),
        AlertClosed(alert(number), number + 2.0),
    ]


def waiting_files(spool: Path) -> list[str]:
    return sorted(path.name for path in spool.iterdir() if path.is_file())


def drain(reader: SpoolReader, store: Store) -> list[IngestReport]:
    reports = [reader.ingest(store)]
    while reports[-1].more:
        reports.append(reader.ingest(store))
    return reports


def test_an_event_goes_from_worker_to_store_and_its_file_is_gone(
    spool: Path, writer: SpoolWriter, reader: SpoolReader, store: Store
) -> None:
    opened = AlertOpened(alert())
    path = writer.write(opened)
    assert path.read_bytes().startswith(b'{"form":1,"mode":"rehearsal"')
    assert path.stat().st_mode & 0o077 == 0

    assert reader.ingest(store) == IngestReport(recorded=(opened,))

    assert store.alert(numbered_id(1)).mode is Mode.REHEARSAL
    assert waiting_files(spool) == []
    assert reader.ingest(store) == IngestReport()


def test_the_whole_life_of_an_alert_arrives(
    writer: SpoolWriter, reader: SpoolReader, store: Store
) -> None:
    told = life(1)
    for event in told:
        writer.write(event)
    assert reader.ingest(store).recorded == tuple(told)

    record = store.alert(numbered_id(1))
    assert (record.closed_at, record.close_reason) == (3.0, CloseReason.ENDED)
    assert record.evidence == {SNAPSHOT: "1/snapshot.jpg", CLIP: "1/clip.mp4"}


def test_an_interrupted_alert_and_failed_evidence_arrive(
    writer: SpoolWriter, reader: SpoolReader, store: Store
) -> None:
    for event in (
        AlertOpened(alert()),
        EvidenceFailed(numbered_id(1), CLIP, "evidence.no_room"),
        AlertInterrupted(numbered_id(1), 9.0),
    ):
        writer.write(event)
    reader.ingest(store)

    record = store.alert(numbered_id(1))
    assert (record.closed_at, record.close_reason) == (9.0, CloseReason.INTERRUPTED)
    assert record.evidence_errors == {CLIP: "evidence.no_room"}


def test_files_sort_by_the_order_of_writing_also_when_the_clock_is_set_back(
    spool: Path, store: Store
) -> None:
    clock = iter([5_000, 3_000, 3_000, 6_000])
    writer = SpoolWriter(spool, Mode.REHEARSAL, clock_ns=lambda: next(clock))
    paths = [writer.write(event) for event in life(1)]
    assert sorted(paths) == paths
    assert [path.name[:20] for path in paths] == [
        f"{stamp:020d}" for stamp in (5_000, 5_001, 5_002, 6_000)
    ]


def test_an_event_told_twice_counts_once(
    writer: SpoolWriter, reader: SpoolReader, store: Store
) -> None:
    for event in life(1) + life(1):
        writer.write(event)
    report = reader.ingest(store)
    assert (len(report.recorded), report.repeated) == (4, 4)
    assert len(store.alerts()) == 1


def test_what_comes_before_its_opening_waits_for_it(
    spool: Path, writer: SpoolWriter, reader: SpoolReader, store: Store
) -> None:
    opened, *rest = life(1)
    for event in rest:
        writer.write(event)

    assert reader.ingest(store) == IngestReport(waiting=3)
    assert len(waiting_files(spool)) == 3

    writer.write(opened)
    reports = drain(reader, store)
    assert [event for report in reports for event in report.recorded] == [opened, *rest]
    assert store.alert(numbered_id(1)).closed_at == 3.0
    assert waiting_files(spool) == []


def test_many_that_wait_do_not_hold_up_the_others(
    writer: SpoolWriter, reader: SpoolReader, store: Store
) -> None:
    for number in range(2, BATCH + 12):
        writer.write(AlertInterrupted(numbered_id(number), 9.0))
    writer.write(AlertOpened(alert(1)))
    report = reader.ingest(store)
    assert report.recorded == (AlertOpened(alert(1)),)
    assert report.waiting == BATCH + 10


def test_a_backlog_is_recorded_in_several_transactions_in_order(
    writer: SpoolWriter, reader: SpoolReader, store: Store
) -> None:
    openings = [AlertOpened(alert(number)) for number in range(1, BATCH + 51)]
    for each in openings:
        writer.write(each)
    first, second = drain(reader, store)
    assert (len(first.recorded), len(second.recorded)) == (BATCH, 50)
    assert [*first.recorded, *second.recorded] == openings


def test_what_nobody_opened_for_a_day_is_rejected(
    spool: Path, writer: SpoolWriter, store: Store
) -> None:
    path = writer.write(AlertInterrupted(numbered_id(404), 9.0))
    later = [time.time()]
    reader = SpoolReader(spool, clock=lambda: later[0])
    assert reader.ingest(store).rejected == ()

    later[0] += ORPHAN_AFTER_S + 1
    (rejected,) = reader.ingest(store).rejected
    assert (rejected.name, rejected.key) == (path.name, "storage.spool.orphan")


def test_a_file_of_an_erased_alert_is_taken_away_and_its_evidence_listed_for_deletion(
    spool: Path, writer: SpoolWriter, reader: SpoolReader, store: Store
) -> None:
    store.record_opened(alert(), Mode.REHEARSAL)
    store.erase_alert(numbered_id(1), at=5.0)
    for event in life(1):
        writer.write(event)

    assert reader.ingest(store).repeated == 4
    assert waiting_files(spool) == []
    assert store.alerts() == []
    assert store.files_to_purge() == ["1/clip.mp4", "1/snapshot.jpg"]


def _link(path: Path) -> None:
    path.symlink_to("/dev/zero")


STAMPED = f"{7:020d}_{numbered_id(7).hex}-opened.json"
BAD_FILES: list[tuple[str, str, Callable[[Path], object]]] = [
    (STAMPED, "malformed", lambda path: path.write_bytes(b"")),
    (STAMPED, "malformed", lambda path: path.write_bytes(b'{"form":1')),
    (STAMPED, "malformed", lambda path: path.write_bytes(os.urandom(100))),
    (STAMPED, "malformed", lambda path: path.write_bytes(b" " * (LARGEST + 1))),
    (STAMPED, "malformed", os.mkfifo),
    (STAMPED, "unreadable", _link),
    (STAMPED, "unreadable", Path.mkdir),
    ("notes.txt", "malformed", lambda path: path.write_bytes(b"hello")),
]


@pytest.mark.parametrize(("name", "kind", "make"), BAD_FILES)
def test_a_bad_file_is_set_aside_and_never_blocks_the_rest(
    name: str,
    kind: str,
    make: Callable[[Path], object],
    spool: Path,
    writer: SpoolWriter,
    reader: SpoolReader,
    store: Store,
) -> None:
    make(spool / name)
    writer.write(AlertOpened(alert()))

    report = reader.ingest(store)
    assert report.recorded == (AlertOpened(alert()),)
    (rejected,) = report.rejected
    assert (rejected.name, rejected.key) == (name, f"storage.spool.{kind}")
    assert rejected.reason("fr") != rejected.reason("en")
    assert (spool / name).exists() or (spool / name).is_symlink()

    target = reader.set_aside(rejected)
    assert target == spool / REJECTED / name
    assert target.exists() or target.is_symlink()
    assert reader.ingest(store) == IngestReport()
    assert reader.set_aside(rejected) == target


def test_what_the_tables_refuse_is_rejected_and_the_rest_is_recorded(
    spool: Path, writer: SpoolWriter, reader: SpoolReader, store: Store
) -> None:
    with sqlite3.connect(store.path) as database:
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON alerts WHEN NEW.camera_id = 'gate' "
            "BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        )
    for each in (alert(1, "park"), alert(2, "gate"), alert(3, "park")):
        writer.write(AlertOpened(each))

    report = reader.ingest(store)
    assert [event.alert.opened_at for event in report.recorded] == [1, 3]  # type: ignore[union-attr]
    (rejected,) = report.rejected
    assert rejected.key == "storage.spool.refused"
    assert "not this one" in rejected.reason("en")


def test_what_a_killed_writer_left_half_written_is_cleared_away_later(
    spool: Path, reader: SpoolReader, store: Store
) -> None:
    half = spool / f".{STAMPED}.tmp"
    half.write_bytes(b'{"form":1')
    assert reader.ingest(store) == IngestReport()
    assert half.exists()

    os.utime(half, (time.time(), time.time() - STALE_AFTER_S - 1))
    assert reader.ingest(store) == IngestReport()
    assert not half.exists()


def test_a_file_is_synced_before_it_gets_its_name_and_the_name_after(
    spool: Path, writer: SpoolWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, rename = os.fsync, os.rename

    def noted_fsync(handle: int) -> None:
        what = "folder" if Path(f"/proc/self/fd/{handle}").resolve() == spool else "file"
        steps.append(f"sync {what}")
        fsync(handle)

    def noted_rename(old: Path, new: Path) -> None:
        steps.append("rename")
        rename(old, new)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "rename", noted_rename)
    writer.write(AlertOpened(alert()))
    assert steps == ["sync file", "rename", "sync folder"]


def test_while_the_database_is_held_files_stay_and_then_are_replayed(
    spool: Path, writer: SpoolWriter, reader: SpoolReader, tmp_path: Path
) -> None:
    with Store.open(tmp_path / "gardefou.db", busy_s=0.05) as store:
        writer.write(AlertOpened(alert()))
        other = sqlite3.connect(store.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            with pytest.raises(StorageBusyError):
                reader.ingest(store)
        assert len(waiting_files(spool)) == 1
        other.execute("ROLLBACK")
        other.close()
        assert len(reader.ingest(store).recorded) == 1


def test_a_database_held_for_a_moment_is_waited_for(
    writer: SpoolWriter, reader: SpoolReader, tmp_path: Path
) -> None:
    with Store.open(tmp_path / "gardefou.db", busy_s=60.0) as store:
        writer.write(AlertOpened(alert()))
        other = sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(2.0, other.execute, ["ROLLBACK"])
        release.start()
        assert len(reader.ingest(store).recorded) == 1
        release.join()
        other.close()


def test_while_the_database_is_away_files_stay_for_the_next_one(
    spool: Path, writer: SpoolWriter, reader: SpoolReader, store: Store
) -> None:
    for event in life(1):
        writer.write(event)
    for path in store.path.parent.glob("gardefou.db*"):
        path.unlink()
    with pytest.raises(StorageError, match="deleted or replaced"):
        reader.ingest(store)
    assert len(waiting_files(spool)) == 4

    with Store.open(store.path) as anew:
        assert len(reader.ingest(anew).recorded) == 4


def test_a_spool_folder_that_is_missing_is_named(tmp_path: Path, store: Store) -> None:
    with pytest.raises(StorageError, match="nowhere"):
        SpoolWriter(tmp_path / "nowhere" / "spool", Mode.REHEARSAL)
    writer = SpoolWriter(tmp_path / "spool", Mode.REHEARSAL)
    reader = SpoolReader(tmp_path / "spool")
    (tmp_path / "spool" / REJECTED).rmdir()
    (tmp_path / "spool").rmdir()
    with pytest.raises(StorageError, match="spool"):
        writer.write(AlertOpened(alert()))
    with pytest.raises(StorageError, match="spool"):
        reader.ingest(store)


def _by_the_book(folder: Path) -> list[AlertRecord]:
    """What the store holds when everything is told once, in order."""
    with Store.open(folder / "book.db") as store:
        for number in (1, 2, 3):
            store.record_opened(alert(number), Mode.REHEARSAL)
            store.attach_evidence(numbered_id(number), SNAPSHOT, f"{number}/snapshot.jpg", 0.0)
            store.attach_evidence(numbered_id(number), CLIP, f"{number}/clip.mp4", 0.0)
            store.record_closed(numbered_id(number), number + 2.0)
        return store.alerts()


TOLD_TWICE = [(number, step) for number in (1, 2, 3) for step in range(4)] * 2


@settings(max_examples=25, deadline=None)
@given(
    order=st.permutations([(n, step) for n in (1, 2, 3) for step in range(4)] * 2),
    seed=st.randoms(),
)
def test_in_whatever_order_and_however_often_it_is_told_the_end_is_the_same(
    order: list[tuple[int, int]], seed: random.Random
) -> None:
    with tempfile.TemporaryDirectory() as name, Store.open(Path(name) / "alerts.db") as store:
        spool = Path(name) / "spool"
        writer, reader = SpoolWriter(spool, Mode.REHEARSAL), SpoolReader(spool)
        for number, step in order:
            writer.write(life(number)[step])
            if seed.random() < 0.3:
                reader.ingest(store)
        drain(reader, store)
        assert waiting_files(spool) == []
        assert store.alerts() == _by_the_book(Path(name))
