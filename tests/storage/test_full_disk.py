"""A full disk: what was recorded stays, nothing half-written is left, the error names the cure."""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest

from gardefou.alerting.alert import AlertOpened
from gardefou.errors import StorageError
from gardefou.storage.records import Mode
from gardefou.storage.spool import SpoolReader, SpoolWriter
from gardefou.storage.store import Store
from support.alerts import alert
from support.processes import FORKED_BY_A_TEST

FORK = get_context("fork")
pytestmark = pytest.mark.filterwarnings(FORKED_BY_A_TEST)
FAR_TOO_MANY = 20_000


def _fill(record: Callable[[int], object]) -> tuple[int, StorageError]:
    """Record alerts until the disk is full; how many went well, and the error."""
    for number in range(1, FAR_TOO_MANY):
        try:
            record(number)
        except StorageError as error:
            return number - 1, error
    raise AssertionError("the disk never filled")


def test_a_spool_on_a_full_disk_keeps_what_it_had(small_disk: Path, tmp_path: Path) -> None:
    spool = small_disk / "spool"
    writer = SpoolWriter(spool, Mode.REHEARSAL)
    reader = SpoolReader(spool)

    written, error = _fill(lambda number: writer.write(AlertOpened(alert(number))))

    assert written > 0
    assert str(spool) in str(error)
    assert "free some space" in error.in_language("en")
    assert "libérez de l'espace" in error.in_language("fr")
    assert len(list(spool.glob("*.json"))) == written
    assert list(spool.glob(".*")) == []
    with Store.open(tmp_path / "gardefou.db") as store:
        recorded = 0
        while found := len(reader.ingest(store).recorded):
            recorded += found
        assert recorded == written
        writer.write(AlertOpened(alert(written + 1)))  # there is room again
        assert len(reader.ingest(store).recorded) == 1


def test_a_store_on_a_full_disk_keeps_what_it_had_and_the_spool_keeps_the_rest(
    small_disk: Path, tmp_path: Path
) -> None:
    spool = tmp_path / "spool"
    writer, reader = SpoolWriter(spool, Mode.REHEARSAL), SpoolReader(spool)
    ballast = small_disk / "ballast"
    with Store.open(small_disk / "gardefou.db") as store:
        store.record_opened(alert(1), Mode.REHEARSAL)
        _fill_up(ballast)
        for number in range(2, 60):
            writer.write(AlertOpened(alert(number)))

        with pytest.raises(StorageError, match="free some space") as full:
            reader.ingest(store)
        assert str(small_disk) in str(full.value)
        assert len(list(spool.glob("*.json"))) == 58
        assert [record.opened_at for record in store.alerts()] == [1]

        ballast.unlink()
        reader.ingest(store)
        assert len(store.alerts(limit=100)) == 59


def _fill_up(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 1024):
                pass
        except OSError:
            return


def _under_a_file_size_limit(path: Path) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Store.open(path) as store:
        largest = max(each.stat().st_size for each in path.parent.glob(f"{path.name}*"))
        limit = largest + 40 * 1024
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        recorded, error = _fill(lambda number: store.record_opened(alert(number), Mode.REHEARSAL))
        assert recorded > 0
        assert "disk" in error.in_language("en")
        assert str(path) in str(error)
        assert len(store.alerts(limit=FAR_TOO_MANY)) == recorded
        (path.parent / "recorded").write_text(str(recorded))


def test_a_file_that_may_not_grow_is_a_full_disk_too(tmp_path: Path) -> None:
    path = tmp_path / "gardefou.db"
    process = FORK.Process(target=_under_a_file_size_limit, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == 0
    with Store.open(path) as store:
        recorded = len(store.alerts(limit=FAR_TOO_MANY))
    assert recorded == int((tmp_path / "recorded").read_text())
