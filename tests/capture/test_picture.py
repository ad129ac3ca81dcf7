"""Analysed pictures: how large, of what shape, which way up."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.capture.masks import PrivacyMask
from gardefou.capture.picture import Converter, analysis_size, square_pixels
from support.clips import scene


@given(st.integers(2, 8000), st.integers(2, 8000), st.integers(64, 4_000_000))
def test_analysis_size_fits_the_budget_keeps_the_shape_and_never_enlarges(
    width: int, height: int, budget: int
) -> None:
    w, h = analysis_size(width, height, budget)
    assert w % 2 == h % 2 == 0
    assert w <= width
    assert h <= height
    assert w * h <= budget or min(w, h) == 2
    scale = min(1.0, (budget / (width * height)) ** 0.5)
    assert w == 2 or abs(w - width * scale) <= 2
    assert h == 2 or abs(h - height * scale) <= 2


@pytest.mark.parametrize(
    ("size", "aspect", "square"),
    [
        ((704, 576), Fraction(12, 11), (704, 528)),
        ((1440, 1080), Fraction(4, 3), (1440, 810)),
        ((720, 576), Fraction(1, 2), (360, 576)),
        ((640, 540), Fraction(1281, 1280), (640, 540)),
        ((640, 480), None, (640, 480)),
    ],
)
def test_pixels_that_are_not_square_are_made_so(
    size: tuple[int, int], aspect: Fraction | None, square: tuple[int, int]
) -> None:
    assert square_pixels(*size, aspect) == square


@pytest.mark.parametrize("pixels", ["yuv420p", "yuvj420p", "yuv444p"])
def test_a_smaller_picture_has_the_colours_of_the_scene(pixels: str) -> None:
    picture = scene(0, (384, 256))
    stored = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format=pixels)
    image = Converter(PrivacyMask(), 192 * 128).picture(stored)
    assert image.shape == (128, 192, 3)
    assert image.flags.c_contiguous
    assert image.flags.writeable
    small = picture.reshape(128, 2, 192, 2, 3).mean(axis=(1, 3))
    assert np.abs(image - small).mean() < 3


@pytest.mark.parametrize(("degrees", "turns"), [(90, 1), (180, 2), (270, 3), (-90, 3), (0, 0)])
def test_a_turned_picture_is_set_upright(degrees: int, turns: int) -> None:
    stored = av.VideoFrame.from_ndarray(scene(0), format="bgr24")
    image = Converter(PrivacyMask(), None).picture(stored, degrees)
    assert np.array_equal(image, np.rot90(scene(0), turns))
