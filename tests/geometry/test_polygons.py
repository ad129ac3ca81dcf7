"""Which points lie inside a polygon, however flat its edges are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.geometry.polygons import contains

FLATTEST = float(np.finfo(np.float64).smallest_subnormal)


@pytest.mark.parametrize("rise", [FLATTEST, 3 * FLATTEST, 1e-300, 1e-9])
def test_an_edge_of_almost_no_rise_is_crossed_where_it_is(rise: float) -> None:
    sliver = np.array([[0.0, 0.0], [1.0, rise], [0.0, rise]])
    found = contains(sliver, np.array([[-0.1, 0.0], [0.0, 0.0], [0.5, 0.5], [1.1, 0.0]]))
    assert not found[[0, 2, 3]].any()


coordinate = st.floats(-2.0, 2.0)


@given(
    st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=8).map(np.array),
    st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=8).map(np.array),
)
def test_what_lies_outside_its_box_is_not_inside_however_flat_it_is(
    polygon: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    points: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> None:
    found = contains(polygon, points)
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    outside = ((points < low) | (points > high)).any(axis=1)
    assert not found[outside].any()
