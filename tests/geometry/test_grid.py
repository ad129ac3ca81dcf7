"""The grid of metres: its lines lie where the ground does, and it knows where it is unsure."""

from __future__ import annotations

import numpy as np

from gardefou.geometry.grid import MOST_CELLS, grid
from gardefou.geometry.ground import HAND, Ground

IMAGE = np.array([[0.2, 0.9], [0.8, 0.9], [0.65, 0.5], [0.35, 0.5]])
GROUND = np.array([[0.0, 0.0], [6.0, 0.0], [6.0, 12.0], [0.0, 12.0]])


def test_every_point_of_a_line_lies_on_a_whole_metre() -> None:
    plane = Ground.fit(IMAGE, GROUND)
    for line in grid(plane).lines:
        placed = plane.to_ground(line)
        off = np.abs(placed - placed.round())
        assert min(off[:, 0].max(), off[:, 1].max()) < 1e-6


def test_far_squares_are_less_sure_than_near_ones() -> None:
    cells = grid(Ground.fit(IMAGE, GROUND)).cells
    near = max(cells, key=lambda each: each.corners[:, 1].max())
    far = min(cells, key=lambda each: each.corners[:, 1].min())

    assert 0 < near.error < far.error
    assert len(cells) <= MOST_CELLS


def test_a_large_ground_has_wider_squares() -> None:
    assert grid(Ground.fit(IMAGE, 20 * GROUND)).step_m > grid(Ground.fit(IMAGE, GROUND)).step_m


def test_nothing_is_drawn_beyond_the_horizon() -> None:
    plane = Ground.fit(IMAGE, GROUND)
    above = [line for line in grid(plane).lines if np.isnan(plane.to_ground(line)).any()]

    assert above == []
    assert HAND > 0
