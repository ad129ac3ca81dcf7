"""Fragments of moving pixels joined into bodies."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.sparse.csgraph import connected_components

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Bools, Floats, Size

# Tuned on PETS 2009 and on clips of cars and people seen from above.
LEAST_MOVING: Final = 0.0004
"""Moving pixels of the smallest body, share of the picture."""

_LEAST_FRAGMENT: Final = 0.00012
"""Moving pixels of the smallest fragment that counts at all, share of the picture."""

_STACKED_OVERLAP: Final = 0.6
"""Share of the narrower fragment's width that must lie over the other for the two to be stacked."""

_STACKED_GAP: Final = 0.25
"""Largest gap between stacked fragments of one body, as a share of their joint height."""

_NESTED: Final = 0.4
"""Share of the smaller fragment's box within the other's from which the two are one body."""


def merged_bodies(fragments: Floats, moving: Floats, size: Size) -> tuple[Floats, Floats]:
    """Bodies made of fragments: their boxes and the share of each box that moves.

    ``fragments`` [N, 4] boxes, ``moving`` [N] moving pixels in each, ``size`` of the picture, px.
    Returns boxes [M, 4] px and fills [M]. Fragments stacked over each other (head, trunk, legs)
    or nested are one body; fragments side by side stay apart.

    >>> head_and_legs = np.array([[10.0, 10, 16, 20], [9, 22, 17, 40]])
    >>> merged_bodies(head_and_legs, np.array([50.0, 100]), (320, 180))[0]
    array([[ 9., 10., 17., 40.]])
    """
    area = size[0] * size[1]
    kept = moving >= _LEAST_FRAGMENT * area
    fragments, moving = fragments[kept], moving[kept]
    if not len(fragments):
        return np.zeros((0, 4)), np.zeros(0)
    count, body = connected_components(_same_body(fragments), directed=False)
    boxes = np.empty((count, 4))
    boxes[:, :2], boxes[:, 2:] = np.inf, -np.inf
    np.minimum.at(boxes[:, :2], body, fragments[:, :2])
    np.maximum.at(boxes[:, 2:], body, fragments[:, 2:])
    pixels = np.bincount(body, weights=moving, minlength=count)
    large = pixels >= LEAST_MOVING * area
    boxes, pixels = boxes[large], pixels[large]
    return boxes, np.minimum(pixels / box.areas(boxes), 1.0)


def _same_body(fragments: Floats) -> Bools:
    """Which pairs of fragments are parts of one body. [N, 4] -> [N, N]."""
    x1, y1, x2, y2 = fragments.T
    beside = np.minimum(x2[:, None], x2) - np.maximum(x1[:, None], x1)
    narrower = np.minimum((x2 - x1)[:, None], x2 - x1)
    gap = np.maximum(y1[:, None], y1) - np.minimum(y2[:, None], y2)
    joint = np.maximum(y2[:, None], y2) - np.minimum(y1[:, None], y1)
    stacked = (beside >= _STACKED_OVERLAP * narrower) & (gap <= _STACKED_GAP * joint)
    areas = box.areas(fragments)
    shared = box.intersections(fragments, fragments)
    nested = shared >= _NESTED * np.minimum(areas[:, None], areas)
    same: Bools = stacked | nested
    return same
