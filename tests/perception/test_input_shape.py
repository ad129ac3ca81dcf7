"""The network's input follows the picture's shape, and boxes come back to the picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.geometry.arrays import Size
from gardefou.perception.input_shape import STEP, Placement, input_shape

sides = st.integers(16, 4000)


@pytest.mark.parametrize(
    ("picture", "pixels", "expected"),
    [
        ((1920, 1080), 416 * 256, (416, 256)),
        ((768, 576), 416 * 320, (416, 320)),
        ((1080, 1920), 416 * 256, (256, 416)),
        ((320, 240), 640 * 640, (320, 256)),
    ],
)
def test_the_input_has_the_shape_of_the_picture(picture: Size, pixels: int, expected: Size) -> None:
    assert input_shape(picture, pixels) == expected


@given(sides, sides, st.integers(64 * 64, 1280 * 1280))
def test_the_input_keeps_to_its_budget_and_step(width: int, height: int, pixels: int) -> None:
    columns, rows = input_shape((width, height), pixels)
    assert columns % STEP == 0
    assert rows % STEP == 0
    assert STEP <= columns < width + STEP
    assert STEP <= rows < height + STEP
    assert columns * rows <= max(pixels, STEP * STEP)


@given(sides, sides)
def test_a_box_over_the_placed_picture_is_the_whole_picture(width: int, height: int) -> None:
    placement = Placement.within((width, height), (416, 416))
    whole = np.array([[0.0, 0.0, *placement.placed]])
    np.testing.assert_allclose(placement.to_picture(whole), [[0, 0, width, height]])


def test_a_picture_of_another_shape_is_padded_below_or_beside() -> None:
    image = np.full((90, 160, 3), 200, dtype=np.uint8)
    placed = Placement.within((160, 90), (320, 320)).apply(image)
    assert placed.shape == (320, 320, 3)
    assert (placed[:180] == 200).all()
    assert (placed[180:] == 114).all()
