"""The map of the cameras as a drawing: no ground beneath it, no script, a few kilobytes.

Points of the drawing are in its own units, x to the right and y downwards, the origin top left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gardefou.governance.camera_map import position
from gardefou.governance.facts import Facts
from gardefou.governance.map_shapes import METRES_PER_DEGREE, Degrees, perimeter, seen

WIDTH: Final = 640.0
MARGIN: Final = 28.0
LEAST_HEIGHT: Final = 260.0
MOST_HEIGHT: Final = 640.0
LEAST_SPAN_M: Final = 120.0
"""A single camera is drawn with this much around it, m."""

LONGEST_BAR: Final = 0.35
"""Share of the width that the scale bar may take."""


@dataclass(frozen=True, slots=True)
class DrawnCamera:
    """A camera on the drawing; ``number`` as in the list beside it, ``view`` its points."""

    number: int
    name: str
    x: float
    y: float
    view: str


@dataclass(frozen=True, slots=True)
class MapDrawing:
    """The drawing; ``rings`` the perimeter's points, ``bar`` the length of ``bar_m`` metres."""

    width: float
    height: float
    rings: tuple[str, ...]
    cameras: tuple[DrawnCamera, ...]
    bar: float
    bar_m: int


def drawn(facts: Facts) -> MapDrawing | None:
    """The drawing of a moment; None when no camera's position is known."""
    places = [(number, each, position(each)) for number, each in enumerate(facts.site.cameras, 1)]
    placed = [(number, each, where) for number, each, where in places if where is not None]
    if not placed:
        return None
    rings = perimeter(facts)
    points = [point for ring in rings for point in ring]
    points += [where for _, _, where in placed]
    points += [point for _, each, _ in placed for point in seen(each)]
    paper = _Paper.around(points)
    metres = _nice(LONGEST_BAR * WIDTH / paper.per_metre)
    return MapDrawing(
        width=WIDTH,
        height=paper.height,
        rings=tuple(paper.line(ring) for ring in rings),
        cameras=tuple(
            DrawnCamera(number, each.name, *paper.at(where), paper.line(seen(each)))
            for number, each, where in placed
        ),
        bar=round(metres * paper.per_metre, 1),
        bar_m=metres,
    )


@dataclass(frozen=True, slots=True)
class _Paper:
    """How degrees come onto the drawing: a plane that touches the earth in the middle."""

    middle: Degrees
    height: float
    per_metre: float

    @classmethod
    def around(cls, points: Sequence[Degrees]) -> _Paper:
        west, east = min(lon for lon, _ in points), max(lon for lon, _ in points)
        south, north = min(lat for _, lat in points), max(lat for _, lat in points)
        middle = ((west + east) / 2, (south + north) / 2)
        wide = max(LEAST_SPAN_M, (east - west) * _metres_per_degree_east(middle))
        high = max(LEAST_SPAN_M, (north - south) * METRES_PER_DEGREE)
        inner = WIDTH - 2 * MARGIN
        height = min(MOST_HEIGHT, max(LEAST_HEIGHT, inner * high / wide + 2 * MARGIN))
        return cls(middle, round(height, 1), min(inner / wide, (height - 2 * MARGIN) / high))

    def at(self, point: Degrees) -> tuple[float, float]:
        east = (point[0] - self.middle[0]) * _metres_per_degree_east(self.middle)
        north = (point[1] - self.middle[1]) * METRES_PER_DEGREE
        x = WIDTH / 2 + east * self.per_metre
        y = self.height / 2 - north * self.per_metre
        return round(x, 1), round(y, 1)

    def line(self, points: Sequence[Degrees]) -> str:
        return " ".join(f"{x},{y}" for x, y in map(self.at, points))


def _metres_per_degree_east(where: Degrees) -> float:
    return METRES_PER_DEGREE * math.cos(math.radians(where[1]))


def _nice(metres: float) -> int:
    """The longest of 1, 2, 5, 10, 20 … that is not longer.

    >>> [_nice(each) for each in (1.5, 7, 48, 230)]
    [1, 5, 20, 200]
    """
    power = int(10 ** math.floor(math.log10(max(metres, 1.0))))
    return max(factor * power for factor in (1, 2, 5) if factor * power <= max(metres, 1.0))
