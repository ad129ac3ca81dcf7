"""Quarters of an hour: told once when over, small numbers never, gaps said."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.statistics.lines import Crossing, Heading, Passer
from gardefou.statistics.quarters import (
    GRACE_S,
    LEAST,
    QUARTER_S,
    LineCount,
    QuarterCounts,
    QuarterTally,
)

START = 1_763_000_100
HEADINGS = {"door": (Heading.LEFT, Heading.RIGHT)}


def passing(count: int, heading: Heading = Heading.RIGHT) -> list[Crossing]:
    return [Crossing("door", float(START), heading, Passer.PERSON)] * count


def watch(tally: QuarterTally, since: float, until: float, step: float = 1.0) -> None:
    """Frames without anybody."""
    time = since
    while time < until:
        assert tally.add([], time, HEADINGS) == []
        time += step


def told(quarter: QuarterCounts) -> dict[tuple[Heading, Passer], int | None]:
    return {(each.heading, each.passer): each.passages for each in quarter.counts}


def test_a_quarter_is_told_when_the_next_begins_and_once() -> None:
    tally = QuarterTally("gate")
    assert tally.add(passing(6), START, HEADINGS) == []
    watch(tally, START + 1, START + QUARTER_S)
    (quarter,) = tally.add([], START + QUARTER_S, HEADINGS)
    assert (quarter.camera_id, quarter.start, quarter.counted_s) == ("gate", START, 899)
    assert told(quarter)[Heading.RIGHT, Passer.PERSON] == 6
    assert tally.ended(START + QUARTER_S + GRACE_S) == []


def test_a_quarter_is_told_by_the_wall_clock_when_no_frame_comes() -> None:
    tally = QuarterTally("gate")
    watch(tally, START, START + 100)
    assert tally.ended(START + QUARTER_S) == []
    (quarter,) = tally.ended(START + QUARTER_S + GRACE_S)
    assert quarter.counted_s == 99
    assert tally.ended(START + 9 * QUARTER_S) == []


@given(st.integers(0, 40))
def test_nothing_below_five_is_told_not_even_nothing(count: int) -> None:
    tally = QuarterTally("gate")
    tally.add(passing(count), START, HEADINGS)
    tally.add([], START + 1, HEADINGS)
    (quarter,) = tally.ended(START + 2 * QUARTER_S)
    assert told(quarter)[Heading.RIGHT, Passer.PERSON] == (count if count >= LEAST else None)
    assert set(told(quarter)) == {
        (heading, passer) for heading in HEADINGS["door"] for passer in Passer
    }
    assert all(each is None for key, each in told(quarter).items() if key[0] is Heading.LEFT)


def test_a_small_number_cannot_even_be_written_down() -> None:
    with pytest.raises(ValueError, match="too few"):
        LineCount("door", Heading.LEFT, Passer.PERSON, LEAST - 1)
    with pytest.raises(ValueError, match="no quarter"):
        QuarterCounts("gate", START + 1, 900, ())


def test_time_in_which_nobody_looked_is_not_counted() -> None:
    tally = QuarterTally("gate")
    watch(tally, START, START + 60)
    watch(tally, START + 600, START + 660)
    (quarter,) = tally.ended(START + 2 * QUARTER_S)
    assert quarter.counted_s == 118


def test_a_clock_set_back_counts_nothing_twice() -> None:
    tally = QuarterTally("gate")
    tally.add(passing(6), START, HEADINGS)
    tally.add([], START + 1, HEADINGS)
    assert len(tally.add([], START + QUARTER_S, HEADINGS)) == 1
    assert tally.add(passing(6), START + 5, HEADINGS) == []
    watch(tally, START + QUARTER_S + 1, START + QUARTER_S + 60)
    (quarter,) = tally.ended(START + 3 * QUARTER_S)
    assert set(told(quarter).values()) == {None}


@given(st.lists(st.tuples(st.floats(0, 10_000), st.integers(0, 9)), max_size=60))
def test_quarters_are_told_in_order_and_hold_no_more_than_passed(
    frames: list[tuple[float, int]],
) -> None:
    tally = QuarterTally("gate")
    found: list[QuarterCounts] = []
    for time, count in frames:
        found += tally.add(passing(count), START + time, HEADINGS)
    found += tally.ended(START + 20_000)
    starts = [each.start for each in found]
    assert all(before < after for before, after in pairwise(starts))
    shown = sum(each.passages or 0 for quarter in found for each in quarter.counts)
    assert shown <= sum(count for _, count in frames)
    assert all(0 < each.counted_s <= QUARTER_S for each in found)
