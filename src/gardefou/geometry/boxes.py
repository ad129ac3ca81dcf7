"""Axis-aligned boxes as arrays [N, 4] of x1, y1, x2, y2 in pixels, y downwards."""

from __future__ import annotations

import numpy as np

from gardefou.geometry.arrays import Floats, Size


def areas(boxes: Floats) -> Floats:
    """Area of each box, px², zero where a box is inverted. [N, 4] -> [N].

    >>> areas(np.array([[0.0, 0.0, 2.0, 3.0]]))
    array([6.])
    """
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return np.asarray(sides[:, 0] * sides[:, 1], dtype=np.float64)


def intersections(a: Floats, b: Floats) -> Floats:
    """Area shared by each pair of boxes, px². [N, 4] x [M, 4] -> [N, M]."""
    # In place: most of the cost of some dozens of boxes is that of making arrays.
    width = np.minimum(a[:, None, 2], b[None, :, 2])
    width -= np.maximum(a[:, None, 0], b[None, :, 0])
    height = np.minimum(a[:, None, 3], b[None, :, 3])
    height -= np.maximum(a[:, None, 1], b[None, :, 1])
    np.maximum(width, 0, out=width)
    np.maximum(height, 0, out=height)
    width *= height
    return np.asarray(width, dtype=np.float64)


def iou(a: Floats, b: Floats) -> Floats:
    """Intersection over union of each pair of boxes, 0..1. [N, 4] x [M, 4] -> [N, M].

    >>> iou(np.array([[0.0, 0.0, 2.0, 2.0]]), np.array([[1.0, 0.0, 3.0, 2.0]])).round(3)
    array([[0.333]])
    """
    shared = intersections(a, b)
    union = areas(a)[:, None] + areas(b)[None, :]
    union -= shared
    np.maximum(union, 1e-9, out=union)
    shared /= union
    return shared


def foot_points(boxes: Floats, size: Size) -> Floats:
    """Where each body meets the ground: middle of the box's lower edge, clamped into the frame.

    [N, 4] px -> [N, 2] px.

    >>> foot_points(np.array([[0.0, 0.0, 10.0, 50.0]]), (100, 40))
    array([[ 5., 39.]])
    """
    x = (boxes[:, 0] + boxes[:, 2]) / 2
    return np.stack([np.clip(x, 0, size[0] - 1), np.clip(boxes[:, 3], 0, size[1] - 1)], axis=1)


def centres(boxes: Floats) -> Floats:
    """Middle of each box. [N, 4] px -> [N, 2] px."""
    return (boxes[:, :2] + boxes[:, 2:]) / 2


def clip(boxes: Floats, size: Size) -> Floats:
    """Boxes cut to the frame. [N, 4] px -> [N, 4] px."""
    width, height = size
    return np.clip(boxes, 0, np.array([width, height, width, height], dtype=np.float64))
