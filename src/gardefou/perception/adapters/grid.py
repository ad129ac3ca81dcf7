"""Grids of cells on which detector networks predict: where each cell looks."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from gardefou.geometry.arrays import Floats, Ints, Size


@lru_cache(maxsize=64)
def cells(input_size: Size, strides: tuple[int, ...], offset: float) -> tuple[Floats, Floats]:
    """Points and strides of all cells, finest grid first, row by row.

    ``offset`` of a cell's point from its corner, in cells. Returns points [N, 2] px of the input
    and strides [N] px. A stride that does not divide the input rounds up.

    >>> points, strides = cells((16, 8), (8,), 0.5)
    >>> points
    array([[ 4.,  4.],
           [12.,  4.]])
    """
    points, sizes = [], []
    for stride in strides:
        columns, rows = -(-input_size[0] // stride), -(-input_size[1] // stride)
        y, x = np.divmod(np.arange(columns * rows), columns)
        points.append((np.stack([x, y], axis=1) + offset) * stride)
        sizes.append(np.full(columns * rows, float(stride)))
    return np.concatenate(points), np.concatenate(sizes)


def expected_distances(bins: Floats) -> Floats:
    """Distances to the four sides from their distributions, in strides.

    ``bins`` [N, 4 * B] logits of distances 0 .. B-1 to left, top, right, bottom; returns [N, 4].
    Generalized Focal Loss (Li et al., 2020), equation 5.

    >>> expected_distances(np.array([[0.0, 0, 0, 50, 50, 0, -50, -50]])).round(3) + 0.0
    array([[0.5, 1. , 0. , 0.5]])
    """
    logits = bins.reshape(len(bins), 4, bins.shape[1] // 4)
    weights = np.exp(logits - logits.max(axis=2, keepdims=True))
    distances = np.arange(logits.shape[2])
    expected: Floats = (weights @ distances) / weights.sum(axis=2)
    return expected


def strong_rows(scores: npt.NDArray[np.float32], floor: float) -> Ints:
    """Rows with a score of at least ``floor``, in order. [N, C] -> [K].

    >>> strong_rows(np.array([[0.1, 0.9], [0.2, 0.1], [0.8, 0.7]], dtype=np.float32), 0.5)
    array([0, 2])
    """
    rows: Ints = np.flatnonzero(scores >= floor) // scores.shape[1]
    first = np.ones(len(rows), dtype=np.bool_)
    np.not_equal(rows[1:], rows[:-1], out=first[1:])
    return rows[first]
