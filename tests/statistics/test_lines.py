"""Passages across a line: each body once, whatever jitters."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.geometry.detections import ObjectClass
from gardefou.statistics.lines import Crossing, Heading, LineCounter, Passer
from gardefou.tracking.tracks import Tracks
from support.scenes import SIZE, scene

UPRIGHT = np.array([[0.5, 0.1], [0.5, 0.9]])
LEVEL = np.array([[0.1, 0.5], [0.9, 0.5]])
STEP_S = 0.2

Way = list[tuple[float, float]]
"""Foot points, px, one a frame."""


def tracks(
    time: float, body: int, way: Way, index: int, kind: ObjectClass, width: float = 20
) -> Tracks:
    x, y = way[index]
    before = way[max(index - 1, 0)]
    velocity = ((x - before[0]) / STEP_S, (y - before[1]) / STEP_S)
    return scene(time, [(body, x, y, width, 50)], kind, velocity).tracks


def crossings(
    counter: LineCounter, way: Way, kind: ObjectClass = ObjectClass.PERSON, body: int = 1
) -> list[Crossing]:
    return [
        crossing
        for index in range(len(way))
        for crossing in counter.update(
            tracks(index * STEP_S, body, way, index, kind), index * STEP_S
        )
    ]


def headings(found: Iterable[Crossing]) -> list[Heading]:
    return [each.heading for each in found]


def across(x1: float, x2: float, y: float = 240.0, count: int = 20) -> Way:
    return [(float(x), y) for x in np.linspace(x1, x2, count)]


def counter(line: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = UPRIGHT) -> LineCounter:
    return LineCounter("door", line, SIZE)


def test_who_passes_is_counted_once_with_direction_class_and_line() -> None:
    (right,) = crossings(counter(), across(200, 440))
    assert (right.line_id, right.heading, right.passer) == ("door", Heading.RIGHT, Passer.PERSON)
    assert headings(crossings(counter(), across(440, 200))) == [Heading.LEFT]
    (car,) = crossings(counter(), across(200, 440), ObjectClass.CAR)
    assert car.passer is Passer.VEHICLE
    (other,) = crossings(counter(), across(200, 440), ObjectClass.BODY)
    assert other.passer is Passer.OTHER


def test_a_level_line_is_passed_up_or_down_whichever_way_it_was_drawn() -> None:
    down = [(300.0, float(y)) for y in np.linspace(150, 350, 20)]
    for line in (LEVEL, LEVEL[::-1].copy()):
        assert headings(crossings(counter(line), down)) == [Heading.DOWN]
        assert headings(crossings(counter(line), down[::-1])) == [Heading.UP]


def test_there_and_back_is_two_passages() -> None:
    way = across(200, 440) + across(440, 200)
    assert headings(crossings(counter(), way)) == [Heading.RIGHT, Heading.LEFT]


@given(st.integers(0, 1000))
def test_jitter_on_the_line_passes_nothing(seed: int) -> None:
    noise = np.random.default_rng(seed).uniform(-5, 5, 200)
    assert not crossings(counter(), [(320 + float(each), 240.0) for each in noise])


@given(st.integers(0, 1000))
def test_jitter_on_the_way_adds_nothing(seed: int) -> None:
    noise = np.random.default_rng(seed).uniform(-4, 4, 40)
    way = [(x + float(n), y) for (x, y), n in zip(across(200, 440, count=40), noise, strict=True)]
    assert headings(crossings(counter(), way)) == [Heading.RIGHT]


def test_beside_the_line_s_ends_nobody_passes() -> None:
    assert not crossings(counter(), across(200, 440, y=470))


def test_who_turns_round_at_the_line_does_not_pass() -> None:
    assert not crossings(counter(), across(200, 318) + across(318, 200))


def test_who_appears_on_the_line_and_goes_on_has_not_passed() -> None:
    assert not crossings(counter(), across(321, 500))


def test_a_part_of_a_body_passes_with_it() -> None:
    lines = counter()
    found = []
    for index, (x, y) in enumerate(across(200, 440)):
        whole_and_half = [(1, x, y, 20.0, 50.0), (2, x - 3, y - 8, 18.0, 30.0)]
        seen = scene(index * STEP_S, whole_and_half, velocity=(60, 0)).tracks
        found += lines.update(seen, index * STEP_S)
    assert headings(found) == [Heading.RIGHT]


def test_two_who_walk_side_by_side_are_two() -> None:
    lines = counter()
    found = []
    for index, (x, y) in enumerate(across(200, 440)):
        pair = [(1, x, y, 20.0, 50.0), (2, x + 18, y + 2, 20.0, 50.0)]
        found += lines.update(scene(index * STEP_S, pair, velocity=(60, 0)).tracks, index * STEP_S)
    assert headings(found) == [Heading.RIGHT, Heading.RIGHT]


def test_a_person_lost_for_long_begins_anew() -> None:
    lines = counter()
    for time, x in ((0.0, 200.0), (0.2, 210.0), (1.2, 420.0), (1.4, 430.0)):
        seen = scene(time, [(1, x, 240.0, 20.0, 50.0)], velocity=(60, 0)).tracks
        assert not lines.update(seen, time)


def test_reset_forgets_who_was_near() -> None:
    lines = counter()
    crossings(lines, across(200, 300))
    lines.reset()
    assert not crossings(lines, across(340, 440))


def seen_at(lines: LineCounter, time: float, body: int, x: float, kind: ObjectClass) -> int:
    """Passages that a body at a place completes; it goes right at 60 px/s."""
    return len(lines.update(scene(time, [(body, x, 240.0, 20, 50)], kind, (60, 0)).tracks, time))


@pytest.mark.parametrize("kind", [ObjectClass.PERSON, ObjectClass.CAR])
def test_a_body_lost_at_the_line_passes_when_another_begins_where_it_must_be(
    kind: ObjectClass,
) -> None:
    lines = counter()
    before = [seen_at(lines, 0.2 * i, 1, 260 + 12 * i, kind) for i in range(5)]
    after = [seen_at(lines, 1.2 + 0.2 * i, 2, 332 + 12 * i, kind) for i in range(3)]
    assert (sum(before), sum(after)) == (0, 1)


@pytest.mark.parametrize("x", [400.0, 250.0])
def test_who_begins_elsewhere_does_not_go_on_for_a_lost_body(x: float) -> None:
    lines = counter()
    for index in range(5):
        seen_at(lines, 0.2 * index, 1, 260 + 12 * index, ObjectClass.CAR)
    assert not sum(seen_at(lines, 1.2 + 0.2 * i, 2, x + 12 * i, ObjectClass.CAR) for i in range(3))


@pytest.mark.parametrize(("x", "passes"), [(350.0, 1), (480.0, 0), (240.0, 0)])
def test_a_vehicle_seen_again_must_be_where_its_speed_brought_it(x: float, passes: int) -> None:
    lines = counter()
    for index in range(4):
        seen_at(lines, 0.2 * index, 1, 250 + 12 * index, ObjectClass.CAR)
    assert seen_at(lines, 1.6, 1, x, ObjectClass.CAR) == passes
