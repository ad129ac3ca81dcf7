"""Files that are whole or absent: written aside, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from gardefou.errors import OutputError

STALE_S: Final = 3600.0
"""An unfinished file older than this belongs to no living process: no clip takes an hour."""

_UNFINISHED: Final = ".part"

PutFile = Callable[[Path], AbstractContextManager[Path]]
"""Gives a path to write to; what is there at the end becomes the file, plain or sealed."""


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path to write to; what is there at the end becomes ``path``, all of it or nothing.

    Folders are made as needed. Raises `OutputError` that names the folder when the disk is full,
    the folder cannot be written or the file is refused; then no part of the file stays behind and
    an earlier ``path`` is untouched.
    """
    if not path.name:  # "" and "/", among others.
        raise _refused(path, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
    unfinished = unfinished_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        _sync(unfinished)
        unfinished.replace(path)
        _sync(path.parent)
    except OSError as error:
        discard(unfinished)
        raise _refused(path, error) from error
    except BaseException:
        discard(unfinished)
        raise


def unfinished_name(path: Path) -> Path:
    """Where the content of ``path`` stands until it is complete."""
    return path.with_name(f".{path.name}{_UNFINISHED}")


def discard(path: Path) -> None:
    """Remove a file if it is there and can be removed."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def sweep(folder: Path, older_than_s: float = STALE_S) -> int:
    """Remove unfinished files that a killed process left under ``folder``; returns how many."""
    oldest = time.time() - older_than_s
    stale = [path for path in folder.rglob(f".*{_UNFINISHED}") if path.stat().st_mtime < oldest]
    for path in stale:
        discard(path)
    return len(stale)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refused(path: Path, error: OSError) -> OutputError:
    reason = error.strerror or type(error).__name__
    return OutputError("evidence.not_written", path=path, folder=path.parent, reason=reason)
