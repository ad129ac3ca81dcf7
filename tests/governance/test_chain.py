"""Verification finds any change of the journal, and the place."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gardefou.governance.chain import Fault, Verification, verify
from gardefou.governance.entry import GENESIS, START, Entry, Link, Operation, next_line


def lines(count: int) -> list[bytes]:
    """A journal of some entries."""
    written, link = [], START
    for number in range(1, count + 1):
        entry = Entry(
            "a.petit", Operation.REVIEW, f"alert {number}", "ronde", {"verdict": "doubté"}
        )
        line = next_line(entry, f"2026-11-22T10:00:{number:02d}.000000Z", link)
        written.append(line.encode())
        link = line.link
    return written


JOURNAL = lines(6)
OFFSETS = [sum(map(len, JOURNAL[:index])) for index in range(len(JOURNAL))]
HEAD = Link(6, json.loads(JOURNAL[-1])["hash"])


def found(changed: list[bytes], noted: Link | None = None) -> tuple[Fault, int, int]:
    """The fault that verification finds, its line and its offset."""
    breach = verify(BytesIO(b"".join(changed)), noted).breach
    assert breach is not None
    return breach.fault, breach.line, breach.offset


def test_an_untouched_journal_is_sound() -> None:
    assert verify(JOURNAL).head == HEAD
    assert verify(JOURNAL).sound
    assert verify(JOURNAL).entries == 6
    assert verify([]) == Verification(Link(0, GENESIS))


def test_the_hash_is_sha_256_of_everything_else_so_anyone_can_compute_it() -> None:
    for before, data in zip([None, *JOURNAL], JOURNAL, strict=False):
        content = json.loads(data)
        claimed = content.pop("hash")
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == claimed
        assert content["prev"] == (GENESIS if before is None else json.loads(before)["hash"])


@settings(max_examples=400)
@given(
    position=st.integers(0, sum(map(len, JOURNAL)) - 1),
    value=st.integers(0, 255),
)
def test_any_changed_byte_is_found_at_its_line(position: int, value: int) -> None:
    data = bytearray(b"".join(JOURNAL))
    if data[position] == value:
        value ^= 1
    data[position] = value
    line = max(index for index, offset in enumerate(OFFSETS) if offset <= position)

    breach = verify(BytesIO(data)).breach

    assert breach is not None
    assert (breach.line, breach.offset) == (line + 1, OFFSETS[line])


def test_whatever_the_end_of_the_last_line_is_changed_to_is_found() -> None:
    data = b"".join(JOURNAL)
    for position in range(len(data) - 4, len(data)):
        for value in set(range(256)) - {data[position]}:
            changed = data[:position] + bytes([value]) + data[position + 1 :]
            assert found([changed])[1] == 6


@given(st.integers(0, sum(map(len, JOURNAL)) - 2))
def test_a_byte_taken_out_is_found(position: int) -> None:
    data = bytearray(b"".join(JOURNAL))
    del data[position]
    line = max(index for index, offset in enumerate(OFFSETS) if offset <= position)
    assert found([bytes(data)])[1] == line + 1


@pytest.mark.parametrize("index", range(5))
def test_an_entry_taken_out_is_missing_at_its_place(index: int) -> None:
    changed = JOURNAL[:index] + JOURNAL[index + 1 :]
    assert found(changed) == (Fault.MISSING, index + 1, OFFSETS[index])


def test_entries_doubled_or_swapped_are_found() -> None:
    assert found([*JOURNAL[:3], JOURNAL[2], *JOURNAL[3:]]) == (Fault.MISSING, 4, OFFSETS[3])
    swapped = [*JOURNAL[:2], JOURNAL[3], JOURNAL[2], *JOURNAL[4:]]
    assert found(swapped) == (Fault.MISSING, 3, OFFSETS[2])


def test_changed_content_under_its_old_hash_is_found() -> None:
    changed = JOURNAL[2].replace(b"a.petit", b"b.grand")
    assert found([*JOURNAL[:2], changed, *JOURNAL[3:]])[:2] == (Fault.CHANGED, 3)


def test_an_entry_forged_whole_is_found_at_the_next_one() -> None:
    before = Link(2, json.loads(JOURNAL[1])["hash"])
    forged = next_line(Entry("b.grand", Operation.VIEW), "2026-11-22T10:00:03.000000Z", before)
    changed = [*JOURNAL[:2], forged.encode(), *JOURNAL[3:]]
    assert found(changed)[:2] == (Fault.RELINKED, 4)


@pytest.mark.parametrize(
    "added", [b"\n", b"{}\n", b"hello\n", b"hello", b'{"actor":"x"} ', b"\xff\n", JOURNAL[0]]
)
def test_what_was_added_at_the_end_is_found(added: bytes) -> None:
    assert found([*JOURNAL, added])[1] == 7


def test_the_same_content_in_another_form_is_a_change() -> None:
    spaced = json.dumps(json.loads(JOURNAL[2]), ensure_ascii=False).encode() + b"\n"
    assert found([*JOURNAL[:2], spaced, *JOURNAL[3:]])[:2] == (Fault.MALFORMED, 3)


@given(st.integers(1, len(JOURNAL[-1]) - 1))
def test_a_last_line_cut_off_anywhere_is_told_from_a_change(length: int) -> None:
    verification = verify([*JOURNAL[:-1], JOURNAL[-1][:length]])
    assert verification.sound
    assert (verification.entries, verification.torn_bytes) == (5, length)


def test_a_cut_end_shows_against_an_entry_that_was_noted_down() -> None:
    assert verify(JOURNAL, HEAD).sound
    assert verify(JOURNAL, START).sound
    assert verify(JOURNAL[:-1]).sound
    assert found(JOURNAL[:-1], HEAD) == (Fault.SHORTENED, 6, OFFSETS[5])


def test_a_journal_rewritten_from_its_start_shows_against_an_entry_that_was_noted_down() -> None:
    link, rewritten = START, []
    for _ in range(8):
        line = next_line(Entry("b.grand", Operation.VIEW), "2026-11-22T10:00:03.000000Z", link)
        rewritten.append(line.encode())
        link = line.link
    assert verify(rewritten).sound
    assert found(rewritten, HEAD)[:2] == (Fault.REWRITTEN, 6)


def test_a_link_reads_back_and_nothing_else_does() -> None:
    assert Link.parse(str(HEAD)) == HEAD
    for wrong in ("", "6", "6:abc", f"x:{HEAD.hash}", f"6:{HEAD.hash.upper()}"):
        with pytest.raises(ValueError):
            Link.parse(wrong)
