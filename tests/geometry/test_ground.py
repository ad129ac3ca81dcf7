"""Metres from a picture: exact where the points are exact, and honest where they are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.geometry.arrays import Floats
from gardefou.geometry.ground import Ground

CORNERS = np.array([[0.0, 0.0], [6.0, 0.0], [6.0, 12.0], [0.0, 12.0]])


def seen(ground: Floats, height: float = 5.0, tilt: float = 0.6) -> Floats:
    """Ground points through a pinhole camera at a height, m, tilted down, rad; fractions."""
    x, y = ground[:, 0] - 3, ground[:, 1] + 4
    depth = y * np.cos(tilt) + height * np.sin(tilt)
    down = -y * np.sin(tilt) + height * np.cos(tilt)
    return np.stack([0.5 + x / depth, 0.5 + down / depth], axis=1)


@given(st.floats(3, 20), st.floats(0.2, 1.2), st.floats(0, 6), st.floats(0, 12))
def test_a_pinhole_s_ground_comes_back_exactly(
    height: float, tilt: float, x: float, y: float
) -> None:
    plane = Ground.fit(seen(CORNERS, height, tilt), CORNERS)
    point = np.array([[x, y]])
    assert plane.to_ground(seen(point, height, tilt)) == pytest.approx(point, abs=1e-6)
    assert plane.residual_m == pytest.approx(0, abs=1e-6)


def test_a_polygon_has_its_area_on_the_ground() -> None:
    plane = Ground.fit(seen(CORNERS), CORNERS)
    assert plane.area(seen(CORNERS)) == pytest.approx(72)
    assert plane.area(seen(CORNERS / 2)) == pytest.approx(18)


def test_what_lies_above_the_horizon_has_no_place_and_no_area() -> None:
    plane = Ground.fit(seen(CORNERS), CORNERS)
    sky = np.array([[0.5, -3.0]])
    assert np.isnan(plane.to_ground(sky)).all()
    reaching = np.array([[0.2, 0.9], [0.8, 0.9], [0.5, -3.0]])
    assert plane.area(reaching) is None
    assert plane.area_error(reaching) == np.inf


def test_the_order_of_the_points_and_the_origin_do_not_matter() -> None:
    image, moved = seen(CORNERS), CORNERS[::-1] + np.array([100.0, -50.0])
    assert Ground.fit(image[::-1], moved).area(image) == pytest.approx(72)


def test_points_that_disagree_are_said_by_the_residual_and_the_error() -> None:
    points = np.concatenate([CORNERS, [[3.0, 6.0], [1.0, 9.0]]])
    image = seen(points)
    exact = Ground.fit(image, points)
    rough = Ground.fit(image, points + np.random.default_rng(0).normal(0, 0.5, points.shape))
    assert exact.residual_m < 1e-6
    assert 0.1 < rough.residual_m < 1.5
    assert rough.area_error(image[:4]) > exact.area_error(image[:4])


def test_the_error_of_an_area_is_what_shaky_hands_give() -> None:
    image = seen(CORNERS)
    rng = np.random.default_rng(1)
    areas = [
        Ground.fit(image + rng.normal(0, 0.005, image.shape), CORNERS).area(image)
        for _ in range(300)
    ]
    spread = float(np.std([area for area in areas if area is not None])) / 72
    assert Ground.fit(image, CORNERS).area_error(image) == pytest.approx(spread, rel=0.25)
