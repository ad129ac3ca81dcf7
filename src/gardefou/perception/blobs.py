"""Fragments of moving pixels joined into bodies."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Bools, Floats, Ints

Mask = npt.NDArray[np.uint8]

# Tuned on PETS 2009 and on clips of cars and people seen from above.
LEAST_MOVING: Final = 0.0004
"""Moving pixels of the smallest body, share of the picture."""

_LEAST_FRAGMENT: Final = 0.00012
"""Moving pixels of the smallest fragment that counts at all, share of the picture."""

_STACKED_OVERLAP: Final = 0.6
"""Share of the narrower fragment's width that must lie over the other for the two to be stacked."""

_STACKED_GAP: Final = 0.15
"""Largest gap between stacked fragments of one body, as a share of their joint height."""

_UPRIGHT: Final = 0.6
"""Width over height up to which stacked fragments may be one upright person."""

_CRUMB: Final = 0.3
"""Moving pixels of a fragment, as a share of its neighbour's, up to which it is a part of it."""

_NESTED: Final = 0.4
"""Share of the smaller fragment's box within the other's from which the two are one body."""


def bodies(fragments: Floats, mask: Mask) -> tuple[Floats, Floats]:
    """Bodies made of fragments: their boxes and the share of each box that moves.

    ``fragments`` [N, 4] boxes, px; ``mask`` [H, W], not zero where something moves. Returns boxes
    [M, 4] px and fills [M]. Fragments stacked to an upright shape (head, trunk, legs), crumbs under
    or over a larger one, and nested ones are one body; fragments side by side stay apart.

    >>> mask = np.zeros((180, 320), dtype=np.uint8)
    >>> mask[10:20, 10:16] = mask[22:40, 9:17] = 255
    >>> head_and_legs = np.array([[10.0, 10, 16, 20], [9, 22, 17, 40]])
    >>> bodies(head_and_legs, mask)[0]
    array([[ 9., 10., 17., 40.]])
    """
    moving = _moving(fragments, mask)
    kept = moving >= _LEAST_FRAGMENT * mask.size
    fragments, moving = fragments[kept], moving[kept]
    if not len(fragments):
        return np.zeros((0, 4)), np.zeros(0)
    names = _groups(_same_body(fragments, moving))
    count = len(np.unique(names))
    boxes = np.empty((count, 4))
    boxes[:, :2], boxes[:, 2:] = np.inf, -np.inf
    np.minimum.at(boxes[:, :2], names, fragments[:, :2])
    np.maximum.at(boxes[:, 2:], names, fragments[:, 2:])
    pixels = _moving(boxes, mask)
    large = pixels >= LEAST_MOVING * mask.size
    return boxes[large], pixels[large] / box.areas(boxes[large])


def _moving(boxes: Floats, mask: Mask) -> Floats:
    """Moving pixels in each box. [N, 4] -> [N]."""
    whole = boxes.astype(np.int64)
    counts = [cv2.countNonZero(mask[y1:y2, x1:x2]) for x1, y1, x2, y2 in whole]
    return np.array(counts, dtype=np.float64)


def _groups(linked: Bools) -> Ints:
    """Number of the connected group of each element. [N, N] symmetric, reflexive -> [N]."""
    reached, grown = linked, linked @ linked
    while (grown != reached).any():
        reached, grown = grown, grown @ grown
    first: Ints = reached.argmax(axis=1)
    return np.unique(first, return_inverse=True)[1]


def _same_body(fragments: Floats, moving: Floats) -> Bools:
    """Which pairs of fragments are parts of one body. [N, 4] -> [N, N]."""
    x1, y1, x2, y2 = fragments.T
    beside = np.minimum(x2[:, None], x2) - np.maximum(x1[:, None], x1)
    narrower = np.minimum((x2 - x1)[:, None], x2 - x1)
    gap = np.maximum(y1[:, None], y1) - np.minimum(y2[:, None], y2)
    joint = np.maximum(y2[:, None], y2) - np.minimum(y1[:, None], y1)
    width = np.maximum(x2[:, None], x2) - np.minimum(x1[:, None], x1)
    fewer, more = np.minimum(moving[:, None], moving), np.maximum(moving[:, None], moving)
    near = (beside >= _STACKED_OVERLAP * narrower) & (gap <= _STACKED_GAP * joint)
    stacked = near & ((width <= _UPRIGHT * joint) | (fewer <= _CRUMB * more))
    areas = box.areas(fragments)
    shared = box.intersections(fragments, fragments)
    nested = shared >= _NESTED * np.minimum(areas[:, None], areas)
    same: Bools = stacked | nested
    return same
