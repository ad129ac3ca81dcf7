"""Wrong way: travel against a direction, over a distance; nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.geometry.arrays import Floats
from gardefou.geometry.detections import ObjectClass
from gardefou.situations.wrong_way import WrongWay
from gardefou.situations.zone import Zone
from support.scenes import scene

WHOLE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
RIGHT = np.array([1.0, 0.0])


def drive(
    detector: WrongWay,
    xs: list[float],
    ys: list[float] | None = None,
    kind: ObjectClass = ObjectClass.CAR,
    step_s: float = 0.2,
) -> list[bool]:
    """Whether a body 60 px wide and 40 px high is signalled at each of its positions."""
    ys = ys or [300.0] * len(xs)
    speeds = np.gradient(np.array([xs, ys]), step_s, axis=1).T
    return [
        bool(detector.update(scene(i * step_s, [(5, x, y, 60, 40)], kind, (v[0], v[1]))))
        for i, (x, y, v) in enumerate(zip(xs, ys, speeds, strict=True))
    ]


def lane(polygon: Floats = WHOLE, direction: Floats = RIGHT) -> WrongWay:
    return WrongWay([Zone("lane", polygon, direction)])


def leftwards(count: int = 20, step: float = 12.0) -> list[float]:
    return [500.0 - step * i for i in range(count)]


@pytest.mark.parametrize("kind", [ObjectClass.CAR, ObjectClass.PERSON, ObjectClass.BODY])
def test_any_moving_body_that_travels_against_the_direction_is_signalled(kind: ObjectClass) -> None:
    said = drive(lane(), leftwards(), kind=kind)
    first = said.index(True)
    assert 48 <= 12.0 * first <= 72, "after about one body length"
    assert all(said[first:])


def test_travel_along_the_direction_is_not() -> None:
    assert not any(drive(lane(), leftwards()[::-1]))


def test_travel_across_the_direction_is_not() -> None:
    assert not any(drive(lane(), [300.0] * 20, [100.0 + 12 * i for i in range(20)]))


def test_jitter_on_the_spot_is_not() -> None:
    rng = np.random.default_rng(0)
    assert not any(drive(lane(), list(300 + rng.normal(0, 6, 300))))


def test_a_manoeuvre_shorter_than_the_body_is_not() -> None:
    there_and_back = [300.0 - 8 * i for i in range(5)] + [268.0 + 8 * i for i in range(20)]
    assert not any(drive(lane(), there_and_back))


def test_a_box_that_jumps_to_another_body_starts_anew() -> None:
    file_of_cars = [500.0 - 150 * (i % 3) for i in range(30)]
    assert not any(drive(lane(), file_of_cars))


def test_it_is_over_when_the_body_goes_along_again() -> None:
    xs = leftwards(15) + [332.0 + 12 * i for i in range(1, 10)]
    said = drive(lane(), xs)
    assert any(said[:15])
    assert not any(said[17:])


def test_travel_outside_the_zone_is_not() -> None:
    upper = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.3], [0.0, 0.3]])
    assert not any(drive(lane(upper), leftwards()))


def test_reset_forgets_the_way_already_gone() -> None:
    detector = lane()
    drive(detector, leftwards(4))
    detector.reset()
    assert not any(drive(detector, leftwards(4)))


@given(st.floats(0, 2 * np.pi))
def test_the_rule_does_not_depend_on_the_angle(angle: float) -> None:
    direction = np.array([np.cos(angle), np.sin(angle)])
    way = [np.array([320.0, 240.0]) + s * 10 * direction for s in range(12)]
    xs, ys = [float(p[0]) for p in way], [float(p[1]) for p in way]
    assert any(drive(lane(direction=direction), xs[::-1], ys[::-1]))
    assert not any(drive(lane(direction=direction), xs, ys))
