"""Failures of the database and the disk, as errors that name the place and the cure."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from gardefou.errors import StorageBusyError, StorageError

_PRIMARY: Final = 0xFF
"""An extended SQLite result code carries its primary code in the low byte."""

_KEYS: Final = {
    sqlite3.SQLITE_FULL: "storage.disk_full",
    sqlite3.SQLITE_IOERR: "storage.disk_failed",
    sqlite3.SQLITE_CORRUPT: "storage.corrupt_database",
    sqlite3.SQLITE_NOTADB: "storage.corrupt_database",
    sqlite3.SQLITE_READONLY: "storage.read_only",
    sqlite3.SQLITE_CANTOPEN: "storage.cannot_open",
    sqlite3.SQLITE_PERM: "storage.cannot_open",
}

_BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

FULL_DISK: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says when there is no room: device full, quota used up, file size limit."""


@contextmanager
def database_faults(path: Path) -> Iterator[None]:
    """Turn what SQLite says about the file at ``path`` into a `StorageError`."""
    try:
        yield
    except DBAPIError as error:
        found = _database_error(path, error.orig)
        if found is None:
            raise
        raise found from error
    except sqlite3.Error as error:
        found = _database_error(path, error)
        if found is None:
            raise
        raise found from error


def _database_error(path: Path, error: BaseException | None) -> StorageError | None:
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(error, sqlite3.Error) or code is None:
        return None
    if code & _PRIMARY in _BUSY:
        return StorageBusyError("storage.busy", path=path)
    key = _KEYS.get(code & _PRIMARY)
    return None if key is None else StorageError(key, path=path, folder=path.parent)


@contextmanager
def folder_faults(folder: Path) -> Iterator[None]:
    """Turn what the system says about files in ``folder`` into a `StorageError`."""
    try:
        yield
    except OSError as error:
        key = "storage.disk_full" if error.errno in FULL_DISK else "storage.folder_failed"
        raise StorageError(
            key, path=error.filename or folder, folder=folder, detail=error.strerror or error
        ) from error
