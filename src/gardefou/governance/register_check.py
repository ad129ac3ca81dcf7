"""Nothing runs unseen: the public register's entry stands, and describes what runs."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Final, Protocol

from gardefou.errors import OutputError
from gardefou.governance.refusal import Reason, Refusal
from gardefou.storage.files import write_durably

ENTRY: Final = "entry.json"
"""The public entry, in whatever form it is published."""

SEAL: Final = "seal.json"
"""Beside it: hash of the entry, and hash of the configuration that it describes."""


class RegisterCheck(Protocol):
    """Whether the public register describes what runs; asked every round, so it must be quick."""

    def refusals(self, running_sha256: str) -> list[Refusal]:
        """None when the entry of this running configuration is there for all to read."""
        ...


class RegisterFolder:
    """The entry as a file in a folder, sealed with the hash of what it describes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp: object = None
        self._sealed: str | None = None

    def refusals(self, running_sha256: str) -> list[Refusal]:
        """The entry and its seal, read anew when one of them was touched."""
        entry = self._folder / ENTRY
        try:
            stamp = tuple(
                (found.st_ino, found.st_mtime_ns, found.st_size)
                for found in (os.stat(entry), os.stat(self._folder / SEAL))
            )
        except OSError:
            self._stamp = None
            return [Refusal.of(Reason.REGISTER_MISSING, path=entry)]
        if stamp != self._stamp:
            self._stamp, self._sealed = stamp, self._read()
        if self._sealed != running_sha256:
            return [Refusal.of(Reason.REGISTER_DIFFERS, path=entry)]
        return []

    def _read(self) -> str | None:
        """The hash of the configuration that the entry describes, if the seal fits the entry."""
        try:
            seal = json.loads((self._folder / SEAL).read_bytes())
            entry = hashlib.sha256((self._folder / ENTRY).read_bytes()).hexdigest()
            return str(seal["running_sha256"]) if seal["entry_sha256"] == entry else None
        except (OSError, ValueError, KeyError, TypeError):
            return None


def publish(folder: Path, entry: bytes, running_sha256: str) -> None:
    """Write an entry and its seal; raises `OutputError`."""
    seal = {
        "entry_sha256": hashlib.sha256(entry).hexdigest(),
        "running_sha256": running_sha256,
    }
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        write_durably(folder, ENTRY, entry)
        write_durably(folder, SEAL, json.dumps(seal, indent=2).encode())
    except OSError as error:
        raise OutputError("mandate.unwritable", path=folder, reason=error.strerror) from error
