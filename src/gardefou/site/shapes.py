"""Shapes that people draw on a picture: what makes a point, a polygon, a line or a calibration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Annotated, Final

import numpy as np
import shapely
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from gardefou.geometry.arrays import Floats
from gardefou.site.mistakes import Finding, mistake, raise_all

MOST_CORNERS: Final = 100
"""Corners of a polygon; more than a hand draws would cost every camera's every frame."""

LEAST_AREA: Final = 1e-5
"""Area of a polygon, in areas of the frame: 21 px² of a 1080p picture, where nobody stands."""

LEAST_LENGTH: Final = 1e-3
"""Length of a line, in fractions of the frame: 2 px of a 1080p picture."""

LEAST_TRIANGLE: Final = 1e-3
"""Least area of a calibration triangle, in squares of the extent of all points: flatter ones give
a ground plane that a one-pixel error of the hand turns over."""

MOST_CALIBRATION_POINTS: Final = 20
"""Points of a calibration; the check looks at every four of them."""


def _numbers(value: object) -> tuple[float, float] | None:
    """The two finite numbers of a value, or None when it is anything else."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in value):
        return None
    x, y = float(value[0]), float(value[1])
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None


def _point(value: object) -> tuple[float, float]:
    numbers = _numbers(value)
    if numbers is None:
        raise mistake("site.mistake.not_a_point")
    return numbers


def _direction(value: object) -> tuple[float, float]:
    numbers = _numbers(value)
    if numbers is None:
        raise mistake("site.mistake.not_a_direction")
    length = math.hypot(*numbers)
    if length == 0:
        raise mistake("site.mistake.zero_direction")
    return numbers[0] / length, numbers[1] / length


def outside(x: float, y: float) -> bool:
    """Whether a point, in fractions of the frame, lies outside it; its border is inside."""
    return not (0 <= x <= 1 and 0 <= y <= 1)


def _in_frame(point: tuple[float, float]) -> tuple[float, float]:
    if outside(*point):
        raise mistake("site.mistake.point_outside", x=point[0], y=point[1])
    return point


def _outside_findings(points: Sequence[tuple[float, float]]) -> list[Finding]:
    return [
        ((), mistake("site.mistake.corner_outside", point=number, x=x, y=y))
        for number, (x, y) in enumerate(points, 1)
        if outside(x, y)
    ]


def _polygon(corners: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Every mistake of a polygon at once: corners outside, too few, too many, flat, crossing."""
    findings = _outside_findings(corners)
    if len(corners) < 3:
        findings.append(((), mistake("site.mistake.few_corners", count=len(corners))))
    elif len(corners) > MOST_CORNERS:
        findings.append(
            ((), mistake("site.mistake.many_corners", count=len(corners), most=MOST_CORNERS))
        )
    else:
        findings.extend(_shape_findings(np.array(corners)))
    raise_all(findings)
    return corners


def _shape_findings(corners: Floats) -> list[Finding]:
    crossings = crossing_edges(corners)
    if crossings:
        return [
            ((), mistake("site.mistake.crossing", a=a + 1, b=b + 1, c=c + 1, d=d + 1))
            for (a, b), (c, d) in crossings
        ]
    if shapely.area(shapely.polygons(corners)) < LEAST_AREA:
        return [((), mistake("site.mistake.flat_polygon"))]
    return []


Edge = tuple[int, int]
"""The corners, from 0, that an edge of a polygon joins."""


def crossing_edges(corners: Floats) -> list[tuple[Edge, Edge]]:
    """Pairs of edges that meet elsewhere than at their common corner. [K, 2] -> pairs.

    A corner repeated at once (a closed ring's last) is no crossing; a polygon whose corners all
    lie on one line is flat, not crossing.

    >>> crossing_edges(np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]))
    [((0, 1), (2, 3))]
    """
    kept = np.flatnonzero((corners != np.roll(corners, 1, axis=0)).any(axis=1))
    ring, count = corners[kept], len(kept)
    if count < 3 or _all_on_one_line(ring):
        return []
    segments = np.asarray(
        shapely.linestrings(np.stack([ring, np.roll(ring, -1, axis=0)], axis=1)), dtype=np.object_
    )
    first, second = np.triu_indices(count, 1)
    neighbours = (second - first == 1) | (second - first == count - 1)
    meet = shapely.intersects(segments[first], segments[second])
    common = shapely.length(shapely.intersection(segments[first], segments[second]))
    crossing = np.where(neighbours, common > 0, meet)
    ends = [(int(start), int(end)) for start, end in zip(kept, np.roll(kept, -1), strict=True)]
    return [(ends[a], ends[b]) for a, b in zip(first[crossing], second[crossing], strict=True)]


def _all_on_one_line(points: Floats) -> bool:
    spread = points - points.mean(axis=0)
    return bool(np.linalg.matrix_rank(spread, tol=1e-9) < 2)


def _line(ends: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    findings = _outside_findings(ends)
    if len(ends) != 2:
        findings.append(((), mistake("site.mistake.line_ends", count=len(ends))))
    elif math.dist(*ends) < LEAST_LENGTH:
        findings.append(((), mistake("site.mistake.short_line")))
    raise_all(findings)
    return ends


def spread_enough(points: Floats) -> bool:
    """Whether four of the points, no three on one line, fix a plane. [K, 2], any unit."""
    extent = float(np.ptp(points, axis=0).max())
    if extent == 0:
        return False
    scaled = (points - points.min(axis=0)) / extent
    fours = np.array(list(combinations(range(len(points)), 4)))
    if not len(fours):
        return False
    triangles = np.array(list(combinations(range(4), 3)))
    a, b, c = np.moveaxis(scaled[fours[:, triangles]], 2, 0)
    ab, ac = b - a, c - a
    areas = np.abs(ab[..., 0] * ac[..., 1] - ab[..., 1] * ac[..., 0]) / 2
    return bool((areas.min(axis=1) >= LEAST_TRIANGLE).any())


def _pair(**number: float) -> WithJsonSchema:
    """Two numbers, in a JSON Schema."""
    items = {"type": "number", **number}
    return WithJsonSchema({"type": "array", "items": items, "minItems": 2, "maxItems": 2})


_FRACTIONS = _pair(minimum=0, maximum=1)

Point = Annotated[
    tuple[float, float], BeforeValidator(_point), AfterValidator(_in_frame), _FRACTIONS
]
"""A point of the picture, fractions of its width and height."""

Corner = Annotated[tuple[float, float], BeforeValidator(_point), _FRACTIONS]
"""A point whose polygon or line says whether it lies in the frame."""

GroundPoint = Annotated[tuple[float, float], BeforeValidator(_point), _pair()]
"""A point of the ground, metres from an origin of one's choice."""

Polygon = Annotated[
    tuple[Corner, ...],
    AfterValidator(_polygon),
    Field(json_schema_extra={"minItems": 3, "maxItems": MOST_CORNERS}),
]
"""Three or more corners in order, the last joined to the first."""

Line = Annotated[
    tuple[Corner, ...],
    AfterValidator(_line),
    Field(json_schema_extra={"minItems": 2, "maxItems": 2}),
]
"""Two ends."""

Direction = Annotated[tuple[float, float], BeforeValidator(_direction), _pair()]
"""A unit vector of the picture, x to the right and y down; any length is accepted and made one."""
