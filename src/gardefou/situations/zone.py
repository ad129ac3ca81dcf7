"""A zone of the frame as situations use it: polygon, direction, classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gardefou.geometry import polygons
from gardefou.geometry.arrays import Bools, Floats, Ints, Size
from gardefou.geometry.detections import VEHICLES, ObjectClass, among

BORDER = 0.02
"""A corner this near the frame's border, in fractions, is meant to lie on it."""

OUTSIDE = 0.5
"""How far beyond the border such a corner is moved, in fractions: the border is no boundary."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon on the ground, and whom it concerns.

    ``polygon`` [K, 2] fractions of the frame; ``direction`` unit vector [2] of allowed travel in
    the picture (x right, y down), for `wrong_way` only; ``classes`` the `ObjectClass` values it
    concerns, empty for every moving body.
    """

    id: str
    polygon: Floats
    direction: Floats | None = None
    classes: frozenset[ObjectClass] = frozenset()

    def open_polygon(self, size: Size) -> Floats:
        """The polygon in pixels, its corners on the frame's border moved outside the frame.

        Someone cut by the border stands on ground that goes on beyond the picture, so depth inside
        the zone must not be measured to the border.
        """
        polygon = self.polygon.copy()
        polygon[polygon <= BORDER] -= OUTSIDE
        polygon[polygon >= 1 - BORDER] += OUTSIDE
        return polygon * np.array(size, dtype=np.float64)

    def concerns(self, classes: Ints) -> Bools:
        """Which bodies this zone is about, by class. [N] -> [N]."""
        if not self.classes:
            return np.ones(len(classes), dtype=np.bool_)
        return among(classes, self.classes)


PERSON_CLASSES = frozenset({ObjectClass.PERSON})
VEHICLE_CLASSES = frozenset(VEHICLES)


def depths(polygon: Floats, points: Floats) -> Floats:
    """How far inside a polygon each point lies, negative outside. [K, 2] x [N, 2] -> [N].

    Distance to the nearest edge, in the unit of the arguments.

    >>> square = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])
    >>> depths(square, np.array([[2.0, 1.0], [2.0, -3.0]]))
    array([ 1., -3.])
    """
    start = polygon[None, :, :]
    edge = polygons.following(polygon)[None, :, :] - start
    to_point = points[:, None, :] - start
    length2 = np.maximum((edge**2).sum(axis=2), 1e-12)
    along = np.clip((to_point * edge).sum(axis=2) / length2, 0, 1)
    away = to_point - along[:, :, None] * edge
    gaps = np.sqrt((away**2).sum(axis=2).min(axis=1))
    return np.asarray(np.where(polygons.contains(polygon, points), gaps, -gaps), dtype=np.float64)
