"""What moves is found, what stays or changes its light is not, at any frame rate."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Image
from gardefou.perception.blobs import bodies
from gardefou.perception.foreground import ForegroundModel
from gardefou.perception.percept import Foreground
from support.pictures import decoded, true_boxes

SIZE = (640, 360)


@pytest.fixture
def scene() -> Image:
    """A textured ground, seed fixed."""
    coarse = np.random.default_rng(3).integers(90, 150, (18, 32, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


NOISE = np.random.default_rng(4).normal(0, 3, (8, SIZE[1], SIZE[0], 3)).astype(np.int16)
"""Sensor noise of eight pictures, played over and over, grey levels."""


def noisy(image: Image, index: int) -> Image:
    noisy_image: Image = np.clip(image + NOISE[index % len(NOISE)], 0, 255).astype(np.uint8)
    return noisy_image


def with_body(scene: Image, x: float, y: float = 150, colour: int = 30) -> Image:
    """A body of 40 x 100 px whose upper left corner is at x, y."""
    image = scene.copy()
    image[int(y) : int(y) + 100, int(x) : int(x) + 40] = colour
    return image


def watch(
    model: ForegroundModel, pictures: list[Image], fps: float, start: float = 0.0
) -> list[Foreground]:
    return [
        model.update(noisy(picture, index), start + index / fps)
        for index, picture in enumerate(pictures)
    ]


def learned(scene: Image, seconds: float = 10.0, fps: float = 5.0) -> ForegroundModel:
    model = ForegroundModel()
    watch(model, [scene] * int(seconds * fps), fps)
    return model


@pytest.mark.parametrize("fps", [1, 5, 15])
def test_a_walking_body_is_boxed_tightly_at_any_rate(scene: Image, fps: int) -> None:
    model = learned(scene, fps=fps)
    places = [100 + 60 * index / fps for index in range(5 * fps)]
    seen = watch(model, [with_body(scene, x) for x in places], fps, start=10)
    for x, foreground in zip(places, seen, strict=True):
        truth = np.array([[int(x), 150, int(x) + 40, 250]], dtype=np.float64)
        assert len(foreground.boxes) == 1
        assert box.iou(foreground.boxes, truth)[0, 0] > 0.8
        assert foreground.fills[0] > 0.8
        assert foreground.reliable


def test_a_still_scene_holds_no_body_however_noisy(scene: Image) -> None:
    seen = watch(ForegroundModel(), [scene] * 50, 5)
    assert sum(len(foreground.boxes) for foreground in seen) == 0


def test_boxes_are_not_to_be_relied_on_while_learning(scene: Image) -> None:
    seen = watch(ForegroundModel(), [scene] * 10, 5)
    assert [foreground.reliable for foreground in seen[:6]] == [False] * 5 + [True]


def test_a_body_moving_from_the_first_second_is_found_by_the_second(scene: Image) -> None:
    places = [100 + 60 * index / 5 for index in range(15)]
    seen = watch(ForegroundModel(), [with_body(scene, x) for x in places], 5)
    for x, foreground in list(zip(places, seen, strict=True))[5:]:
        truth = np.array([[int(x), 150, int(x) + 40, 250]], dtype=np.float64)
        assert box.iou(foreground.boxes, truth).max() > 0.7


@pytest.mark.parametrize("fps", [2, 10])
def test_what_left_the_first_picture_fades_within_four_seconds(scene: Image, fps: int) -> None:
    pictures = [with_body(scene, 100)] * fps + [scene] * (5 * fps)
    seen = watch(ForegroundModel(), pictures, fps)
    assert len(seen[fps + 1].boxes) == 1
    assert sum(len(foreground.boxes) for foreground in seen[5 * fps :]) == 0


@pytest.mark.parametrize("fps", [2, 6])
def test_a_body_that_stays_becomes_background_after_seconds(scene: Image, fps: int) -> None:
    model = learned(scene, 45.0, fps)
    seen = watch(model, [with_body(scene, 100)] * (12 * fps), fps, start=45)
    assert all(len(foreground.boxes) == 1 for foreground in seen[: 3 * fps])
    assert all(len(foreground.boxes) == 0 for foreground in seen[8 * fps :])


def test_a_change_of_exposure_is_no_movement(scene: Image) -> None:
    model = learned(scene)
    brighter = np.clip(scene * 1.25, 0, 255).astype(np.uint8)
    seen = watch(model, [brighter] * 10, 5, start=10)
    assert sum(len(foreground.boxes) for foreground in seen) == 0


def test_a_shadow_is_no_body(scene: Image) -> None:
    model = learned(scene)
    shadow = scene.copy()
    shadow[200:260, 100:300] = (shadow[200:260, 100:300] * 0.7).astype(np.uint8)
    seen = watch(model, [shadow] * 5, 5, start=10)
    assert sum(len(foreground.boxes) for foreground in seen) == 0


def test_an_upheaval_is_unreliable_until_learned_again(scene: Image) -> None:
    model = learned(scene)
    elsewhere = np.ascontiguousarray(scene[::-1, ::-1]) // 3
    seen = watch(model, [elsewhere] * 10, 5, start=10)
    assert [foreground.reliable for foreground in seen[:6]] == [False] * 5 + [True]
    assert all(len(foreground.boxes) == 0 for foreground in seen)


def test_time_that_goes_back_starts_anew(scene: Image) -> None:
    model = learned(scene)
    assert not model.update(scene, 0.0).reliable


def test_a_head_joins_its_trunk_but_neighbours_stay_apart() -> None:
    mask = np.zeros((180, 320), dtype=np.uint8)
    fragments = np.array(
        [[10, 10, 16, 20], [9, 22, 17, 40], [40, 10, 50, 40], [54, 10, 64, 40]], dtype=np.float64
    )
    for x1, y1, x2, y2 in fragments.astype(int):
        mask[y1:y2, x1:x2] = 255
    joined, fills = bodies(fragments, mask)
    assert joined.tolist() == [[9, 10, 17, 40], [40, 10, 50, 40], [54, 10, 64, 40]]
    assert fills.tolist() == [pytest.approx((60 + 144) / 240), 1.0, 1.0]


def test_cars_in_adjacent_lanes_stay_apart() -> None:
    mask = np.zeros((180, 320), dtype=np.uint8)
    fragments = np.array([[100, 60, 150, 85], [105, 90, 155, 115]], dtype=np.float64)
    for x1, y1, x2, y2 in fragments.astype(int):
        mask[y1:y2, x1:x2] = 255
    assert len(bodies(fragments, mask)[0]) == 2


def test_walkers_of_the_real_walkway_are_found(footage: Path) -> None:
    truth = true_boxes(footage / "mot" / "MOT15-train" / "PETS09-S2L1" / "gt.txt")
    model = ForegroundModel()
    found = real = true = reported = 0
    for number, time, image in decoded(footage / "pets09_s2l1_vtest.avi", 2):
        foreground = model.update(image, time)
        if foreground.reliable:
            overlap = box.iou(foreground.boxes, truth[number])
            found += int(np.count_nonzero(overlap.max(axis=0, initial=0) > 0.3))
            true += int(np.count_nonzero(overlap.max(axis=1, initial=0) > 0.3))
            real += len(truth[number])
            reported += len(foreground.boxes)
    assert found / real > 0.85
    assert true / reported > 0.85
