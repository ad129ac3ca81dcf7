"""The journal: what is not written here, synced to the disk, must not happen.

A line an entry, each linked to the one before by SHA-256; lines are added, never changed. The
lines are the leaves of a Merkle tree, whose roots are signed as checkpoints. At their term the
oldest are destroyed, and a head line keeps the roots over them.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import stat
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from gardefou.errors import JournalError
from gardefou.governance import chain, pruned
from gardefou.governance.chain import Breach, BrokenChainError, Verification
from gardefou.governance.checkpoint import Checkpoint
from gardefou.governance.entry import START, Entry, Line, Link, Operation, decode, next_line
from gardefou.governance.merkle import MerkleTree, leaf_hash
from gardefou.governance.pruned import Pruned
from gardefou.storage.faults import FULL_DISK
from gardefou.storage.files import sync_folder, write_durably

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

_HEAD_TELLS: Final = 96
"""So many bytes of a head line hold the hash of the last entry that was pruned."""

SOFTWARE: Final = "gardefou"
"""The actor of what the software does by itself."""


FileId = tuple[int, int, bytes]


_OWN_FILE: Final = os.O_NOFOLLOW | os.O_NONBLOCK
"""Neither a link to a file elsewhere nor a pipe, which would be waited for without an end."""

_NO_FILE: Final = (errno.ELOOP, errno.ENXIO, errno.EISDIR)


@dataclass(frozen=True, slots=True)
class Place:
    """A place between two entries: the ``link`` before it, ``size`` in bytes up to it.

    ``file`` tells one file from another that took its name (device, number, what was pruned);
    ``line`` the number of the line after it less that of its entry (0 until something was pruned).
    """

    link: Link
    size: int
    file: FileId
    line: int = 0


@dataclass(frozen=True, slots=True)
class Grown:
    """A tree and the place up to which it was read."""

    tree: MerkleTree
    place: Place

    def without_leaves(self) -> Grown:
        """The same in a few hashes: enough to grow, and for the root as it is now."""
        return Grown(MerkleTree(self.tree.tiles([self.tree.size])), self.place)


@dataclass(frozen=True, slots=True)
class News:
    """Entries, and the place up to which they were read; ``anew`` when from the beginning."""

    lines: Sequence[Line]
    place: Place
    anew: bool


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
        self._known: Place | None = None

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

    def verify(self, noted: Link | None = None, points: Sequence[Checkpoint] = ()) -> Verification:
        """Check every byte, every link and the root at every checkpoint.

        ``noted`` an entry, ``points`` checkpoints that were kept or noted down outside: a chain
        alone does not show that its end was cut off or made anew. Raises `JournalError` when the
        file cannot be read.
        """
        return chain.verify(self._lines(), noted, points)

    def whole_lines(self) -> Iterator[bytes]:
        """The bytes of every line as it stands, a cut-off one left out; nothing is checked."""
        return (data for data in self._lines() if data.endswith(b"\n"))

    def tree(self) -> MerkleTree:
        """The tree over all entries; raises `JournalError` where the chain broke."""
        return self.grown().tree

    def grown(self, known: Grown | None = None) -> Grown:
        """The tree over all entries, read on from what is ``known`` where that is still the file.

        Raises `JournalError` where the chain broke.
        """
        if self._known is None and not os.path.lexists(self.path):
            return Grown(MerkleTree(), Place(START, 0, (0, 0, b"")))
        with self._faults(), self._opened_for_reading() as (file, size):
            tree, place = MerkleTree(), Place(START, 0, _file_id(file.fileno()))
            if known and known.place.file == place.file and known.place.size <= size:
                tree, place = known.tree, known.place
            file.seek(place.size)
            link, end = place.link, place.size

            def start(head: Pruned) -> None:
                nonlocal tree, link, end
                tree, link, end = MerkleTree(head.tiles), head.link, len(head.encode())

            number = link.seq + 1 + place.line
            lines = _bounded(file, size - place.size)
            try:
                for line, offset in chain.follow(lines, link, number, end, on_pruned=start):
                    data = line.encode()
                    tree.append(leaf_hash(data[:-1]))
                    link, end = line.link, offset + len(data)
            except BrokenChainError as broken:
                raise self._broken(broken.breach) from broken
            off = 1 - tree.pruned if tree.pruned and not place.size else place.line
            return Grown(tree, Place(link, end, place.file, off))

    def since(self, known: Place | None = None) -> News:
        """The entries after a place that was ``known``, all of them where that is no more.

        Each that is read is held to the one before it. Raises `JournalError` where the chain broke.
        """
        if self._known is None and not os.path.lexists(self.path):
            return News([], Place(START, 0, (0, 0, b"")), known is None or known.size > 0)
        with self._faults(), self._opened_for_reading() as (file, size):
            place = Place(START, 0, _file_id(file.fileno()))
            anew = known is None or known.file != place.file or known.size > size
            if known is not None and not anew:
                place = known
            link, end, off = place.link, place.size, place.line
            found: list[Line] = []

            def start(head: Pruned) -> None:
                nonlocal link, end, off
                link, end, off = head.link, len(head.encode()), 1 - head.link.seq

            file.seek(place.size)
            lines = _bounded(file, size - place.size)
            try:
                for line, offset in chain.follow(lines, link, link.seq + 1 + off, end, start):
                    found.append(line)
                    link, end = line.link, offset + len(line.encode())
            except BrokenChainError as broken:
                raise self._broken(broken.breach) from broken
            return News(found, Place(link, end, place.file, off), anew)

    def prune(self, last: Link, kept: Collection[int], record: Entry) -> Line:
        """Destroy every entry up to ``last``, after ``record`` says so in the journal.

        ``kept`` sizes of checkpoints whose roots stay computable. The new file takes the old one's
        place at once or not at all. ``record`` needs a detail ``last`` that is the text of
        ``last``. Raises `JournalError`; then what is not destroyed yet is destroyed the next time.
        """
        if record.details.get("last") != str(last):
            raise ValueError("the record of a pruning names the last entry that goes")
        with self._thread_lock, self._opened_for_writing() as handle:
            end = self._seal_torn(handle, self._end(handle))
            line, self._known = self._add(handle, record, end)
            whole = _read_from(handle, 0)
            try:
                head, rest = _pruned_after(whole, last, kept)
            except BrokenChainError as broken:
                raise self._broken(broken.breach) from broken
            content = head.encode() + rest
            write_durably(self.path.parent, self.path.name, content)
            with self.path.open("rb") as file:
                place = _file_id(file.fileno())
            self._known = Place(line.link, len(content), place, 1 - last.seq)
        return line

    # Writing

    @contextmanager
    def _opened_for_writing(self) -> Iterator[int]:
        """The file, locked against other writers."""
        with self._faults():
            handle = self._open_locked()
            try:
                yield handle
            finally:
                os.close(handle)

    def _open_locked(self) -> int:
        """The file, open and locked, unless another one took its name meanwhile: then that one."""
        while True:
            created = not os.path.lexists(self.path)
            if created and self._known is not None:
                raise JournalError("governance.journal.gone", path=self.path)
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | _OWN_FILE
            handle = os.open(self.path, flags, 0o600)
            try:
                self._hold_to_file(handle)
                self._lock(handle)
                if created:
                    sync_folder(self.path.parent)
                if _identity(os.fstat(handle)) == _identity(self.path.stat()):
                    return handle
            except FileNotFoundError:
                pass
            except BaseException:
                os.close(handle)
                raise
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

    def _end(self, handle: int) -> Place:
        """The last whole entry: from memory, followed over what other processes added."""
        file = _file_id(handle)
        known = self._known
        if known is None:
            known = self._last_entry(handle, file)
        elif known.file != file:
            known = self._found_again(handle, known.link, file)
        if os.fstat(handle).st_size < known.size:
            raise JournalError("governance.journal.shortened", path=self.path, seq=known.link.seq)
        added = BytesIO(_read_from(handle, known.size))
        number = known.link.seq + 1 + known.line
        try:
            for line, offset in chain.follow(added, known.link, number, known.size):
                known = Place(line.link, offset + len(line.encode()), file, known.line)
        except BrokenChainError as broken:
            raise self._broken(broken.breach) from broken
        return known

    def _last_entry(self, handle: int, file: FileId) -> Place:
        """The last whole line of a file that this process has not seen yet."""
        size = os.fstat(handle).st_size
        start = max(0, size - 2 * LONGEST_LINE)  # a whole line, and one that was cut off
        data = _read_from(handle, start)
        end = data.rfind(b"\n") + 1
        if end == 0 and start == 0:
            return Place(START, 0, file)
        begin = data.rfind(b"\n", 0, end - 1) + 1
        try:
            line = decode(data[begin : end - 1])
        except ValueError:
            line = None
        if line is None or not line.is_genuine:
            raise JournalError(
                "governance.journal.unreadable_end", path=self.path, offset=start + begin
            )
        return Place(line.link, start + end, file, self._lines_off(handle))

    def _found_again(self, handle: int, link: Link, file: FileId) -> Place:
        """A known entry in a file that took the place of the one it was in, because of pruning."""
        off = self._lines_off(handle)
        try:
            for line, offset in chain.follow(BytesIO(_read_from(handle, 0))):
                if line.link == link:
                    return Place(link, offset + len(line.encode()), file, off)
        except BrokenChainError as broken:
            raise self._broken(broken.breach) from broken
        raise JournalError("governance.journal.shortened", path=self.path, seq=link.seq)

    def _lines_off(self, handle: int) -> int:
        """By how much the number of a line differs from that of its entry."""
        if os.pread(handle, len(pruned.BEGINNING), 0) != pruned.BEGINNING:
            return 0
        with os.fdopen(os.dup(handle), "rb") as file:
            file.seek(0)
            head = file.readline()
        try:
            return 1 - Pruned.decode(head).link.seq
        except ValueError:
            return 0

    def _seal_torn(self, handle: int, end: Place) -> Place:
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

    def _add(self, handle: int, entry: Entry, end: Place) -> tuple[Line, Place]:
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
        return line, Place(line.link, end.size + len(data), end.file, end.line)

    # Reading

    def _lines(self) -> Iterator[bytes]:
        """The lines up to the size that the file has when no append is under way."""
        with self._faults():
            if self._known is None and not os.path.lexists(self.path):
                return
            with self._opened_for_reading() as (file, size):
                yield from _bounded(file, size)

    @contextmanager
    def _opened_for_reading(self) -> Iterator[tuple[BinaryIO, int]]:
        """The file, and the size that it has when no append is under way."""
        try:
            handle = os.open(self.path, os.O_RDONLY | _OWN_FILE)
        except FileNotFoundError:
            if self._known is None:
                raise
            raise JournalError("governance.journal.gone", path=self.path) from None
        with os.fdopen(handle, "rb") as file:
            self._hold_to_file(handle)
            fcntl.flock(file, fcntl.LOCK_SH)
            size = os.fstat(file.fileno()).st_size
            fcntl.flock(file, fcntl.LOCK_UN)
            yield file, size

    def _hold_to_file(self, handle: int) -> None:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise JournalError("governance.journal.no_file", path=self.path)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn what the system says into a `JournalError` that names the file and the cure."""
        try:
            yield
        except OSError as error:
            if error.errno in _NO_FILE:
                raise JournalError("governance.journal.no_file", path=self.path) from error
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


