"""Non-maximum suppression: one box for each body."""

from __future__ import annotations

from typing import Final

import numpy as np

from gardefou.geometry import boxes
from gardefou.geometry.arrays import Bools, Ints
from gardefou.geometry.detections import Detections, ObjectClass

MAX_OVERLAP: Final = 0.6
"""IoU from which two boxes are one body; NanoDet's published setting."""

MAX_CANDIDATES: Final = 400
"""Boxes that enter, best first: a bound on the pairwise work, far above any scene's need."""

_KINDS: Final[Ints] = np.arange(len(ObjectClass))
_KINDS[[ObjectClass.BUS, ObjectClass.TRUCK, ObjectClass.TRAIN]] = ObjectClass.CAR
_KINDS[ObjectClass.MOTORCYCLE] = ObjectClass.BICYCLE


def suppress(candidates: Detections, max_overlap: float = MAX_OVERLAP) -> Detections:
    """The best box of each body, best score first.

    Boxes compete within a kind: four wheels (car, bus, truck, train) are one kind, two wheels
    another, since a network often names one vehicle twice. `OTHER` competes with every kind: it
    is the same body under a name that is not kept.

    >>> twice = Detections(np.array([[0.0, 0, 10, 10], [0, 0, 10, 9]]), np.array([0.4, 0.9]),
    ...     np.array([ObjectClass.CAR, ObjectClass.TRUCK]))
    >>> suppress(twice).scores
    array([0.9])
    """
    order = np.argsort(-candidates.scores, kind="stable")[:MAX_CANDIDATES]
    sorted_ = candidates[order]
    rivals = (boxes.iou(sorted_.boxes, sorted_.boxes) > max_overlap) & _compete(sorted_.classes)
    apart = ~rivals
    alive = np.ones(len(sorted_), dtype=np.bool_)
    for best in range(len(sorted_) - 1):
        if alive[best]:
            alive[best + 1 :] &= apart[best, best + 1 :]
    return sorted_[alive]


def _compete(classes: Ints) -> Bools:
    """Which pairs may be one body. [N] -> [N, N]."""
    kinds = _KINDS[classes]
    unnamed = classes == ObjectClass.OTHER
    rivals: Bools = (kinds[:, None] == kinds[None, :]) | unnamed[:, None] | unnamed[None, :]
    return rivals
