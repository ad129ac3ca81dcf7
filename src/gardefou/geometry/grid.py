"""A grid of metres on a ground plane as the picture shows it, and how sure each part of it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gardefou.geometry.arrays import Floats
from gardefou.geometry.ground import Ground

STEPS_M: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
"""Distances between lines to choose from, m."""

MOST_LINES: Final = 24
"""Most lines one way; more of them hide the picture."""

MOST_CELLS: Final = 40
"""Most squares whose sureness is worked out."""

BEYOND: Final = 0.5
"""How far the grid goes on beyond the points, in extents of theirs."""

_SAMPLES: Final = 33


@dataclass(frozen=True, slots=True)
class Cell:
    """A square of the grid: ``corners`` [4, 2] fractions of the frame; ``error`` relative, of its
    area, one standard error, infinite where the plane is of no use."""

    corners: Floats
    error: float


@dataclass(frozen=True, slots=True)
class Grid:
    """Lines each ``step_m`` metres, [N, 2] in fractions of the frame each, and squares."""

    step_m: float
    lines: tuple[Floats, ...]
    cells: tuple[Cell, ...]


def grid(plane: Ground) -> Grid:
    """The grid around the points that fix a plane.

    >>> square = np.array([[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]])
    >>> grid(Ground.fit(square, 10 * square)).step_m
    1.0
    """
    low, high = plane.ground.min(axis=0), plane.ground.max(axis=0)
    reach = BEYOND * (high - low)
    low, high = low - reach, high + reach
    extent = float((high - low).max())
    step = next((each for each in STEPS_M if extent / each <= MOST_LINES), STEPS_M[-1])
    xs, ys = (_ticks(low[axis], high[axis], step) for axis in (0, 1))
    to_image: Floats = np.asarray(np.linalg.inv(plane.homography), dtype=np.float64)
    lines = [_seen(to_image, (x, ys[0]), (x, ys[-1])) for x in xs]
    lines += [_seen(to_image, (xs[0], y), (xs[-1], y)) for y in ys]
    return Grid(step, tuple(each for each in lines if len(each) > 1), _cells(plane, to_image, step))


def _ticks(low: float, high: float, step: float) -> Floats:
    first, last = np.floor(low / step), np.ceil(high / step)
    return np.asarray(np.arange(first, last + 1)[: MOST_LINES + 2] * step, dtype=np.float64)


def _carried(to_image: Floats, ground: Floats) -> tuple[Floats, Floats]:
    carried = np.column_stack([ground, np.ones(len(ground))]) @ to_image.T
    return carried[:, :2], carried[:, 2]


def _seen(to_image: Floats, start: tuple[float, float], end: tuple[float, float]) -> Floats:
    """The part of a line that lies before the horizon and within the frame. [N, 2]"""
    along = np.linspace(0.0, 1.0, _SAMPLES)[:, None]
    points, depth = _carried(to_image, np.array([start]) * (1 - along) + np.array([end]) * along)
    before = depth > 1e-6
    image = points[before] / depth[before, None]
    inside = ((image >= -0.05) & (image <= 1.05)).all(axis=1)
    return np.asarray(image[inside], dtype=np.float64)


def _cells(plane: Ground, to_image: Floats, step: float) -> tuple[Cell, ...]:
    """Squares between the points, a little larger than the grid's where those are too many."""
    low, high = plane.ground.min(axis=0), plane.ground.max(axis=0)
    sizes = [each for each in STEPS_M if each >= step]
    size = next(
        (each for each in sizes if np.prod(np.ceil((high - low) / each)) <= MOST_CELLS), sizes[-1]
    )
    found = []
    for x in np.arange(low[0], high[0], size):
        for y in np.arange(low[1], high[1], size):
            corners = np.array([[x, y], [x + size, y], [x + size, y + size], [x, y + size]])
            points, depth = _carried(to_image, corners)
            if (depth <= 1e-6).any():
                continue
            image = points / depth[:, None]
            if ((image >= 0) & (image <= 1)).all(axis=1).any():
                found.append(Cell(image, plane.area_error(image)))
    return tuple(found[:MOST_CELLS])