def _bounded(file: BinaryIO, left: int) -> Iterator[bytes]:
    """The lines of the next so many bytes."""
    while left > 0 and (data := file.readline(left)):
        left -= len(data)
        yield data


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _file_id(handle: int) -> FileId:
    """Which file it is; numbers of files are used again, what was pruned only grows."""
    head = os.pread(handle, _HEAD_TELLS, 0)
    return *_identity(os.fstat(handle)), head if head.startswith(pruned.BEGINNING) else b""


def _pruned_after(whole: bytes, last: Link, kept: Collection[int]) -> tuple[Pruned, bytes]:
    """The head of a journal without its entries up to ``last``, and the bytes that stay."""
    before: list[int] = []
    tree = MerkleTree()
    begin = None

    def start(head: Pruned) -> None:
        nonlocal tree
        tree = MerkleTree(head.tiles)
        before.extend(head.kept)

    for line, offset in chain.follow(BytesIO(whole), on_pruned=start):
        tree.append(leaf_hash(line.encode()[:-1]))
        if line.link == last:
            begin = offset + len(line.encode())
    if begin is None:
        raise ValueError(f"entry {last} is not in the journal")
    known = tree.pruned
    sizes = {*before, *(each for each in kept if known < each <= last.seq)}
    return Pruned.of(last, tree, sizes), whole[begin:]


def _read_from(handle: int, offset: int) -> bytes:
    parts = []
    while part := os.pread(handle, 1 << 20, offset):
        parts.append(part)
        offset += len(part)
    return b"".join(parts)


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]
