"""Secret keys, kept apart from the data they protect; each is made once, at its first use."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from gardefou.errors import KeysError
from gardefou.evidence.key_lock import (
    From,
    closed,
    hold_to_length,
    is_closed,
    opened,
    opening_secret,
)

VARIABLE: Final = "GARDEFOU_KEYS"
"""Environment variable that puts the keys into another folder, on another medium."""

FOLDER: Final = "keys"
"""Their folder within the home folder otherwise."""


def keys_folder(home: Path) -> Path:
    """Where the secret keys of a home folder stand: ``$GARDEFOU_KEYS``, else beside the data."""
    elsewhere = os.environ.get(VARIABLE, "")
    return Path(elsewhere) if elsewhere else home / FOLDER


def kept_secret(
    home: Path,
    name: str,
    mark: str,
    make: Callable[[], bytes],
    tell: Callable[[bytes], str],
) -> bytes:
    """The content of a key file, made at the first use of the home folder.

    ``mark`` is the file in the home folder that says which key it is, as ``tell`` puts it (a public
    key or a fingerprint): so a key that was lost or exchanged is never quietly replaced. Raises
    `KeysError`.
    """
    path, marked = keys_folder(home) / name, home / mark
    try:
        if not marked.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _alone(path.parent):
                _make_first(path, marked, make, tell)
        found = _read(path)
        if found is None:
            raise KeysError("log.keys.lost", path=path, mark=marked, variable=VARIABLE)
        found = opened(found, path, opening_secret(path.parent))
        _hold_to_mark(path, marked, found, tell)
    except OSError as error:
        reason = error.strerror or error
        raise KeysError("log.keys.unusable", path=path, variable=VARIABLE, reason=reason) from error
    return found


def _make_first(
    path: Path, marked: Path, make: Callable[[], bytes], tell: Callable[[bytes], str]
) -> None:
    """Make a key and its mark, unless another process did meanwhile.

    A key that is there without a mark was left by a first use that was cut off; in a folder
    elsewhere it may be another installation's, which must not be shared.
    """
    if marked.exists():
        return
    if path.exists() and path.parent != marked.parent / FOLDER:
        raise KeysError("log.keys.foreign", path=path, variable=VARIABLE, mark=marked)
    _hold_to_mark(path, marked, placed_key(path, make()), tell)


def placed_key(path: Path, key: bytes) -> bytes:
    """Put a key in its place, closed where a secret is given, unless one is there; the one there.

    Raises `OSError`, and `KeysError` for a secret that is too short or does not open the others.
    """
    secret = opening_secret(path.parent)
    content = key
    if secret is not None and not path.exists():
        shut = _closed_keys(path.parent)
        if shut:  # One secret opens all of a folder, also one that was closed by a short one.
            opened(shut[0].read_bytes(), shut[0], secret)
        elif secret.source is not From.ASKED:
            hold_to_length(secret)
        if shut or secret.source is not From.ASKED:
            content = closed(key, path.name, secret)
    return opened(_placed(path, content, 0o600), path, secret)


def read_key(path: Path) -> bytes:
    """A key from its file, opened if it is closed; raises `OSError` and `KeysError`."""
    return opened(path.read_bytes(), path, opening_secret(path.parent))


def _closed_keys(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.glob("*key") if path.is_file())
    return [path for path in found if is_closed(path.read_bytes())]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time make keys in a folder."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _hold_to_mark(path: Path, marked: Path, found: bytes, tell: Callable[[bytes], str]) -> None:
    try:
        told = tell(found)
    except ValueError as error:
        raise KeysError("log.keys.damaged", path=path) from error
    if _placed(marked, f"{told}\n".encode(), 0o644) != f"{told}\n".encode():
        raise KeysError("log.keys.other", path=path, mark=marked, variable=VARIABLE)


def _placed(path: Path, content: bytes, mode: int) -> bytes:
    """Put a file in its place, synced, unless one is there already; what stands there then."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    there = _read(path)
    if there is not None:
        return there
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            _name(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync(path.parent)
    return path.read_bytes()


def _name(temporary: Path, path: Path) -> None:
    """Give a file its name, never over another; media without hard links have no safer way."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        if path.exists():
            raise FileExistsError(path) from None
        temporary.rename(path)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
