"""Blurred regions: what is inside is gone for good, what is outside is untouched."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gardefou.evidence.redaction import (
    CELLS,
    LEVELS,
    blur_regions,
    blurred_area,
    pixel_boxes,
)
from gardefou.geometry.arrays import Floats, Image
from gardefou.perception.vehicle_bands import vehicle_bands

SIZE = (96, 72)


def noise(seed: int = 0) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (SIZE[1], SIZE[0], 3), dtype=np.uint8)


def box(x1: float, y1: float, x2: float, y2: float) -> Floats:
    """Pixels of the test picture as a box in fractions."""
    return np.array([[x1, y1, x2, y2]]) / np.array([*SIZE, *SIZE], dtype=np.float64)


corner = st.floats(-0.5, 1.5)
boxes = st.lists(st.tuples(corner, corner, corner, corner), max_size=6).map(
    lambda rows: np.array(rows, dtype=np.float64).reshape(-1, 4)
)


@given(boxes)
def test_pixels_outside_the_regions_stay_as_they_were(regions: Floats) -> None:
    image, before = noise(), noise()
    blur_regions(image, regions)
    outside = ~blurred_area(regions, SIZE)
    assert np.array_equal(image[outside], before[outside])


@given(st.integers(0, 50))
@settings(max_examples=20)
def test_two_heads_with_the_same_coarse_means_become_the_same_pixels(seed: int) -> None:
    left, top, side = 12, 9, 8 * CELLS
    first, second = noise(seed), noise(seed)
    shuffle = np.random.default_rng(seed + 1)
    for row in range(top, top + side, 8):
        for column in range(left, left + side, 8):
            cell = second[row : row + 8, column : column + 8].reshape(-1, 3)
            second[row : row + 8, column : column + 8] = shuffle.permutation(cell).reshape(8, 8, 3)
    assert not np.array_equal(first, second)
    for image in (first, second):
        blur_regions(image, box(left, top, left + side, top + side), margin=0.0)
    assert np.array_equal(first, second)


def test_only_a_handful_of_rounded_colours_survives() -> None:
    image = noise()
    region = box(10, 10, 58, 58)
    blur_regions(image, region, margin=0.0)
    channel = image[10:58, 10:58, 0].astype(np.float64)
    assert np.linalg.matrix_rank(channel - channel.mean(), tol=48.0) <= CELLS
    corners = channel[[0, 0, -1, -1], [0, -1, 0, -1]]
    step = 256 // LEVELS
    assert np.all(corners % step == step // 2)


def test_fine_detail_is_gone() -> None:
    image = np.zeros((SIZE[1], SIZE[0], 3), dtype=np.uint8)
    image[::2, ::2] = 255
    image[1::2, 1::2] = 255
    blur_regions(image, box(8, 8, 56, 56), margin=0.0)
    inside = image[8:56, 8:56].astype(np.int64)
    assert np.abs(np.diff(inside, axis=0)).max() <= 1
    assert np.abs(np.diff(inside, axis=1)).max() <= 1


def test_the_region_grows_by_its_margin() -> None:
    assert pixel_boxes(box(40, 30, 60, 40), SIZE, margin=0.1).tolist() == [[38, 29, 62, 41]]


def test_a_region_at_the_edge_is_cut_to_the_picture() -> None:
    assert pixel_boxes(box(-10, -10, 5, 5), SIZE, margin=0.0).tolist() == [[0, 0, 5, 5]]


def test_a_region_outside_the_picture_or_without_a_place_changes_nothing() -> None:
    image = noise()
    regions = np.array([[1.2, 0.1, 1.4, 0.2], [np.nan, 0.1, 0.5, 0.5], [0.1, 0.1, np.inf, 0.5]])
    blur_regions(image, regions)
    assert np.array_equal(image, noise())


def test_a_head_smaller_than_the_mosaic_is_still_flattened() -> None:
    image = noise()
    blur_regions(image, box(10, 10, 11.5, 11.5), margin=0.0)
    step = 256 // LEVELS
    assert np.all(image[10:12, 10:12] % step == step // 2)


def test_a_part_that_a_privacy_mask_hid_stays_hidden() -> None:
    image = noise()
    image[:, :48] = 128
    blur_regions(image, box(20, 20, 40, 40))
    assert np.ptp(image[23:37, 23:37]) == 0


def test_the_share_counts_overlaps_once() -> None:
    both = np.concatenate([box(0, 0, 48, 72), box(0, 0, 48, 36)])
    assert blurred_area(both, SIZE, margin=0.0).mean() == 0.5


def numbered_car(digits: str) -> Image:
    """A car drawn in a picture, its number on the bumper."""
    image = np.full((720, 1280, 3), 90, dtype=np.uint8)
    cv2.rectangle(image, (400, 200), (800, 520), (40, 40, 160), -1)
    cv2.rectangle(image, (520, 440), (680, 480), (255, 255, 255), -1)
    cv2.putText(image, digits, (526, 472), cv2.FONT_HERSHEY_SIMPLEX, 0.95, (0, 0, 0), 2)
    return image


def test_nothing_of_a_number_is_left_in_the_band_of_its_vehicle() -> None:
    """What is left of two numbers differs by a step of the blur at most, nowhere by characters."""
    car = np.array([[400.0, 200.0, 800.0, 520.0]])
    band = vehicle_bands(car, (1280, 720)) / np.array([1280.0, 720, 1280, 720])
    one, other = numbered_car("AB-123-CD"), numbered_car("XZ-987-QW")
    assert np.abs(one.astype(int) - other).max() > 200
    for image in (one, other):
        blur_regions(image, band)
        edges = cv2.Laplacian(image[440:480, 520:680], cv2.CV_64F)
        assert np.abs(edges).max() <= 4
    assert np.abs(one.astype(int) - other).max() <= 256 // LEVELS
