"""The spool: the one durable way from a worker to the store, a small file an event.

A worker writes an event before anything else happens with it; the hub records files in their order
and only then deletes them. Killed at any step, nothing is lost and nothing doubles.
"""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gardefou.errors import one_line
from gardefou.i18n import text
from gardefou.storage.events import SpoolEvent, key_of
from gardefou.storage.faults import folder_faults
from gardefou.storage.files import TEMPORARY, sync_folder, write_durably
from gardefou.storage.records import Mode
from gardefou.storage.store import Store
from gardefou.storage.wire import decode, encode
from gardefou.storage.writing import Outcome

BATCH: Final = 200
"""Events recorded in one transaction."""

LARGEST: Final = 1 << 20
"""Largest file that can be an event, bytes."""

ORPHAN_AFTER_S: Final = 86_400.0
"""How long an event waits for the opening of its alert, s."""

STALE_AFTER_S: Final = 3_600.0
"""After this long, s, a file still under its temporary name was left by a killed writer."""

REJECTED: Final = "rejected"
"""Folder within the spool for files that are no events."""

_NAME: Final = re.compile(r"(\d{20})_[0-9a-f]{32}-[a-z-]+\.json")

_BAD_FILE: Final = (errno.EACCES, errno.EPERM, errno.EISDIR, errno.ELOOP, errno.EIO)
"""Errors that are about one file; any other is about the machine, and reading stops."""


class SpoolWriter:
    """A worker's end of the spool.

    ``mode`` what the worker runs as; it goes into every file. Files sort by the time of writing
    and a writer's own files by the order of its calls, also when the clock is set back.
    """

    def __init__(
        self, folder: Path, mode: Mode, clock_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._folder = folder
        self._mode = mode
        self._clock_ns = clock_ns
        self._stamp = 0
        _make(folder)

    def write(self, event: SpoolEvent) -> Path:
        """Write an event; it is on the disk when the call returns.

        Raises `StorageError` when it cannot be (folder and cure named; call again then), and
        `ValueError` for an event that no store can take.
        """
        data = encode(event, self._mode)
        self._stamp = max(self._clock_ns(), self._stamp + 1)
        with folder_faults(self._folder):
            return write_durably(self._folder, f"{self._stamp:020d}_{key_of(event)}.json", data)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file that is no event, still in its place.

    ``key`` of the text that says why, ``fields`` fill it.
    """

    name: str
    key: str
    fields: Mapping[str, object] = field(default_factory=dict)

    def reason(self, language: str | None = None) -> str:
        """Why, on one line."""
        return one_line(text(self.key, language, **self.fields))


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one call of `SpoolReader.ingest` did.

    ``recorded`` events that changed the store, in order; ``repeated`` files that told what it
    knew; ``waiting`` files whose alert is not open yet; ``rejected`` files to journal and then
    `SpoolReader.set_aside`; ``more`` whether another call now may record more.
    """

    recorded: tuple[SpoolEvent, ...] = ()
    repeated: int = 0
    waiting: int = 0
    rejected: tuple[Rejected, ...] = ()
    more: bool = False


@dataclass(slots=True)
class _Entry:
    name: str
    event: SpoolEvent
    mode: Mode


class SpoolReader:
    """The hub's end of the spool."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock
        _make(folder)
        _make(folder / REJECTED)

    def ingest(self, store: Store) -> IngestReport:
        """Record the oldest files, in one transaction, then delete them.

        Raises `StorageError` when the database or the folder cannot be used: then nothing was
        recorded, every file stays and the next call takes it (`StorageBusyError`: the database was
        held by another process for as long as the store waits).
        """
        with folder_faults(self._folder):
            names = self._names()
            waiting, rejected = 0, list[Rejected]()
            for start in range(0, len(names), BATCH):
                entries = list(self._read(names[start : start + BATCH], rejected))
                report = self._record(store, entries)
                waiting += report.waiting
                rejected += report.rejected
                if done := len(report.recorded) + report.repeated:
                    more = len(names) > done
                    return IngestReport(
                        report.recorded, report.repeated, waiting, tuple(rejected), more
                    )
            return IngestReport(waiting=waiting, rejected=tuple(rejected))

    def set_aside(self, rejected: Rejected) -> Path:
        """Move a file to the folder of rejected ones, after its rejection was journalled.

        Raises `StorageError` when it cannot be moved.
        """
        target = self._folder / REJECTED / rejected.name
        with folder_faults(self._folder):
            with suppress(FileNotFoundError):
                os.replace(self._folder / rejected.name, target)
            sync_folder(self._folder)
            sync_folder(target.parent)
        return target

    def _names(self) -> list[str]:
        """Names in the spool, in order; what killed writers left half-written is cleared away."""
        names = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") and entry.name.endswith(TEMPORARY):
                    self._clear_if_stale(entry)
                elif entry.name != REJECTED:
                    names.append(entry.name)
        return sorted(names)

    def _clear_if_stale(self, entry: os.DirEntry[str]) -> None:
        with suppress(FileNotFoundError):
            if self._clock() - entry.stat(follow_symlinks=False).st_mtime > STALE_AFTER_S:
                os.unlink(entry.path)

    def _read(self, names: Sequence[str], rejected: list[Rejected]) -> Iterator[_Entry]:
        for name in names:
            try:
                yield _Entry(name, *_event(self._folder / name))
            except FileNotFoundError:
                continue  # another hub took it
            except ValueError as error:
                rejected.append(Rejected(name, "storage.spool.malformed", {"detail": error}))
            except OSError as error:
                if error.errno not in _BAD_FILE:
                    raise
                detail = {"detail": error.strerror}
                rejected.append(Rejected(name, "storage.spool.unreadable", detail))

    def _record(self, store: Store, entries: Sequence[_Entry]) -> IngestReport:
        if not entries:
            return IngestReport()
        results = store.apply([(entry.event, entry.mode) for entry in entries])
        recorded: list[SpoolEvent] = []
        rejected: list[Rejected] = []
        taken: list[str] = []
        waiting = 0
        for entry, result in zip(entries, results, strict=True):
            match result.outcome:
                case Outcome.WAITING if self._is_orphan(entry.name):
                    rejected.append(Rejected(entry.name, "storage.spool.orphan"))
                case Outcome.WAITING:
                    waiting += 1
                case Outcome.REFUSED:
                    detail = {"detail": result.detail}
                    rejected.append(Rejected(entry.name, "storage.spool.refused", detail))
                case outcome:
                    taken.append(entry.name)
                    if outcome is Outcome.RECORDED:
                        recorded.append(entry.event)
        self._take_away(taken)
        return IngestReport(tuple(recorded), len(taken) - len(recorded), waiting, tuple(rejected))

    def _take_away(self, names: Sequence[str]) -> None:
        """Delete files whose events are in the store; one that comes back changes nothing."""
        for name in names:
            with suppress(FileNotFoundError):
                os.unlink(self._folder / name)

    def _is_orphan(self, name: str) -> bool:
        written_at = int(name.partition("_")[0]) / 1e9
        return self._clock() - written_at > ORPHAN_AFTER_S


def _make(folder: Path) -> None:
    """Make sure the folder is there, for its owner only."""
    with folder_faults(folder):
        folder.mkdir(mode=0o700, exist_ok=True)


def _event(path: Path) -> tuple[SpoolEvent, Mode]:
    """What a file tells; raises `ValueError` with a short detail when it is no event."""
    if not _NAME.fullmatch(path.name):
        raise ValueError(path.name)
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        data = file.read(LARGEST + 1) or b""
    if len(data) > LARGEST:
        raise ValueError(f"> {LARGEST} B")
    return decode(data)
