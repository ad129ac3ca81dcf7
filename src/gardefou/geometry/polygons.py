"""Polygons as arrays [K, 2] of corners in order, the last joined to the first."""

from __future__ import annotations

import numpy as np

from gardefou.geometry.arrays import Bools, Floats


def following(polygon: Floats) -> Floats:
    """The corner after each corner. [K, 2] -> [K, 2]."""
    return np.concatenate([polygon[1:], polygon[:1]])


def contains(polygon: Floats, points: Floats) -> Bools:
    """Which points lie inside, by the even-odd rule. [K, 2] x [N, 2] -> [N].

    >>> square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    >>> contains(square, np.array([[0.5, 0.5], [1.5, 0.5]]))
    array([ True, False])
    """
    start, end = polygon, following(polygon)
    x, y = points[:, 0, None], points[:, 1, None]
    straddles = (start[None, :, 1] > y) != (end[None, :, 1] > y)
    rise = end[:, 1] - start[:, 1]
    # As a share of the edge, which lies within [0, 1] however flat the edge is; a slope does not.
    share = np.divide(
        y - start[None, :, 1], rise[None, :], out=np.zeros_like(y * rise), where=straddles
    )
    crossing = start[None, :, 0] + share * (end[:, 0] - start[:, 0])[None, :]
    inside = np.count_nonzero(straddles & (x < crossing), axis=1) % 2 == 1
    return np.asarray(inside, dtype=np.bool_)


def area(polygon: Floats) -> float:
    """Area by the shoelace formula, in the square of the corners' unit.

    >>> area(np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0]]))
    2.0
    """
    after = following(polygon)
    cross = polygon[:, 0] * after[:, 1] - after[:, 0] * polygon[:, 1]
    return float(abs(cross.sum()) / 2)
