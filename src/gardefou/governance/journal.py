"""The journal: what is not written here, synced to the disk, must not happen.

A line an entry, each linked to the one before by SHA-256; lines are added, never changed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from gardefou.errors import JournalError
from gardefou.governance import chain
from gardefou.governance.chain import Breach, BrokenChainError, Verification
from gardefou.governance.entry import START, Entry, Line, Link, Operation, decode, next_line
from gardefou.storage.faults import FULL_DISK
from gardefou.storage.files import sync_folder

FILE_NAME: Final = "journal.jsonl"
"""Name of the journal within the home folder."""

LONGEST_LINE: Final = 1 << 16
"""Longest line, bytes."""

LOCKED_S: Final = 5.0
"""How long an append waits for another process that is writing, s."""

LOOK_AGAIN_S: Final = 0.005
"""How often it looks whether the other is done, s."""

TORN_KEPT: Final = 4096
"""How much of a torn line its sealing entry repeats, bytes."""

SOFTWARE: Final = "gardefou"
"""The actor of what the software does by itself."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The end of the journal as this process last saw it; ``size`` in bytes."""

    link: Link
    size: int


class Journal:
    """The journal in one file; threads and processes may append to it at once.

    ``now`` the time in UTC; ``locked_s`` how long an append waits for another process, s.
    """

    def __init__(
        self,
        path: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        locked_s: float = LOCKED_S,
    ) -> None:
        self.path = path
        self._now = now
        self._locked_s = locked_s
        self._thread_lock = threading.Lock()
        self._known: _Known | None = None

    def append(self, entry: Entry) -> Line:
        """Add an entry; when the call returns, it is on the disk.

        A line that a crash cut off is sealed first: cut away, and repeated in a recovery entry.
        Raises `JournalError` when the entry cannot be written for whatever reason; then what it
        was to record must not happen.
        """
        with self._thread_lock, self._opened_for_writing() as handle:
            end = self._seal_torn(handle, self._end(handle))
            line, self._known = self._add(handle, entry, end)
            return line

    def entries(self) -> Iterator[Line]:
        """Every entry, the oldest first; raises `JournalError` at the place where the chain broke.

        A journal that was never written has none.
        """
        try:
            for line, _ in chain.follow(self._lines()):
                yield line
        except BrokenChainError as broken:
            raise self._broken(broken.breach) from broken

    def verify(self, noted: Link | None = None) -> Verification:
        """Check every byte and every link.

        ``noted`` an entry noted down outside, which must still be there: a chain alone does not
        show that its end was cut off. Raises `JournalError` when the file cannot be read.
        """
        return chain.verify(self._lines(), noted)

    # Writing

    @contextmanager
    def _opened_for_writing(self) -> Iterator[int]:
        """The file, locked against other writers."""
        with self._faults():
            created = not self.path.exists()
            if created and self._known is not None:
                raise JournalError("governance.journal.gone", path=self.path)
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                self._lock(handle)
                if created:
                    sync_folder(self.path.parent)
                yield handle
            finally:
                os.close(handle)

    def _lock(self, handle: int) -> None:
        deadline = time.monotonic() + self._locked_s
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise JournalError("governance.journal.locked", path=self.path) from None
                time.sleep(LOOK_AGAIN_S)
            else:
                return

    def _end(self, handle: int) -> _Known:
        """The last whole entry: from memory, followed over what other processes added."""
        known = self._known or self._last_entry(handle)
        if os.fstat(handle).st_size < known.size:
            raise JournalError("governance.journal.shortened", path=self.path, seq=known.link.seq)
        added = BytesIO(_read_from(handle, known.size))
        try:
            for line, offset in chain.follow(added, known.link, known.link.seq + 1, known.size):
                known = _Known(line.link, offset + len(line.encode()))
        except BrokenChainError as broken:
            raise self._broken(broken.breach) from broken
        return known

    def _last_entry(self, handle: int) -> _Known:
        """The last whole line of a file that this process has not seen yet."""
        size = os.fstat(handle).st_size
        start = max(0, size - 2 * LONGEST_LINE)  # a whole line, and one that was cut off
        data = _read_from(handle, start)
        end = data.rfind(b"\n") + 1
        if end == 0 and start == 0:
            return _Known(START, 0)
        begin = data.rfind(b"\n", 0, end - 1) + 1
        try:
            line = decode(data[begin : end - 1])
        except ValueError:
            line = None
        if line is None or not line.is_genuine:
            raise JournalError(
                "governance.journal.unreadable_end", path=self.path, offset=start + begin
            )
        return _Known(line.link, start + end)

    def _seal_torn(self, handle: int, end: _Known) -> _Known:
        torn = _read_from(handle, end.size)
        if not torn:
            return end
        os.ftruncate(handle, end.size)
        recovery = Entry(
            SOFTWARE,
            Operation.RECOVERY,
            object_ref=self.path.name,
            details={
                "torn_bytes": len(torn),
                "torn_sha256": hashlib.sha256(torn).hexdigest(),
                "torn_text": torn[:TORN_KEPT].decode(errors="replace"),
            },
        )
        _, end = self._add(handle, recovery, end)
        return end

    def _add(self, handle: int, entry: Entry, end: _Known) -> tuple[Line, _Known]:
        try:
            line = next_line(entry, _timestamp(self._now()), end.link)
        except ValueError as error:
            raise JournalError("governance.journal.no_form", detail=error) from error
        data = line.encode()
        if len(data) > LONGEST_LINE:
            raise JournalError("governance.journal.too_long", length=len(data), most=LONGEST_LINE)
        try:
            _write_all(handle, data)
            os.fsync(handle)
        except OSError:
            with suppress(OSError):  # where this fails too, the next append seals a torn line
                os.ftruncate(handle, end.size)
            raise
        return line, _Known(line.link, end.size + len(data))

    # Reading

    def _lines(self) -> Iterator[bytes]:
        """The lines up to the size that the file has when no append is under way."""
        with self._faults():
            try:
                file = self.path.open("rb")
            except FileNotFoundError:
                if self._known is not None:
                    raise JournalError("governance.journal.gone", path=self.path) from None
                return
            with file:
                fcntl.flock(file, fcntl.LOCK_SH)
                left = os.fstat(file.fileno()).st_size
                fcntl.flock(file, fcntl.LOCK_UN)
                while left > 0 and (data := file.readline(left)):
                    left -= len(data)
                    yield data

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn what the system says into a `JournalError` that names the file and the cure."""
        try:
            yield
        except OSError as error:
            key = "full" if error.errno in FULL_DISK else "unusable"
            raise JournalError(
                f"governance.journal.{key}",
                path=self.path,
                folder=self.path.parent,
                detail=error.strerror or error,
            ) from error

    def _broken(self, breach: Breach) -> JournalError:
        return JournalError(
            "governance.journal.broken", path=self.path, line=breach.line, offset=breach.offset
        )


def _timestamp(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _read_from(handle: int, offset: int) -> bytes:
    parts = []
    while part := os.pread(handle, 1 << 20, offset):
        parts.append(part)
        offset += len(part)
    return b"".join(parts)


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]
