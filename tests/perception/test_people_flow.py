"""People are found again where they stood in the picture before, however far they leapt."""

from __future__ import annotations

import numpy as np
import pytest

from gardefou.geometry.arrays import Image
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.people_flow import LONGEST_STEP_S, FlowPictures, people_flow

SIZE = (512, 288)
BODY = (24, 60)
"""Width and height of a body, px."""


def picture(x: int, y: int) -> Image:
    """A patterned body on a faintly patterned ground."""
    rng = np.random.default_rng(1)
    image = rng.integers(90, 110, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
    coarse = rng.integers(0, 255, (BODY[1] // 6, BODY[0] // 6, 3), dtype=np.uint8)
    image[y : y + BODY[1], x : x + BODY[0]] = coarse.repeat(6, axis=0).repeat(6, axis=1)
    return image


def found(x: int, y: int, kind: ObjectClass = ObjectClass.PERSON) -> Detections:
    box = [x, y, x + BODY[0], y + BODY[1]]
    return Detections(np.array([box], dtype=float), np.array([0.8]), np.array([int(kind)]))


@pytest.mark.parametrize("leap", [(0, 0), (6, 0), (-30, 4), (54, -10), (-58, 20)])
def test_a_leap_of_up_to_a_height_is_measured(leap: tuple[int, int]) -> None:
    pictures = FlowPictures()
    pictures.pair(picture(200, 100), 0.0)
    x, y = 200 + leap[0], 100 + leap[1]
    flow = people_flow(pictures.pair(picture(x, y), 0.2), found(x, y), SIZE)
    assert flow.velocities == pytest.approx(np.array([leap]) / 0.2, abs=10)
    assert flow.boxes.tolist() == found(x, y).boxes.tolist()


def test_who_was_not_there_before_is_left_out() -> None:
    pictures = FlowPictures()
    pictures.pair(picture(400, 20), 0.0)
    assert not len(people_flow(pictures.pair(picture(60, 200), 0.2), found(60, 200), SIZE).boxes)


def test_vehicles_and_those_who_ride_are_left_out() -> None:
    pictures = FlowPictures()
    pictures.pair(picture(200, 100), 0.0)
    pair = pictures.pair(picture(206, 100), 0.2)
    car = found(206, 100, ObjectClass.CAR)
    assert not len(people_flow(pair, car, SIZE).boxes)
    assert not len(people_flow(pair, found(206, 100).joined(car), SIZE).boxes)


def test_pictures_far_apart_after_a_break_or_of_another_shape_are_not_compared() -> None:
    pictures = FlowPictures()
    assert pictures.pair(picture(200, 100), 0.0).before is None
    assert pictures.pair(picture(200, 100), LONGEST_STEP_S + 0.1).before is None
    assert pictures.pair(picture(200, 100)[:, :400], 0.7).before is None
    pictures.pair(picture(200, 100), 0.8)
    pictures.reset()
    pair = pictures.pair(picture(200, 100), 1.0)
    assert pair.before is None
    assert not len(people_flow(pair, found(200, 100), SIZE).boxes)


def test_a_person_at_the_border_is_matched_within_the_frame() -> None:
    pictures = FlowPictures()
    pictures.pair(picture(10, 220), 0.0)
    flow = people_flow(pictures.pair(picture(2, 226), 0.2), found(2, 226), SIZE)
    assert flow.velocities == pytest.approx(np.array([[-40.0, 30.0]]), abs=10)
