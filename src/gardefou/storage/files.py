"""Files that are on the disk when the call returns."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

TEMPORARY = ".tmp"
"""How the name of a file ends that is still being written; such names begin with a dot."""


def write_durably(folder: Path, name: str, data: bytes) -> Path:
    """Write a file whole or not at all: beside its place, synced, renamed, the folder synced.

    Raises `OSError`; nothing of a file that failed stays behind.
    """
    path, temporary = folder / name, folder / f".{name}{TEMPORARY}"
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    sync_folder(folder)
    return path


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk; raises `OSError`."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
