"""Killed with SIGKILL at any moment and started again: nothing is lost, nothing doubles."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from gardefou.alerting.alert import AlertClosed, AlertOpened
from gardefou.storage import files
from gardefou.storage.events import EvidenceReady, SpoolEvent
from gardefou.storage.records import AlertRecord, EvidenceKind, Mode
from gardefou.storage.spool import SpoolReader, SpoolWriter
from gardefou.storage.store import Store
from gardefou.storage.writing import Applied, apply_all
from support.alerts import alert, numbered_id
from support.processes import FORKED_BY_A_TEST

FORK = get_context("fork")
pytestmark = pytest.mark.filterwarnings(FORKED_BY_A_TEST)
ALERTS = 1_000
WRITERS = 2
KILLS = 40


def life(number: int) -> list[SpoolEvent]:
    """Everything that is told about one alert."""
    return [
        AlertOpened(alert(number)),
        EvidenceReady(numbered_id(number), EvidenceKind.SNAPSHOT, f"{number}.jpg", number + 1.0),
        AlertClosed(alert(number), number + 2.0),
        EvidenceReady(numbered_id(number), EvidenceKind.CLIP, f"{number}.mp4", number + 3.0),
    ]


def whole(record: AlertRecord) -> bool:
    """Whether everything that was told about an alert is there."""
    number = int(record.opened_at)
    return record.closed_at == number + 2.0 and record.evidence == {
        EvidenceKind.SNAPSHOT: f"{number}.jpg",
        EvidenceKind.CLIP: f"{number}.mp4",
    }


def write_alerts(home: Path, numbers: Sequence[int], progress: Path) -> None:
    """Tell the life of each alert; a restart goes on from the last that was told whole."""
    writer = SpoolWriter(home / "spool", Mode.REHEARSAL)
    told = progress.stat().st_size if progress.exists() else 0
    with progress.open("ab", buffering=0) as done:
        for number in numbers[told:]:
            for event in life(number):
                writer.write(event)
            done.write(b".")


def ingest_for_ever(home: Path) -> None:
    """Record what comes, without end."""
    reader = SpoolReader(home / "spool")
    with Store.open(home / "gardefou.db") as store:
        while True:
            if not reader.ingest(store).more:
                time.sleep(0.002)


def test_a_thousand_alerts_survive_dozens_of_kills(tmp_path: Path) -> None:
    chance = random.Random(20261122)
    (tmp_path / "spool").mkdir()
    numbers = list(range(1, ALERTS + 1))
    tasks: list[tuple[Callable[..., None], tuple[object, ...]]] = [
        (write_alerts, (tmp_path, numbers[each::WRITERS], tmp_path / f"progress-{each}"))
        for each in range(WRITERS)
    ]
    tasks.append((ingest_for_ever, (tmp_path,)))
    running = [_started(task) for task in tasks]
    killed = [0] * len(tasks)

    while any(process.is_alive() for process in running[:WRITERS]) or sum(killed) < KILLS:
        if sum(killed) >= KILLS:
            for process in running[:WRITERS]:
                process.join()
            break
        time.sleep(chance.uniform(0.0, 0.12))  # the moment of the kill
        victim = chance.randrange(len(tasks))
        running[victim].kill()
        running[victim].join()
        killed[victim] += running[victim].exitcode == -signal.SIGKILL
        running[victim] = _started(tasks[victim])
    running[-1].kill()
    running[-1].join()

    assert sum(killed) >= KILLS
    assert min(killed) > 0
    assert [process.exitcode for process in running[:WRITERS]] == [0] * WRITERS
    with Store.open(tmp_path / "gardefou.db") as store:
        reader = SpoolReader(tmp_path / "spool")
        while reader.ingest(store).more:
            pass
        records = store.alerts(limit=2 * ALERTS)
    assert [record.opened_at for record in records] == list(map(float, reversed(numbers)))
    assert [record.id for record in records if not whole(record)] == []
    assert list((tmp_path / "spool" / "rejected").iterdir()) == []
    assert [path.name for path in (tmp_path / "spool").glob("*.json")] == []
    with sqlite3.connect(tmp_path / "gardefou.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("SELECT count(*) FROM evidence").fetchone() == (2 * ALERTS,)


def _started(task: tuple[Callable[..., None], tuple[object, ...]]) -> BaseProcess:
    function, arguments = task
    process = FORK.Process(target=function, args=arguments)
    process.start()
    return process


def _die(*arguments: object, **options: object) -> None:
    """What SIGKILL does: no clean-up, no flush, no goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)


def _killed_in(work: Callable[[], object]) -> None:
    """Run some work in a process that must be killed in it."""
    process = FORK.Process(target=work)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("step", ["before_sync", "before_rename", "after_rename"])
def test_a_writer_killed_at_any_step_leaves_a_whole_file_or_none(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = tmp_path / "spool"
    reader = SpoolReader(spool)

    def work() -> None:
        match step:
            case "before_sync":
                monkeypatch.setattr(os, "fsync", _die)
            case "before_rename":
                monkeypatch.setattr(os, "rename", _die)
            case "after_rename":
                monkeypatch.setattr(files, "sync_folder", _die)
        SpoolWriter(spool, Mode.REHEARSAL).write(AlertOpened(alert()))

    _killed_in(work)
    with Store.open(tmp_path / "gardefou.db") as store:
        report = reader.ingest(store)
        assert report.rejected == ()
        assert len(report.recorded) == (step == "after_rename")

        SpoolWriter(spool, Mode.REHEARSAL).write(AlertOpened(alert()))  # the worker's next attempt
        reader.ingest(store)
        assert len(store.alerts()) == 1


class _DiesBeforeCommit(Store):
    def apply(self, events: Sequence[tuple[SpoolEvent, Mode]]) -> list[Applied]:
        with self._database.writing() as session:
            apply_all(session, events)
            _die()
        return []


class _DiesBeforeDeleting(SpoolReader):
    def _take_away(self, names: Sequence[str]) -> None:
        _die()


class _DiesBetweenDeletions(SpoolReader):
    def _take_away(self, names: Sequence[str]) -> None:
        super()._take_away(names[:2])
        _die()


@pytest.mark.parametrize(
    ("reader_class", "store_class", "recorded"),
    [
        (SpoolReader, _DiesBeforeCommit, 0),
        (_DiesBeforeDeleting, Store, 1),
        (_DiesBetweenDeletions, Store, 1),
    ],
)
def test_a_hub_killed_at_any_step_records_each_event_once(
    tmp_path: Path, reader_class: type[SpoolReader], store_class: type[Store], recorded: int
) -> None:
    spool, path = tmp_path / "spool", tmp_path / "gardefou.db"
    writer = SpoolWriter(spool, Mode.REHEARSAL)
    for event in life(1):
        writer.write(event)

    _killed_in(lambda: reader_class(spool).ingest(store_class.open(path)))

    with Store.open(path) as store:
        assert len(store.alerts()) == recorded
        SpoolReader(spool).ingest(store)
        (record,) = store.alerts()
        assert whole(record)
        assert list(spool.glob("*.json")) == []
