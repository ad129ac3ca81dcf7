"""Crowd movement: most of a crowd rushes or turns against its way, and nothing less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gardefou.geometry.arrays import Floats
from gardefou.perception.percept import Flow
from gardefou.situations.crowd_movement import CrowdMovement
from support.scenes import STILL, scene

STEP_S = 0.2
HEIGHT = 50.0
WALK, RUN = 0.7, 2.2
"""Heights a second."""

Velocities = Callable[[float], Floats]
"""Velocities [N, 2] in heights/s at a time."""


def drive(detector: CrowdMovement, until: float, how: Velocities, start: float = 0.0) -> list[bool]:
    """Whether a crowd movement is seen at each step."""
    said = []
    for time in np.arange(start, until, STEP_S).tolist():
        velocities = how(time) * HEIGHT
        count = len(velocities)
        x = np.linspace(50, 500, count)
        boxes = np.stack([x, np.full(count, 200.0), x + 20, np.full(count, 200 + HEIGHT)], axis=1)
        seen = replace(scene(time, []), flow=Flow(boxes, velocities))
        said.append(bool(detector.update(seen)))
    return said


def crowd(count: int, speed: float, seed: int = 0) -> Floats:
    """People who go at about one speed in all directions."""
    rng = np.random.default_rng(seed)
    angles = rng.uniform(0, 2 * np.pi, count)
    speeds = speed * rng.uniform(0.8, 1.2, count)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * speeds[:, None]


def then(count: int, before: float, after: float, at: float = 30.0) -> Velocities:
    return lambda time: crowd(count, before if time < at else after, int(time * 5))


def test_a_crowd_that_starts_to_run_is_signalled_within_a_second_and_a_half() -> None:
    said = drive(CrowdMovement(), 35, then(8, WALK, RUN))
    first = said.index(True) * STEP_S
    assert 30 <= first <= 31.5
    assert all(said[-10:])


def test_a_crowd_that_walks_or_begins_to_walk_is_not() -> None:
    assert not any(drive(CrowdMovement(), 60, then(8, WALK, WALK)))
    assert not any(drive(CrowdMovement(), 60, then(8, 0.1, WALK)))


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_few_who_run_are_no_crowd(count: int) -> None:
    assert not any(drive(CrowdMovement(), 40, then(count, WALK, RUN)))


def test_one_runner_in_a_crowd_is_not_signalled() -> None:
    def with_a_runner(time: float) -> Floats:
        walkers = crowd(6, WALK, int(time * 5))
        return walkers if time < 30 else np.concatenate([walkers, crowd(1, RUN)])

    assert not any(drive(CrowdMovement(), 40, with_a_runner))


def test_runners_are_usual_where_people_always_run() -> None:
    assert not any(drive(CrowdMovement(), 60, then(8, RUN, RUN)))


def test_nothing_is_said_before_the_usual_is_known() -> None:
    assert not any(drive(CrowdMovement(), 16, then(8, WALK, RUN, at=8)))


def test_a_change_that_lasts_becomes_usual() -> None:
    said = drive(CrowdMovement(), 200, then(8, WALK, RUN))
    assert said[round(60 / STEP_S)]
    assert not any(said[-20:])


def test_a_crowd_that_turns_against_its_usual_way_is_signalled() -> None:
    def turning(time: float) -> Floats:
        return np.tile([WALK if time < 50 else -WALK, 0.0], (8, 1))

    said = drive(CrowdMovement(), 54, turning)
    assert 50 <= said.index(True) * STEP_S <= 52


def test_where_people_walk_both_ways_no_way_is_wrong() -> None:
    def changing(time: float) -> Floats:
        return np.tile([WALK if int(time / 10) % 2 else -WALK, 0.0], (8, 1))

    assert not any(drive(CrowdMovement(), 120, changing))


def test_nothing_is_said_while_the_picture_as_a_whole_changes() -> None:
    detector = CrowdMovement()
    drive(detector, 30, then(8, WALK, WALK))
    shaken = replace(STILL, reliable=False)
    for time in np.arange(30, 35, STEP_S).tolist():
        boxes = np.tile([100.0, 100.0, 120.0, 150.0], (8, 1))
        flow = Flow(boxes, crowd(8, RUN) * HEIGHT)
        assert not detector.update(replace(scene(time, []), flow=flow, foreground=shaken))


def test_reset_forgets_what_was_usual() -> None:
    detector = CrowdMovement()
    drive(detector, 30, then(8, WALK, WALK))
    detector.reset()
    assert not any(drive(detector, 40, then(8, RUN, RUN), start=30))


@given(st.floats(0.05, 0.9), st.integers(1, 20))
@settings(max_examples=20, deadline=None)
def test_no_steady_crowd_is_ever_signalled(speed: float, count: int) -> None:
    assert not any(drive(CrowdMovement(), 30, then(count, speed, speed)))
