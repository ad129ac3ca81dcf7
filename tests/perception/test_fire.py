"""Flames and dark smoke are seen where they last; what is taken for them is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gardefou.capture.burst import Burst
from gardefou.geometry.arrays import Floats, Image
from gardefou.perception.fire import FireModel
from gardefou.perception.flames import _travels
from gardefou.perception.percept import Flames
from support import fires

FRAME = (640, 360)


def seen(paint: fires.Painter, night: bool = False) -> list[Flames]:
    """What each burst of a rendered scene adds."""
    model = FireModel()
    return [model.update(burst, FRAME) for burst in fires.bursts(paint, night=night)]


@pytest.mark.parametrize("night", [False, True])
def test_flames_are_found_where_they_burn_from_the_third_burst(night: bool) -> None:
    percepts = seen(fires.flames, night)
    assert [len(each.boxes) > 0 for each in percepts[:3]] == [False, False, True]
    last = percepts[-1]
    (x1, y1, x2, y2) = last.boxes[last.strengths.argmax()]
    assert 250 < x1 < x2 < 380
    assert 150 < y1 < y2 < 260
    assert last.strengths.max() > 0.5
    assert not last.is_smoke.any()


def test_dark_smoke_is_found_once_it_goes_on() -> None:
    percepts = seen(fires.dark_smoke)
    assert not len(percepts[2].boxes)
    assert percepts[-1].is_smoke.all()
    (x1, y1, x2, y2) = percepts[-1].boxes[0]
    assert 160 < x1 < x2 < 480
    assert 30 < y1 < y2 < 240


@pytest.mark.parametrize(
    "paint",
    [
        fires.steam,
        fires.beacon,
        fires.headlights,
        fires.orange_cloth,
        fires.orange_walker,
        fires.traffic_light,
        fires.sunset,
        fires.rain_at_night,
        fires.sensor_noise,
        fires.running_clock,
    ],
)
@pytest.mark.parametrize("night", [False, True])
def test_what_is_taken_for_fire_is_not_signalled(paint: fires.Painter, night: bool) -> None:
    assert [len(each.boxes) for each in seen(paint, night)] == [0] * 6


def test_a_region_travels_when_both_halves_of_the_burst_go_the_same_way() -> None:
    texture = np.random.default_rng(4).integers(0, 300, (40, 40)).astype(np.int16)
    smooth = np.asarray(cv2.GaussianBlur(texture.astype(np.float32), (5, 5), 0), dtype=np.int16)

    def moved(ways: list[int]) -> bool:
        return _travels(np.stack([np.roll(smooth, way, axis=1) for way in ways]))

    assert moved([0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
    assert not moved([0, 1, 2, 3, 4, 5, 4, 3, 2, 2])
    assert not moved([0] * 10)


def test_a_jump_of_the_whole_picture_s_brightness_is_no_smoke() -> None:
    def flicker(image: Image, time: float, random: np.random.Generator) -> None:
        image[:] = cv2.convertScaleAbs(image, alpha=0.7 + 0.3 * np.sin(9 * time))

    assert [len(each.boxes) for each in seen(flicker)] == [0] * 6


def test_a_break_in_the_stream_forgets_what_was_seen() -> None:
    model = FireModel()
    made = fires.bursts(fires.flames)
    for burst in made[:4]:
        model.update(burst, FRAME)
    model.reset()
    assert not len(model.update(made[4], FRAME).boxes)


def test_pictures_of_another_size_start_anew() -> None:
    model = FireModel()
    made = fires.bursts(fires.flames)
    for burst in made[:4]:
        model.update(burst, FRAME)
    cut = Burst(made[4].times, np.ascontiguousarray(made[4].images[:, :160, :300]))
    assert not len(model.update(cut, FRAME).boxes)


def test_a_learned_model_may_disbelieve_and_is_shown_the_pictures() -> None:
    class Sceptic:
        def belief(self, burst: Burst, boxes: Floats, is_smoke: bool) -> Floats:
            assert burst.images.shape[1:3] == (180, 320)
            assert not is_smoke
            return np.full(len(boxes), 0.25)

    sceptic, plain = FireModel(Sceptic()), FireModel()
    for burst in fires.bursts(fires.flames):
        weakened, found = sceptic.update(burst, FRAME), plain.update(burst, FRAME)
    assert len(found.strengths) > 0
    assert weakened.strengths == pytest.approx(found.strengths / 4)
