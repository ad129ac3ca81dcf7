"""Where the keys of a home folder stand, and closing those that stand open."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gardefou.errors import KeysError
from gardefou.evidence.key_lock import Secret, closed, is_closed, opened
from gardefou.evidence.keys import keys_folder

PATTERNS = ("*.key", "*.skey")
"""The secret keys in a keys folder."""


@dataclass(frozen=True, slots=True)
class Custody:
    """Where keys stand: ``same_disk`` as the data; names of those that are closed, and open."""

    folder: Path
    same_disk: bool
    closed: tuple[str, ...]
    open: tuple[str, ...]


def custody(home: Path) -> Custody:
    """How the keys of a home folder are kept; raises `KeysError` when they cannot be read."""
    folder = keys_folder(home)
    try:
        same = folder.exists() and os.stat(folder).st_dev == os.stat(home).st_dev
        found = {path.name: is_closed(path.read_bytes()) for path in _files(folder)}
    except OSError as error:
        raise _unusable(folder, error) from error
    return Custody(
        folder,
        same,
        tuple(name for name, shut in found.items() if shut),
        tuple(name for name, shut in found.items() if not shut),
    )


def close_keys(home: Path, secret: Secret) -> list[str]:
    """Close each key that stands open; which. Raises `KeysError` as `hold_to_one` does.

    Each is replaced whole; what an open key left behind on the medium is for the medium's
    encryption.
    """
    folder, done = keys_folder(home), []
    hold_to_one(home, secret)
    try:
        for path in _files(folder):
            content = path.read_bytes()
            if not is_closed(content):
                _replace(path, closed(content, path.name, secret))
                done.append(path.name)
    except OSError as error:
        raise _unusable(folder, error) from error
    return done


def hold_to_one(home: Path, secret: Secret) -> None:
    """Raise `KeysError` when a key that is closed does not open with the secret: one opens all."""
    folder = keys_folder(home)
    try:
        for path in _files(folder):
            opened(path.read_bytes(), path, secret)
    except OSError as error:
        raise _unusable(folder, error) from error


def _files(folder: Path) -> list[Path]:
    return sorted(path for pattern in PATTERNS for path in folder.glob(pattern))


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.closing")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _unusable(folder: Path, error: OSError) -> KeysError:
    reason = error.strerror or error
    return KeysError("log.keys.unusable", path=folder, variable="GARDEFOU_KEYS", reason=reason)
