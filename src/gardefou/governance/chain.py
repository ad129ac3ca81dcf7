"""Verification of a journal: every byte, every link; and where it broke."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from gardefou.governance.entry import START, Line, Link, decode

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


@dataclass(frozen=True, slots=True)
class Breach:
    """Where the chain broke.

    ``line`` from 1 and ``offset`` in bytes from 0, of the first line that is wrong; ``expected``
    and ``found`` the numbers of entries, where they say something.
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
    written (its entry was never acknowledged; the next append seals it).
    """

    head: Link
    breach: Breach | None = None
    torn_bytes: int = 0

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
    lines: Iterable[bytes], after: Link = START, line: int = 1, offset: int = 0
) -> Iterator[tuple[Line, int]]:
    """Read lines (each with its end) in order; yield each entry and the offset where it begins.

    A last line without its end is not yielded. Raises `BrokenChainError` at the first
    that is wrong.
    """
    for number, data in enumerate(lines, start=line):
        if not data.endswith(b"\n"):
            if is_torn(data):
                return
            raise BrokenChainError(Breach(Fault.MALFORMED, number, offset, after.seq + 1))
        entry = _checked(data, after, number, offset)
        yield entry, offset
        after, offset = entry.link, offset + len(data)


def verify(lines: Iterable[bytes], noted: Link | None = None) -> Verification:
    """Verify a whole journal; ``noted`` an entry noted down outside that must still be in it."""
    head, end, torn = START, 0, 0

    def measured() -> Iterator[bytes]:
        nonlocal end, torn
        for data in lines:
            torn = 0 if data.endswith(b"\n") else len(data)
            end += len(data) - torn
            yield data

    try:
        for entry, offset in follow(measured()):
            if noted is not None and entry.seq == noted.seq and entry.link != noted:
                breach = Breach(Fault.REWRITTEN, entry.seq, offset, noted.seq, entry.seq)
                return Verification(head, breach)
            head = entry.link
    except BrokenChainError as broken:
        return Verification(head, broken.breach)
    if noted is not None and noted.seq > head.seq:
        breach = Breach(Fault.SHORTENED, head.seq + 1, end, noted.seq, head.seq)
        return Verification(head, breach, torn)
    return Verification(head, None, torn)


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
