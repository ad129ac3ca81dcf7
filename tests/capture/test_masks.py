"""What a privacy mask hides cannot be told from the picture that comes out."""

from __future__ import annotations

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gardefou.capture.masks import COLOUR, PrivacyMask
from gardefou.capture.picture import Converter
from gardefou.geometry.arrays import Floats, Image
from gardefou.geometry.polygons import contains

fraction = st.floats(-0.2, 1.2, allow_nan=False)
polygons = st.lists(st.tuples(fraction, fraction), min_size=3, max_size=6).map(np.array)
sizes = st.tuples(st.integers(2, 70), st.integers(2, 70))


def inside(polygon: Floats, width: int, height: int) -> np.ndarray[tuple[int, int], np.dtype]:
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    return contains(polygon, np.stack([x.ravel(), y.ravel()], axis=1)).reshape(height, width)


def noise(seed: int, width: int, height: int) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@given(st.lists(polygons, min_size=1, max_size=3), sizes)
def test_two_interiors_give_the_same_masked_picture(
    shapes: list[Floats], size: tuple[int, int]
) -> None:
    width, height = size
    mask = PrivacyMask(shapes)
    first = noise(1, width, height)
    second = first.copy()
    hidden = np.zeros((height, width), dtype=bool)
    for shape in shapes:
        hidden |= inside(shape, width, height)
    second[hidden] = 255 - second[hidden]
    mask.burn(first)
    mask.burn(second)
    assert np.array_equal(first, second)
    assert (first[hidden] == COLOUR).all()


square = np.array([[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75]])


@settings(max_examples=30)
@given(st.integers(8, 64), st.integers(8, 64), st.integers(100, 64 * 64))
def test_nothing_leaks_through_scaling_and_half_resolution_colour(
    across: int, down: int, budget: int
) -> None:
    width, height = 2 * across, 2 * down
    hidden = inside(square, width, height)
    pictures = []
    for seed in (1, 2):
        picture = noise(0, width, height)
        picture[hidden] = noise(seed, width, height)[hidden]
        planes = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv444p")
        # Colour planes at half resolution mix neighbours, as cameras do.
        pictures.append(planes.reformat(format="yuv420p"))
    converter = Converter(PrivacyMask([square]), budget)
    first, second = (converter.picture(picture) for picture in pictures)
    assert np.array_equal(first, second)


def test_the_rest_of_the_picture_is_untouched() -> None:
    picture = noise(1, 100, 80)
    masked = picture.copy()
    mask = PrivacyMask([square])
    mask.burn(masked)
    seen = mask.covered((100, 80)) == 0
    assert np.array_equal(masked[seen], picture[seen])
    assert 0.25 < 1 - seen.mean() < 0.36


def test_overlapping_masks_hide_their_union() -> None:
    mask = PrivacyMask([square, square])
    assert mask.covered((40, 40))[20, 20] == 255


def test_no_mask_hides_nothing() -> None:
    picture = noise(1, 10, 10)
    masked = picture.copy()
    PrivacyMask().burn(masked)
    assert np.array_equal(masked, picture)
    assert not PrivacyMask()


def test_a_mask_outside_the_frame_hides_nothing_and_a_vast_one_everything() -> None:
    assert not PrivacyMask([square + 5.0]).covered((20, 20)).any()
    assert PrivacyMask([(square - 0.5) * 1e6]).covered((20, 20)).all()


@pytest.mark.parametrize("shape", [np.zeros((2, 2)), np.zeros((3, 3)), np.full((3, 2), np.nan)])
def test_a_polygon_that_is_none_is_refused(shape: Floats) -> None:
    with pytest.raises(ValueError, match="polygon"):
        PrivacyMask([shape])
