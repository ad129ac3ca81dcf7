"""How much of a camera's pedestrian space its prohibited zones close."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import shapely

Corners = Sequence[tuple[float, float]]

MOST_CLOSED: Final = 0.5
"""The largest share of the pedestrian space in a camera's picture that its prohibited zones may
take: where most of a pavement is closed, whoever walks there would be signalled. The project's own
figure; the law only says "prohibited or sensitive zone" (decree 2023-828, art. 3)."""


def closed_share(zones: Sequence[Corners], walkways: Sequence[Corners]) -> float:
    """The share of ``walkways`` that lies in ``zones``, in the picture, 0..1; none closes nothing.

    >>> half = [(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)]
    >>> closed_share([half], [[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]])
    0.5
    """
    space, closed = _union(walkways), _union(zones)
    area = float(shapely.area(space))
    return float(shapely.area(shapely.intersection(space, closed))) / area if area else 0.0


def _union(polygons: Sequence[Corners]) -> shapely.Geometry:
    return shapely.union_all([shapely.polygons(each) for each in polygons])
