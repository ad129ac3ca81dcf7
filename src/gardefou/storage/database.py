"""The SQLite file: how it is opened, locked, kept on the disk and watched."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from gardefou.errors import StorageBusyError, StorageError
from gardefou.storage.faults import database_faults, folder_faults
from gardefou.storage.upgrade import current_revision, head_revision, upgrade

BUSY_S: Final = 5.0
"""How long a call waits for another process that holds the database, s."""

STARTING_S: Final = 60.0
"""How long a start waits for another start in the same folder, s."""

_PRAGMAS: Final = (
    "PRAGMA synchronous = FULL",  # what was committed is on the disk
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # what was erased is overwritten
)

_WRITES: Final = "gardefou_writes"


class Database:
    """One SQLite file in WAL mode; reading and writing go through `reading` and `writing`."""

    def __init__(self, path: Path, engine: Engine, identity: tuple[int, int]) -> None:
        self.path = path
        self._engine = engine
        self._writer = engine.execution_options(**{_WRITES: True})
        self._identity = identity

    @classmethod
    def open(cls, url_or_path: str | Path, busy_s: float = BUSY_S) -> Database:
        """Open the file, creating it and bringing it to the current form where needed.

        Raises `StorageError` for a folder that is missing, a file that is no database or damaged,
        a form newer than this software; `StorageBusyError` when others hold it too long.
        """
        path = _path_of(url_or_path)
        with _starting(path.parent), database_faults(path):
            _prepare(path, busy_s)
            engine = _engine(path, busy_s)
            database = cls(path, engine, _identity(path))
            try:
                database._bring_up_to_date()
            except BaseException:
                engine.dispose()
                raise
        return database

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database."""
        with database_faults(self.path):
            self._check_identity()
            with Session(self._engine) as session, session.begin():
                yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that holds the write lock from its start and commits at its end.

        After it returns, the changes are on the disk, in the file that has the database's name.
        """
        with database_faults(self.path):
            self._check_identity()
            with Session(self._writer) as session, session.begin():
                session.connection()
                yield session
            self._check_identity()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _bring_up_to_date(self) -> None:
        with self._engine.connect() as connection:
            if current_revision(connection) == head_revision():
                return
        with self._writer.begin() as connection:
            upgrade(connection, self.path)

    def _check_identity(self) -> None:
        """Refuse to go on with a file that was deleted or replaced under its open connections."""
        try:
            same = _identity(self.path) == self._identity
        except OSError:
            same = False
        if not same:
            raise StorageError("storage.database_gone", path=self.path)


def _path_of(url_or_path: str | Path) -> Path:
    if isinstance(url_or_path, str) and "://" in url_or_path:
        try:
            url = make_url(url_or_path)
        except (ArgumentError, ValueError):
            url = None
        if url is None or url.get_backend_name() != "sqlite" or url.database in (None, ":memory:"):
            raise StorageError("storage.unsupported_database", url=url_or_path)
        return Path(str(url.database)).absolute()
    return Path(url_or_path).absolute()


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


@contextmanager
def _starting(folder: Path) -> Iterator[None]:
    """Let one process at a time open a database in ``folder``; the lock ends with its process."""
    with folder_faults(folder):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        deadline = time.monotonic() + STARTING_S
        while not _locked(handle):
            if time.monotonic() > deadline:
                raise StorageBusyError("storage.busy", path=folder)
            time.sleep(0.02)
        yield
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _prepare(path: Path, busy_s: float) -> None:
    """Create the file for its owner only, and put it into WAL mode, which then stays."""
    if not path.exists():  # opening and closing a file in use would drop SQLite's locks on it
        with folder_faults(path.parent):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, timeout=busy_s)
    try:
        (journal_mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    finally:
        connection.close()
    if journal_mode != "wal":
        raise StorageError("storage.not_durable", path=path)


def _engine(path: Path, busy_s: float) -> Engine:
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, creator=_connector(path, busy_s), poolclass=QueuePool)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _connector(path: Path, busy_s: float) -> Callable[[], sqlite3.Connection]:
    address = f"file:{quote(str(path))}?mode=rw"  # never creates: a deleted file stays an error

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=busy_s, check_same_thread=False)

    return connect


def _on_connect(connection: Any, record: object) -> None:
    connection.isolation_level = None  # transactions begin where _on_begin says, not elsewhere
    try:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
    except sqlite3.Error:  # Nobody else knows of it yet.
        connection.close()
        raise


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
