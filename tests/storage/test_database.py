"""The database file: how it is opened, what is refused, and what happens when it is away."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from gardefou.errors import StorageBusyError, StorageError
from gardefou.storage.database import Database
from gardefou.storage.records import Mode
from gardefou.storage.store import Store
from support.alerts import alert, numbered_id
from support.processes import FORKED_BY_A_TEST

FORK = get_context("fork")
pytestmark = pytest.mark.filterwarnings(FORKED_BY_A_TEST)


def test_an_acknowledged_alert_is_on_the_disk_and_readers_do_not_wait(store: Store) -> None:
    database = Database.open(store.path)
    for session_of in (database.reading, database.writing):
        with session_of() as session:
            pragma = {
                name: session.execute(sql(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
        assert pragma == {
            "journal_mode": "wal",
            "synchronous": 2,  # FULL
            "foreign_keys": 1,
            "busy_timeout": 5000,
        }
    database.close()


def test_only_its_owner_reads_the_database(store: Store) -> None:
    store.record_opened(alert(), Mode.REHEARSAL)
    for path in store.path.parent.glob("gardefou.db*"):
        assert path.stat().st_mode & 0o077 == 0


def test_a_database_opens_again_with_what_was_in_it(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db") as store:
        store.record_opened(alert(), Mode.REHEARSAL)
    with Store.open(f"sqlite:///{tmp_path}/a.db") as store:
        assert store.alert(numbered_id(1)).camera_id == "gate"


def _start(path: Path, number: int, barrier: Barrier) -> None:
    barrier.wait()
    with Store.open(path) as store:
        store.record_opened(alert(number), Mode.REHEARSAL)


def test_processes_that_start_at_once_do_not_collide(tmp_path: Path) -> None:
    barrier = FORK.Barrier(4)
    starts = [
        FORK.Process(target=_start, args=(tmp_path / "gardefou.db", number, barrier))
        for number in range(1, 5)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()

    assert [start.exitcode for start in starts] == [0, 0, 0, 0]
    with Store.open(tmp_path / "gardefou.db") as store:
        assert [record.opened_at for record in store.alerts()] == [4, 3, 2, 1]


def test_a_migration_cut_short_leaves_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "gardefou.db"

    def cut_short() -> None:
        raise KeyboardInterrupt

    versions = "gardefou.storage.migrations.versions"
    monkeypatch.setattr("alembic.op.create_index", lambda *args, **options: cut_short())
    with pytest.raises(KeyboardInterrupt):
        Store.open(path)
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [], versions

    monkeypatch.undo()
    with Store.open(path) as store:
        assert store.alerts() == []


def test_a_database_newer_than_the_software_is_refused(store: Store) -> None:
    with sqlite3.connect(store.path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageError, match="9999") as refusal:
        Store.open(store.path)
    assert "newer version" in refusal.value.in_language("en")
    assert "plus récente" in refusal.value.in_language("fr")


@pytest.mark.parametrize(
    "url", ["postgresql://localhost/alerts", "sqlite://", "sqlite:///:memory:", "x://:y"]
)
def test_a_database_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(StorageError, match="SQLite"):
        Store.open(url)


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=str(tmp_path / "nowhere")):
        Store.open(tmp_path / "nowhere" / "gardefou.db")


def test_a_folder_in_the_place_of_the_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=str(tmp_path)):
        Store.open(tmp_path)


def test_a_file_that_is_no_database_is_named_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "gardefou.db"
    path.write_bytes(b"not a database, whatever its name says" * 100)
    with pytest.raises(StorageError, match=r"gardefou\.db.*last backup"):
        Store.open(path)
    assert path.read_bytes().startswith(b"not a database")


def test_a_damaged_database_is_named_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "gardefou.db"
    with Store.open(path) as store:
        for number in range(1, 200):
            store.record_opened(alert(number), Mode.REHEARSAL)
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StorageError, match="last backup"), Store.open(path) as store:
        store.alerts()


def test_a_deleted_database_is_noticed_and_not_made_anew(store: Store) -> None:
    store.record_opened(alert(1), Mode.REHEARSAL)
    for path in store.path.parent.glob("gardefou.db*"):
        path.unlink()

    with pytest.raises(StorageError, match="deleted or replaced"):
        store.record_opened(alert(2), Mode.REHEARSAL)
    with pytest.raises(StorageError, match="deleted or replaced"):
        store.alerts()
    assert not store.path.exists()


def test_a_replaced_database_is_noticed(store: Store, tmp_path: Path) -> None:
    shutil.copy(store.path, tmp_path / "copy")
    os.replace(tmp_path / "copy", store.path)
    with pytest.raises(StorageError, match="deleted or replaced"):
        store.record_opened(alert(2), Mode.REHEARSAL)


def test_a_database_deleted_while_it_is_written_acknowledges_nothing(store: Store) -> None:
    database = Database.open(store.path)
    with pytest.raises(StorageError, match="deleted or replaced"), database.writing():
        store.path.unlink()
    database.close()


def test_a_database_held_by_another_process_is_an_error_that_may_be_tried_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "gardefou.db"
    with Store.open(path, busy_s=0.05) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusyError, match="another process"):
            store.record_opened(alert(), Mode.REHEARSAL)
        assert store.alerts() == []
        other.execute("ROLLBACK")
        assert store.record_opened(alert(), Mode.REHEARSAL)
        other.close()


def test_threads_share_a_store(store: Store) -> None:
    def record(first: int) -> None:
        for number in range(first, first + 10):
            store.record_opened(alert(number), Mode.REHEARSAL)

    threads = [threading.Thread(target=record, args=(first,)) for first in (1, 6, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [record.opened_at for record in store.alerts()] == list(range(20, 0, -1))
