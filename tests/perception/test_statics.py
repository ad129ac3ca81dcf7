"""What was brought and stands still is found; ghosts, people, light and passers-by are not."""

from __future__ import annotations

from concurrent.futures import Future
from itertools import pairwise

import cv2
import numpy as np
import pytest

from gardefou.geometry.arrays import Image
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.percept import Statics
from gardefou.perception.static_look import Crop, most_urgent, vetoes
from gardefou.perception.static_objects import SETTLING_S, StaticThings
from gardefou.perception.statics import StaticsModel

SIZE = (640, 360)
BAG = (300, 200, 340, 240)
FPS = 2


@pytest.fixture(scope="module")
def ground() -> Image:
    """A textured ground, seed fixed."""
    coarse = np.random.default_rng(3).integers(100, 150, (36, 64, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def painted(image: Image, box: tuple[int, int, int, int], colour: int = 20) -> Image:
    x1, y1, x2, y2 = box
    copy = image.copy()
    copy[y1:y2, x1:x2] = colour
    return copy


def carrier(second: float) -> tuple[int, int, int, int]:
    """Somebody who walks in, stands beside the bag's place for a moment and walks on."""
    x = int(np.interp(second, [0, 5, 7, 12], [10, 260, 260, 600]))
    return (x, 130, x + 35, 240)


class Watch:
    """A model that sees pictures at `FPS`, its network saying what it is told to."""

    def __init__(self, close: Detections | None = None) -> None:
        self.crops: list[Image] = []
        self._close = close or Detections.empty()
        self._model = StaticsModel(self._look)
        self._rng = np.random.default_rng(5)
        self.time = 0.0
        self.last: Statics | None = None

    def see(self, image: Image, found: Detections | None = None) -> Statics:
        noisy = np.clip(image + self._rng.normal(0, 2, image.shape), 0, 255).astype(np.uint8)
        pending = self._model.begin(noisy, self.time)
        self.time += 1 / FPS
        return self._model.finish(pending, found or Detections.empty())

    def _look(self, crop: Image) -> Future[Detections]:
        self.crops.append(crop)
        future: Future[Detections] = Future()
        future.set_result(self._close)
        return future


def left_behind(watch: Watch, ground: Image, seconds: float = 20.0) -> Statics:
    """An empty place for 5 s, then somebody brings a bag and goes."""
    seen = watch.see(ground)
    for _ in range(5 * FPS):
        seen = watch.see(ground)
    for index in range(int(seconds * FPS)):
        second = index / FPS
        image = painted(ground, BAG) if second >= 6 else ground
        if second < 12:
            image = painted(image, carrier(second), 220)
        seen = watch.see(image)
    return seen


def paved(darkest: int, lightest: int) -> Image:
    """Ground of stones, 8 px each, of any brightness between two."""
    stones = np.random.default_rng(6).integers(darkest, lightest, (45, 80, 3)).astype(np.uint8)
    return np.asarray(stones.repeat(8, axis=0).repeat(8, axis=1), dtype=np.uint8)


def test_a_bag_that_was_brought_is_an_object_with_its_box_and_age(ground: Image) -> None:
    seen = left_behind(Watch(), ground)
    (strength,) = seen.strengths
    assert strength >= 0.8
    np.testing.assert_allclose(seen.boxes[0], BAG, atol=5)
    assert 9 <= seen.ages[0] <= 14
    assert seen.company[0] == 0


def test_what_was_there_from_the_start_is_not(ground: Image) -> None:
    watch = Watch()
    for _ in range(20 * FPS):
        seen = watch.see(painted(ground, BAG))
    assert len(seen.ids) == 0


def test_what_was_there_and_is_taken_away_leaves_no_ghost(ground: Image) -> None:
    watch = Watch()
    for _ in range(10 * FPS):
        watch.see(painted(ground, BAG))
    for _ in range(10 * FPS):
        seen = watch.see(ground)
    assert len(seen.ids) == 0


def test_what_appears_with_nobody_near_was_not_brought(ground: Image) -> None:
    watch = Watch()
    for _ in range(10 * FPS):
        watch.see(ground)
    for _ in range(10 * FPS):
        seen = watch.see(painted(ground, BAG))
    assert (seen.strengths == 0).all()


def test_a_darker_camera_brings_nothing(ground: Image) -> None:
    watch = Watch()
    for _ in range(10 * FPS):
        watch.see(ground)
    for _ in range(10 * FPS):
        seen = watch.see(np.asarray(ground * 0.7, dtype=np.uint8))
    assert len(seen.ids) == 0


def test_a_shade_that_stays_is_the_place_in_another_light() -> None:
    watch = Watch()
    paving = paved(90, 190)
    for _ in range(10 * FPS):
        watch.see(paving)
    shaded = paving.copy()
    shaded[180:260, 260:400] = (shaded[180:260, 260:400] * 0.6).astype(np.uint8)
    for _ in range(10 * FPS):
        seen = watch.see(shaded)
    assert len(seen.ids) == 0


def test_a_patch_of_light_on_plain_ground_is_no_object_but_a_patch_of_paint_is() -> None:
    def strengths(lit: bool) -> list[float]:
        watch = Watch()
        y, x = np.mgrid[0:360, 0:640]
        slope = (90 + x / 16 + y / 18)[..., None].repeat(3, axis=2)
        plain: Image = slope.astype(np.uint8)
        patch = plain.copy()
        x1, y1, x2, y2 = BAG
        if lit:
            patch[y1:y2, x1:x2] = (slope[y1:y2, x1:x2] * 1.25).astype(np.uint8)
        else:
            patch[y1:y2, x1 : x1 + 20] = 170
            patch[y1:y2, x1 + 20 : x2] = 95
        for _ in range(10 * FPS):
            watch.see(plain)
        for index in range(20 * FPS):
            second = index / FPS
            image = patch if second >= 6 else plain
            seen = watch.see(painted(image, carrier(second), 220) if second < 12 else image)
        return [float(each) for each in seen.strengths]

    assert max(strengths(lit=True), default=0.0) < 0.5
    assert max(strengths(lit=False)) >= 0.5


def lamps_out(image: Image) -> Image:
    """Some lamps are out: dark at the left, less so at the right."""
    gains = np.linspace(0.3, 0.7, image.shape[1])[None, :, None]
    return np.asarray(image * gains, dtype=np.uint8)


def test_a_bag_stays_the_same_thing_when_the_lamps_go_out(ground: Image) -> None:
    watch = Watch()
    before = left_behind(watch, ground)
    dark = lamps_out(painted(ground, BAG))
    for _ in range(6 * FPS):
        after = watch.see(dark)
    assert before.ids[0] in after.ids
    gone = lamps_out(ground)
    for _ in range(12 * FPS):
        after = watch.see(gone)
    assert before.ids[0] not in after.ids


def test_what_is_left_of_who_stood_with_a_bag_came_with_them(ground: Image) -> None:
    watch = Watch()
    for _ in range(5 * FPS):
        watch.see(ground)
    for x in (600, 500, 400):
        watch.see(painted(ground, (x, 90, x + 105, 360), 220))
    beside = painted(ground, BAG, 60)
    for _ in range(8 * FPS):
        together = watch.see(painted(beside, (200, 90, 305, 360), 220))
    assert len(together.ids) == 1
    for step in range(3 * FPS):
        x = max(200 - 60 * step, 0)
        watch.see(painted(beside, (x, 90, x + 105, 360), 220))
    for _ in range(12 * FPS):
        left = watch.see(beside)
    np.testing.assert_allclose(left.boxes[0], BAG, atol=5)
    assert left.strengths[0] >= 0.8


def test_a_place_that_shows_again_when_people_go_is_no_change_of_the_light() -> None:
    watch = Watch()
    paving = paved(110, 160)
    for _ in range(5 * FPS):
        watch.see(paving)
    for x in (600, 500, 400):
        watch.see(painted(paving, (x, 90, x + 105, 360), 220))
    beside = painted(paving, BAG, 60)
    two = painted(painted(beside, (200, 90, 305, 360), 220), (450, 90, 560, 360), 200)
    for _ in range(8 * FPS):
        watch.see(two)
    for _ in range(12 * FPS):
        left = watch.see(beside)
    np.testing.assert_allclose(left.boxes[0], BAG, atol=5)
    assert left.strengths[0] >= 0.8


def test_a_knocked_camera_forgets_what_stood_there(ground: Image) -> None:
    watch = Watch()
    before = left_behind(watch, ground)
    elsewhere = np.ascontiguousarray(np.roll(255 - ground, 90, axis=1)[::-1])
    for _ in range(3 * FPS):
        after = watch.see(elsewhere)
    assert before.ids[0] not in after.ids


def test_a_passer_by_in_front_does_not_end_it(ground: Image) -> None:
    watch = Watch()
    before = left_behind(watch, ground)
    with_bag = painted(ground, BAG)
    for index in range(8 * FPS):
        x = 100 + 30 * index
        after = watch.see(painted(with_bag, (x, 130, x + 40, 250), 220))
    assert before.ids[0] in after.ids


def test_it_is_gone_when_it_is_taken_up_again(ground: Image) -> None:
    watch = Watch()
    left_behind(watch, ground)
    for _ in range(12 * FPS):
        seen = watch.see(ground)
    assert len(seen.ids) == 0


def one(box: tuple[float, ...], kind: ObjectClass, score: float) -> Detections:
    return Detections(np.array([box], dtype=np.float64), np.array([score]), np.array([int(kind)]))


@pytest.mark.parametrize("kind", [ObjectClass.PERSON, ObjectClass.CAR])
def test_a_closer_look_that_sees_a_person_or_a_vehicle_vetoes(
    ground: Image, kind: ObjectClass
) -> None:
    watch = Watch(one((60, 60, 196, 196), kind, 0.9))
    assert (left_behind(watch, ground).strengths < 0.1).all()
    assert watch.crops
    assert {each.shape for each in watch.crops} == {(256, 256, 3)}


def test_a_bag_inside_a_much_larger_person_is_not_that_person() -> None:
    bag = np.array([[100.0, 150, 130, 180]])
    assert vetoes(one((90, 20, 150, 190), ObjectClass.PERSON, 0.9), bag)[0] == 0
    assert vetoes(one((95, 130, 135, 185), ObjectClass.PERSON, 0.9), bag)[0] == 0.9
    assert vetoes(one((95, 145, 135, 185), ObjectClass.BAG, 0.9), bag)[0] == 0


def test_a_crop_lies_within_the_picture_and_its_detections_come_back() -> None:
    crop = Crop.round(np.array([0.0, 0, 40, 40]), SIZE)
    assert crop.origin == (0, 0)
    back = crop.in_picture(one((0, 0, 256, 256), ObjectClass.PERSON, 0.5))
    np.testing.assert_allclose(back.boxes, [[0, 0, crop.side, crop.side]])


def test_the_youngest_that_is_due_is_looked_at_first() -> None:
    assert most_urgent([9.0, 2.0, 1.0], [True, True, False]) == 1
    assert most_urgent([9.0], [False]) is None


def test_reset_forgets_what_stood_there(ground: Image) -> None:
    watch = Watch()
    left_behind(watch, ground)
    watch._model.reset()
    assert len(watch.see(painted(ground, BAG)).ids) == 0


def test_pictures_are_looked_at_more_often_while_a_thing_is_new(ground: Image) -> None:
    things = StaticThings()
    times = [beat / 5 for beat in range(300)]
    looked = []
    for time in times:
        image = painted(ground, BAG) if time >= 6 else ground
        if time < 12:
            image = painted(image, carrier(time), 220)
        if things.update(image, time):
            looked.append((time, min((time - each.born for each in things.things), default=None)))
    steps = [(later - time, age) for (time, age), (later, _) in pairwise(looked)]
    often = [step for step, age in steps if age is not None and age < SETTLING_S - 1]
    seldom = [step for step, age in steps if age is None or age >= SETTLING_S]
    assert often == pytest.approx([0.4] * len(often))
    assert seldom == pytest.approx([0.8] * len(seldom))
    assert min(len(often), len(seldom)) > 10
