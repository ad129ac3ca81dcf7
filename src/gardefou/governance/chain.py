"""Verification of a journal: every byte, every link; and where it broke."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from gardefou.governance import pruned
from gardefou.governance.checkpoint import Checkpoint
from gardefou.governance.entry import START, Line, Link, Operation, decode
from gardefou.governance.merkle import EMPTY_ROOT, MerkleTree, PrunedError, leaf_hash
from gardefou.governance.pruned import Pruned

BEGINNING: Final = b'{"actor":"'
"""How every line begins."""


@unique
class Fault(StrEnum):
    """What can be wrong; texts in the catalogue under ``governance.breach.<value>``."""

    MALFORMED = "malformed"
    """A line is no entry in canonical form: a byte was changed, added or taken."""
    CHANGED = "changed"
    """The content of an entry is not what its hash was made of."""
    MISSING = "missing"
    """Entries are missing, doubled or in another order."""
    RELINKED = "relinked"
    """An entry follows another one than the one before it: something before it was rewritten."""
    REWRITTEN = "rewritten"
    """The entry is not the one noted down outside."""
    SHORTENED = "shortened"
    """The journal ends before the entry noted down outside."""
    OTHER_ROOT = "other_root"
    """Entries are not those that a checkpoint was made over: a part was rewritten in order."""
    UNRECORDED = "unrecorded"
    """The oldest entries are gone and no entry says that they were destroyed at their term."""


@dataclass(frozen=True, slots=True)
class Breach:
    """Where the chain broke.

    ``line`` from 1 and ``offset`` in bytes from 0, of the first line that is or may be wrong;
    ``expected`` and ``found`` the numbers of entries, where they say something.
    """

    fault: Fault
    line: int
    offset: int
    expected: int
    found: int | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification found.

    ``head`` the last entry in order; ``torn_bytes`` of a last line that was cut off while being
    written (its entry was never acknowledged; the next append seals it); ``pruned`` how many
    entries were destroyed at their term; ``root`` over all entries in order; ``held_to`` how many
    checkpoints it was held to, ``not_held_to`` how many lie within the destroyed part.
    """

    head: Link
    breach: Breach | None = None
    torn_bytes: int = 0
    pruned: int = 0
    root: bytes = EMPTY_ROOT
    held_to: int = 0
    not_held_to: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing was changed, taken or moved."""
        return self.breach is None

    @property
    def entries(self) -> int:
        """How many entries are in order."""
        return self.head.seq


class BrokenChainError(ValueError):
    """A line that does not follow; ``breach`` says where and how."""

    def __init__(self, breach: Breach) -> None:
        super().__init__(breach)
        self.breach = breach


def follow(
    lines: Iterable[bytes],
    after: Link = START,
    line: int = 1,
    offset: int = 0,
    on_pruned: Callable[[Pruned], None] | None = None,
) -> Iterator[tuple[Line, int]]:
    """Read lines (each with its end) in order; yield each entry and the offset where it begins.

    A head that says what was pruned is told to ``on_pruned``. A last line without its end is not
    yielded. Raises `BrokenChainError` at the first that is wrong.
    """
    for number, data in enumerate(lines, start=line):
        if offset == 0 and data.startswith(pruned.BEGINNING):
            head = _head(data)
            after, offset = head.link, len(data)
            if on_pruned is not None:
                on_pruned(head)
            continue
        if not data.endswith(b"\n"):
            if is_torn(data):
                return
            raise BrokenChainError(Breach(Fault.MALFORMED, number, offset, after.seq + 1))
        entry = _checked(data, after, number, offset)
        yield entry, offset
        after, offset = entry.link, offset + len(data)


def verify(
    lines: Iterable[bytes], noted: Link | None = None, points: Sequence[Checkpoint] = ()
) -> Verification:
    """Verify a whole journal.

    ``noted`` an entry, ``points`` checkpoints kept or noted down outside: the entry must still be
    there, and the entries must be those that the checkpoints were made over.
    """
    walk = _Walk(noted, points)
    try:
        walk.through(lines)
    except BrokenChainError as broken:
        return walk.found(broken.breach)
    return walk.found(walk.lacking())


class _Walk:
    """A verification on its way through a journal."""

    def __init__(self, noted: Link | None, points: Sequence[Checkpoint]) -> None:
        self._noted = noted
        self._points = sorted(points, key=lambda each: each.size, reverse=True)
        self._head, self._end, self._torn, self._line = START, 0, 0, 0
        self._tree = MerkleTree()
        self._pruned: Link | None = None
        self._recorded = False
        self._sure = (1, 0, 1)
        self._held = self._skipped = 0

    def through(self, lines: Iterable[bytes]) -> None:
        """Read to the end; raises `BrokenChainError`."""
        self._hold_to_points()
        for entry, offset in follow(self._measured(lines), on_pruned=self._start_after):
            if self._noted is not None and entry.seq == self._noted.seq:
                self._hold_to_noted(entry.link, offset)
            self._head = entry.link
            self._tree.append(leaf_hash(entry.encode()[:-1]))
            self._recorded = self._recorded or self._tells_of_pruning(entry)
            self._hold_to_points()

    def lacking(self) -> Breach | None:
        """What the end shows: that there should be more, or that pruning was not recorded."""
        wanted = max([self._noted.seq if self._noted else 0, *(each.size for each in self._points)])
        if wanted > self._head.seq:
            return Breach(Fault.SHORTENED, self._line + 1, self._end, wanted, self._head.seq)
        if self._pruned is not None and not self._recorded:
            return Breach(Fault.UNRECORDED, 1, 0, 1, self._pruned.seq)
        return None

    def found(self, breach: Breach | None) -> Verification:
        """The result."""
        return Verification(
            head=self._head,
            breach=breach,
            torn_bytes=0 if breach and breach.fault is not Fault.SHORTENED else self._torn,
            pruned=self._pruned.seq if self._pruned else 0,
            root=self._tree.root(),
            held_to=self._held,
            not_held_to=self._skipped,
        )

    def _measured(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for data in lines:
            self._torn = 0 if data.endswith(b"\n") else len(data)
            self._line += not self._torn
            self._end += len(data) - self._torn
            yield data

    def _start_after(self, head: Pruned) -> None:
        self._head = self._pruned = head.link
        if self._noted is not None and 0 < self._noted.seq < head.link.seq:
            self._skipped += 1
        elif self._noted is not None and self._noted.seq == head.link.seq:
            self._hold_to_noted(head.link, 0)
        self._tree = MerkleTree(head.tiles)
        while self._points and self._points[-1].size <= head.link.seq:
            point = self._points.pop()
            try:
                known = self._tree.root(point.size)
            except PrunedError:
                self._skipped += 1
            else:
                self._hold(point, known)

    def _hold_to_noted(self, link: Link, offset: int) -> None:
        if link != self._noted:
            breach = Breach(Fault.REWRITTEN, self._line, offset, link.seq, link.seq)
            raise BrokenChainError(breach)

    def _hold_to_points(self) -> None:
        while self._points and self._points[-1].size == self._tree.size:
            self._hold(self._points.pop(), self._tree.root())

    def _hold(self, point: Checkpoint, root: bytes) -> None:
        if point.root != root:
            line, offset, first = self._sure
            raise BrokenChainError(Breach(Fault.OTHER_ROOT, line, offset, first, point.size))
        self._held += 1
        self._sure = (self._line + 1, self._end, point.size + 1)

    def _tells_of_pruning(self, entry: Line) -> bool:
        return (
            self._pruned is not None
            and entry.operation == Operation.DESTRUCTION
            and entry.details.get("last") == str(self._pruned)
        )


def is_torn(data: bytes) -> bool:
    """Whether a line without its end is what a cut-off write leaves: the beginning of an entry.

    A file system may have filled the rest with zeros. A complete entry with anything after it is
    not torn: there the end of the line was overwritten.
    """
    written = data.rstrip(b"\0")
    if not (written.startswith(BEGINNING) or BEGINNING.startswith(written)):
        return False
    try:
        text = written.decode()
    except UnicodeDecodeError as error:
        if error.end != len(written):
            return False
        text = written[: error.start].decode()  # a character was cut in two
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return True
    return end == len(text) and text.encode() == data


def _head(data: bytes) -> Pruned:
    try:
        return Pruned.decode(data)
    except ValueError:
        raise BrokenChainError(Breach(Fault.MALFORMED, 1, 0, 1)) from None


def _checked(data: bytes, after: Link, line: int, offset: int) -> Line:
    expected = after.seq + 1
    try:
        entry = decode(data[:-1])
    except ValueError:
        raise BrokenChainError(Breach(Fault.MALFORMED, line, offset, expected)) from None
    if not entry.is_genuine:
        raise BrokenChainError(Breach(Fault.CHANGED, line, offset, expected, entry.seq))
    if entry.seq != expected:
        raise BrokenChainError(Breach(Fault.MISSING, line, offset, expected, entry.seq))
    if entry.prev != after.hash:
        raise BrokenChainError(Breach(Fault.RELINKED, line, offset, expected, entry.seq))
    return entry
