"""The home folder of a running system: what stands where."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gardefou.errors import OutputError, UsageError


@dataclass(frozen=True, slots=True)
class Home:
    """Paths under a home folder; nothing is made until `prepare`."""

    folder: Path

    @property
    def site(self) -> Path:
        """The site document."""
        return self.folder / "site.yaml"

    @property
    def database(self) -> Path:
        """The store's SQLite file."""
        return self.folder / "gardefou.db"

    @property
    def journal(self) -> Path:
        """The journal."""
        return self.folder / "journal.jsonl"

    @property
    def spool(self) -> Path:
        """Events on their way from workers to the store."""
        return self.folder / "spool"

    @property
    def load(self) -> Path:
        """How busy the running system is, written anew every few seconds."""
        return self.folder / "load.json"

    @property
    def evidence(self) -> Path:
        """Snapshots and clips."""
        return self.folder / "evidence"

    @property
    def views(self) -> Path:
        """The approved view of each camera, as directions of edges."""
        return self.folder / "views"

    def prepare(self) -> None:
        """Make the folders, for their owner only; raises `OutputError`."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for each in (self.spool, self.evidence):
                each.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise self._unusable(error) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for this process alone.

        Raises `UsageError` when another one runs, `OutputError` when the folder cannot be used.
        """
        try:
            handle = os.open(self.folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UsageError("runtime.home_in_use", folder=self.folder) from error
            except OSError as error:
                raise self._unusable(error) from error
            yield
        finally:
            os.close(handle)

    def _unusable(self, error: OSError) -> OutputError:
        return OutputError("runtime.home_unusable", folder=self.folder, reason=error.strerror)
