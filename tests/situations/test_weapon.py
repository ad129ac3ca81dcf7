"""A weapon is confirmed by several looks at one person, never by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gardefou.geometry.detections import ObjectClass
from gardefou.perception.percept import Weapons
from gardefou.situations.scene import Observation, Scene
from gardefou.situations.weapon import HOLD_S, LEAST_SEEN, WEAPON_SCORE, WINDOW_S, Weapon
from support.scenes import Body, scene

STEP_S = 0.25
LEFT: Body = (1, 100.0, 400.0, 60.0, 160.0)
RIGHT: Body = (2, 400.0, 400.0, 60.0, 160.0)
SURE = WEAPON_SCORE + 0.2


def box_of(body: Body) -> list[float]:
    _, x, y, width, height = body
    return [x - width / 2, y - height, x + width / 2, y]


def looked(time: float, people: Sequence[Body], looks: Sequence[tuple[Body, float]]) -> Scene:
    """A scene of people, some of whom were looked at; the weapon is at each one's right hand."""
    weapons = Weapons(
        people=np.array([box_of(body) for body, _ in looks]).reshape(-1, 4),
        boxes=np.array([[b[1] + 30, b[2] - 90, b[1] + 60, b[2] - 80] for b, _ in looks]).reshape(
            -1, 4
        ),
        scores=np.array([score for _, score in looks]),
        kinds=np.full(len(looks), int(ObjectClass.KNIFE), dtype=np.int64),
    )
    return replace(scene(time, people), weapons=weapons)


def watch(scores: Sequence[float], detector: Weapon | None = None) -> list[list[Observation]]:
    """What looks at one person with these scores, four a second, make of the detector."""
    detector = detector or Weapon()
    return [
        detector.update(looked(row * STEP_S, [LEFT], [(LEFT, score)]))
        for row, score in enumerate(scores)
    ]


def test_several_sure_looks_confirm() -> None:
    seen = watch([SURE] * 8)
    assert [len(each) for each in seen] == [0, 0, 0, 0, 1, 1, 1, 1]
    assert seen[-1][0].strength == pytest.approx(SURE)


def test_one_sure_look_does_not() -> None:
    assert not any(watch([0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]))


def test_what_comes_and_goes_is_no_weapon() -> None:
    assert not any(watch([SURE, 0.0] * 12))


def test_a_burst_of_looks_in_a_moment_is_no_confirmation() -> None:
    detector = Weapon()
    times = np.arange(8) * 0.05
    assert not any(detector.update(looked(time, [LEFT], [(LEFT, 1.0)])) for time in times)


def test_looks_at_two_people_do_not_add_up() -> None:
    detector = Weapon()
    looks = [(LEFT, 1.0), (LEFT, 0.0), (RIGHT, 1.0), (RIGHT, 0.0)] * 6
    seen = [
        detector.update(looked(row * STEP_S, [LEFT, RIGHT], [look]))
        for row, look in enumerate(looks)
    ]
    assert not any(seen)


def test_the_region_shows_the_person_and_the_weapon() -> None:
    (observation,) = watch([SURE] * 8)[-1]
    low, high = observation.region.min(axis=0), observation.region.max(axis=0)
    assert low.tolist() == pytest.approx([70 / 640, 240 / 480])
    assert high.tolist() == pytest.approx([160 / 640, 400 / 480])


def test_it_holds_for_a_moment_when_the_person_turns_away() -> None:
    detector = Weapon()
    watch([SURE] * 8, detector)
    last = 7 * STEP_S
    assert detector.update(scene(last + HOLD_S - 0.1, [LEFT]))
    assert not detector.update(scene(last + HOLD_S + 0.1, [LEFT]))


def test_it_ends_with_the_track() -> None:
    detector = Weapon()
    watch([SURE] * 8, detector)
    assert not detector.update(scene(8 * STEP_S, [RIGHT]))
    assert not detector.update(scene(9 * STEP_S, [LEFT]))


def test_a_reset_forgets() -> None:
    detector = Weapon()
    watch([SURE] * 8, detector)
    detector.reset()
    assert not detector.update(looked(2.0, [LEFT], [(LEFT, SURE)]))


def test_a_look_at_somebody_without_a_track_counts_for_nobody() -> None:
    detector = Weapon()
    for row in range(10):
        assert not detector.update(looked(row * STEP_S, [LEFT], [(RIGHT, 1.0)]))


@settings(deadline=None)
@given(st.lists(st.floats(0, WEAPON_SCORE, exclude_max=True), max_size=40))
def test_unsure_looks_never_confirm(scores: list[float]) -> None:
    assert not any(watch(scores))


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), max_size=60))
def test_nothing_is_signalled_without_enough_sure_looks_in_the_window(scores: list[float]) -> None:
    for row, seen in enumerate(watch(scores)):
        recent = scores[max(0, row - int((WINDOW_S + HOLD_S) / STEP_S) - 1) : row + 1]
        if seen:
            assert sum(score >= WEAPON_SCORE for score in recent) >= LEAST_SEEN
