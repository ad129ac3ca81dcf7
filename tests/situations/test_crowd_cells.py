"""The densest cell of a ground."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.geometry.ground import Ground
from gardefou.situations.crowd_cells import CELL_M, densest, placeable

SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
GROUND = Ground.fit(SQUARE, 20 * SQUARE)
"""Twenty metres across and deep, seen from straight above."""

STEEP = Ground.fit(
    np.array([[0.45, 0.1], [0.55, 0.1], [1.0, 1.0], [0.0, 1.0]]),
    np.array([[-5.0, 100.0], [5.0, 100.0], [5.0, 5.0], [-5.0, 5.0]]),
)


def test_the_cell_lies_round_those_who_stand_together() -> None:
    feet = np.array([[0.1, 0.1], [0.5, 0.5], [0.55, 0.52], [0.6, 0.6], [0.9, 0.2]])
    cell = densest(feet, np.ones(5), GROUND)
    assert cell is not None
    assert cell.people == 3
    assert (cell.polygon.min(axis=0) <= 0.5 + 1e-9).all()
    assert (cell.polygon.max(axis=0) >= 0.6).all()
    assert np.ptp(cell.polygon, axis=0) == pytest.approx([CELL_M / 20] * 2)


@given(st.lists(st.tuples(st.floats(0, 0.99), st.floats(0, 0.99)), min_size=1, max_size=25))
def test_no_cell_holds_more(places: list[tuple[float, float]]) -> None:
    feet = np.array(places)
    cell = densest(feet, np.ones(len(feet)), GROUND)
    assert cell is not None
    metres = 20 * feet
    rng = np.random.default_rng(0)
    for corner in rng.uniform(-CELL_M, 20, (100, 2)):
        inside = ((metres >= corner) & (metres <= corner + CELL_M)).all(axis=1)
        assert inside.sum() <= cell.people


def test_weights_count_and_nobody_is_nowhere() -> None:
    feet = np.array([[0.5, 0.5], [0.51, 0.5]])
    cell = densest(feet, np.array([0.5, 0.25]), GROUND)
    assert cell is not None
    assert cell.people == 0.75
    assert densest(np.zeros((0, 2)), np.zeros(0), GROUND) is None
    assert densest(np.array([[0.5, -9.0]]), np.ones(1), STEEP) is None


def test_who_stands_too_far_off_has_no_place() -> None:
    assert placeable(np.array([[0.5, 0.95], [0.5, 0.1]]), STEEP).tolist() == [True, False]
