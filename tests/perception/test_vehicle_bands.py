"""The part of a vehicle that may carry its number, where somebody could read it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.geometry.detections import ObjectClass
from gardefou.perception.vehicle_bands import NUMBERED, legible, may_carry_number, vehicle_bands

SIZE = (1280, 720)
CAR = np.array([[400.0, 200.0, 700.0, 440.0]])


def test_cars_lorries_buses_and_motorcycles_carry_numbers() -> None:
    classes = np.array([int(each) for each in ObjectClass])
    carry = {ObjectClass(int(each)) for each in classes[may_carry_number(classes)]}
    assert carry == set(NUMBERED)
    assert ObjectClass.BICYCLE not in carry
    assert ObjectClass.PERSON not in carry


@given(
    st.floats(0.0, 1.0),
    st.floats(0.4, 0.97),
)
def test_a_number_anywhere_on_a_bumper_or_a_tailgate_is_in_the_band(x: float, y: float) -> None:
    """A plate of 0.28 of the car's width and 0.07 of its height."""
    (band,) = vehicle_bands(CAR, SIZE)
    left, top, right, bottom = CAR[0]
    width, height = right - left, bottom - top
    start = left + x * (1 - 0.28) * width
    low = min(top + y * height, bottom - 0.07 * height)
    assert band[0] <= start
    assert start + 0.28 * width <= band[2]
    assert band[1] <= low
    assert low + 0.07 * height <= band[3]


def test_a_vehicle_too_small_to_be_read_keeps_its_picture() -> None:
    far = np.array([[600.0, 300.0, 650.0, 340.0]])
    assert vehicle_bands(far, SIZE).shape == (0, 4)
    assert vehicle_bands(far, SIZE, shown=3.0).shape == (1, 4)


@pytest.mark.parametrize(
    "box", [[0.0, 300.0, 30.0, 400.0], [600.0, 690.0, 780.0, 719.0], [1250.0, 300.0, 1279.0, 420.0]]
)
def test_a_vehicle_cut_by_the_edge_is_larger_than_its_box(box: list[float]) -> None:
    assert legible(np.array([box]), SIZE).tolist() == [True]
    inside = np.array([[300.0, 300.0, 330.0, 400.0]])
    assert legible(inside, SIZE).tolist() == [False]


def test_bands_stay_within_the_picture() -> None:
    (band,) = vehicle_bands(np.array([[-20.0, 500.0, 300.0, 740.0]]), SIZE)
    assert (band >= 0).all()
    assert band[3] <= 720
    assert vehicle_bands(np.zeros((0, 4)), SIZE).shape == (0, 4)
