"""Polygons and calibration points: which shapes are refused, and why."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from gardefou.site.shapes import (
    LEAST_AREA,
    MOST_CORNERS,
    Direction,
    Polygon,
    crossing_edges,
    spread_enough,
)

FRACTIONS = st.integers(0, 8).map(lambda n: n / 8)
RINGS = st.lists(st.tuples(FRACTIONS, FRACTIONS), min_size=3, max_size=8)
POLYGON: TypeAdapter[tuple[tuple[float, float], ...]] = TypeAdapter(Polygon)
DIRECTION: TypeAdapter[tuple[float, float]] = TypeAdapter(Direction)


def keys(polygon: object) -> list[str]:
    """Catalogue keys of the mistakes of a polygon, without their room."""
    with pytest.raises(ValidationError) as caught:
        POLYGON.validate_python(polygon)
    return [each["type"].removeprefix("site.mistake.") for each in caught.value.errors()]


@given(RINGS)
def test_edges_cross_exactly_when_the_polygon_is_not_simple(
    ring: list[tuple[float, float]],
) -> None:
    polygon = shapely.Polygon(ring)
    assume(polygon.area > 0 or not polygon.is_valid)
    assume(np.linalg.matrix_rank(np.array(ring) - np.mean(ring, axis=0)) == 2)
    assert bool(crossing_edges(np.array(ring))) == (not polygon.is_valid)


@given(RINGS)
def test_named_edges_are_edges_of_the_polygon_that_meet(ring: list[tuple[float, float]]) -> None:
    corners = np.array(ring)
    for (a, b), (c, d) in crossing_edges(corners):
        assert len({(a, b), (c, d)}) == 2
        first, second = shapely.LineString(corners[[a, b]]), shapely.LineString(corners[[c, d]])
        assert first.intersects(second)


@given(RINGS)
def test_an_accepted_polygon_is_simple_and_has_an_area(ring: list[tuple[float, float]]) -> None:
    try:
        corners = POLYGON.validate_python(ring)
    except ValidationError:
        return
    polygon = shapely.Polygon(corners)
    assert polygon.is_valid
    assert polygon.area >= LEAST_AREA


def test_a_ring_closed_by_its_first_corner_is_no_crossing() -> None:
    assert crossing_edges(np.array([[0, 0], [1, 0], [1, 1], [0, 0]], dtype=float)) == []


def test_a_spike_is_a_crossing() -> None:
    spike = np.array([[0, 0], [1, 0], [1, 1], [1, 0.5], [0, 0.5]])
    assert ((1, 2), (2, 3)) in crossing_edges(spike)


def test_every_corner_outside_is_named_beside_the_crossing() -> None:
    assert keys([[0, 0], [1.5, 1], [1.5, 0], [0, 1]]) == [
        "corner_outside",
        "corner_outside",
        "crossing",
    ]


def test_too_few_flat_and_too_many_corners_are_refused() -> None:
    assert keys([[0, 0], [1, 1]]) == ["few_corners"]
    assert keys([[0.5, 0.5]] * 3) == ["flat_polygon"]
    assert keys([[0, 0], [1, 1], [0.25, 0.25]]) == ["flat_polygon"]
    angles = np.linspace(0, 2 * np.pi, MOST_CORNERS + 1, endpoint=False)
    circle = np.stack([0.5 + 0.4 * np.cos(angles), 0.5 + 0.4 * np.sin(angles)], axis=1).tolist()
    assert keys(circle) == ["many_corners"]
    assert len(POLYGON.validate_python(circle[1:])) == MOST_CORNERS


@given(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)))
def test_a_direction_becomes_a_unit_vector_of_the_same_sense(written: tuple[float, float]) -> None:
    assume(np.hypot(*written) > 1e-6)
    direction = DIRECTION.validate_python(list(written))
    assert np.hypot(*direction) == pytest.approx(1)
    assert np.dot(direction, written) == pytest.approx(np.hypot(*written))


@pytest.mark.parametrize(
    ("points", "enough"),
    [
        ([[0, 0], [1, 0], [1, 1], [0, 1]], True),
        ([[0, 0], [1, 0], [2, 0], [0, 1]], False),
        ([[0, 0], [1, 0], [2, 0], [0, 1], [1, 1]], True),
        ([[0, 0], [0, 0], [1, 0], [1, 1]], False),
        ([[0, 0], [1, 0], [1, 1]], False),
    ],
)
def test_four_points_without_three_on_a_line_fix_a_plane(
    points: list[list[float]], enough: bool
) -> None:
    for scale in (1e-3, 1, 1e3):
        assert spread_enough(np.array(points) * scale + 7) is enough
