"""Brightness is the mean of the channels to the last bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from gardefou.perception.brightness import brightness

VALUES = np.random.default_rng(3).uniform(0, 256, (45, 80, 3))


@pytest.mark.parametrize("picture", [VALUES.astype(np.uint8), VALUES.astype(np.float32)])
@pytest.mark.parametrize("step", [1, 5])
def test_it_is_what_numpy_says(
    picture: npt.NDArray[np.uint8] | npt.NDArray[np.float32], step: int
) -> None:
    part = picture[::step, ::step]
    found, expected = brightness(part), part.mean(axis=2)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)
