"""Where a crowd on a ground plane is densest: a square cell slid over everyone's place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gardefou.geometry.arrays import Bools, Floats
from gardefou.geometry.ground import HAND, Ground

CELL_M: Final = 3.2
"""Side of the cell, m: its 10.24 m² are just above the least area whose density counts."""

_OUTLINE: Final = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]) * CELL_M / 2


@dataclass(frozen=True, slots=True)
class Cell:
    """The densest cell: ``people`` expected in it, ``polygon`` [4, 2] fractions of the frame."""

    people: float
    polygon: Floats


def placeable(feet: Floats, ground: Ground) -> Bools:
    """Whose place [N, 2] is known to half a cell; too far away a few pixels are many metres."""
    off = ground.to_ground(feet + np.array([0.0, HAND])) - ground.to_ground(feet)
    return np.asarray(np.linalg.norm(off, axis=1) <= CELL_M / 2, dtype=np.bool_)


def densest(feet: Floats, weights: Floats, ground: Ground) -> Cell | None:
    """The cell that holds most people; None when nobody stands before the horizon.

    ``feet`` [N, 2] fractions of the frame, ``weights`` [N] people that each stands for. Cells begin
    at somebody's place to the left and somebody's behind: one of those holds the most.
    """
    places = ground.to_ground(feet)
    known = np.isfinite(places).all(axis=1)
    places, weights = places[known], weights[known]
    if not len(places):
        return None
    across = places[:, 0] - places[:, [0]]
    along = places[:, 1] - places[:, [1]]
    beside = (across >= 0) & (across <= CELL_M)
    ahead = ((along >= 0) & (along <= CELL_M)) * weights
    totals = beside.astype(np.float64) @ ahead.T
    left, behind = np.unravel_index(int(totals.argmax()), totals.shape)
    middle = np.array([places[left, 0], places[behind, 1]]) + CELL_M / 2
    return Cell(float(totals[left, behind]), _seen(middle + _OUTLINE, ground))


def _seen(places: Floats, ground: Ground) -> Floats:
    """Places on the ground in the picture, cut to it. [N, 2] m -> [N, 2] fractions."""
    carried = np.column_stack([places, np.ones(len(places))]) @ np.linalg.inv(ground.homography).T
    return np.asarray(np.clip(carried[:, :2] / carried[:, 2:], 0.0, 1.0), dtype=np.float64)
