"""How a picture moved as a whole: a shift, a turn and a change of scale, found among outliers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gardefou.geometry.arrays import Floats

_ROUNDS: Final = 8
"""Rounds of reweighting; the weights of points that disagree are settled by then."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """A small similarity: (x, y) moves by (scale x - turn y + across, turn x + scale y + down).

    ``scale`` 0 for none; ``turn`` radians where small; ``across`` and ``down`` in the points' unit.
    """

    scale: float
    turn: float
    across: float
    down: float

    def moves(self, points: Floats) -> Floats:
        """By how much each point [N, 2] moves, [N, 2]."""
        x, y = points[:, 0], points[:, 1]
        return np.column_stack(
            (
                self.scale * x - self.turn * y + self.across,
                self.turn * x + self.scale * y + self.down,
            )
        )


def fitted_similarity(points: Floats, moves: Floats, soft: float) -> Similarity:
    """The similarity that most points [N, 2] follow in their moves [N, 2]; N at least 2.

    Reweighted least squares with weights of Geman and McClure (1985), in which a point that is off
    by much more than ``soft``, in the points' unit, hardly counts.

    >>> points = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [4.0, 4.0]])
    >>> fitted_similarity(points, np.full((4, 2), 1.5), 0.5).across
    1.5
    """
    x, y = points[:, 0], points[:, 1]
    one, none = np.ones_like(x), np.zeros_like(x)
    design = np.concatenate(
        (np.column_stack((x, -y, one, none)), np.column_stack((y, x, none, one)))
    )
    wanted = np.concatenate((moves[:, 0], moves[:, 1]))
    weights: Floats = one
    found: Floats = np.zeros(4)
    for _ in range(_ROUNDS):
        both = np.sqrt(np.concatenate((weights, weights)))
        solved = np.linalg.lstsq(design * both[:, None], wanted * both, rcond=None)[0]
        found = np.asarray(solved, np.float64)
        off: Floats = (wanted - design @ found).reshape(2, -1)
        weights = np.asarray(1.0 / np.square(1.0 + np.square(off / soft).sum(axis=0)), np.float64)
    return Similarity(*(float(each) for each in found))
