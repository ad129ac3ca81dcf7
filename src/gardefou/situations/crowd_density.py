"""Crowd density: persons per square metre above a floor, over an area and for a time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry import polygons
from gardefou.geometry.arrays import Floats
from gardefou.perception.percept import Crowd
from gardefou.situations.scene import Observation, Scene
from gardefou.situations.situation import Situation

WINDOW_S = 10.0
"""Time over which a density must hold: its median over this time counts, s."""

LEAST_LOOKS = 3
"""Looks that a median is made of, at least."""

STALE_S = 5.0
"""A density whose last look is older than this is not known any more, s."""

COUNT_ERROR = 0.3
"""Relative error of a count of people that the network makes, one standard deviation. Measured on
the pictures of a bus station (12 people a picture) and of a concourse (60)."""


@dataclass(frozen=True, slots=True)
class DensityArea:
    """Where density is watched.

    ``polygon`` [K, 2] fractions of the frame; ``square_metres`` of it on the ground and their
    relative ``error``; ``floor`` persons/m² from which it is signalled.
    """

    id: str
    polygon: Floats
    square_metres: float
    error: float
    floor: float


@dataclass(frozen=True, slots=True)
class Density:
    """How dense an area is: ``people`` in it, ``per_m2`` and its standard ``error``, persons/m²."""

    people: float
    per_m2: float
    error: float


class CrowdDensity:
    """Areas of one camera whose crowd is denser than their floor.

    Nobody is added for those whom others hide, so a density is rather too low than too high.
    """

    situation = Situation.CROWD_DENSITY

    def __init__(self, areas: list[DensityArea]) -> None:
        self._areas = areas
        self.reset()

    def reset(self) -> None:
        """Forget the looks, as after a break in the stream."""
        self._looks: deque[tuple[float, list[float]]] = deque()

    def update(self, scene: Scene) -> list[Observation]:
        """One observation for each area that is too dense now."""
        if scene.crowd is not None:
            self._looks.append((scene.time, self._counts(scene.crowd, scene)))
        while self._looks and scene.time - self._looks[0][0] > WINDOW_S:
            self._looks.popleft()
        densities = self.densities(scene.time)
        return [
            Observation(self.situation, scene.camera_id, scene.time, area.polygon, 1.0, area.id)
            for area in self._areas
            if area.id in densities and densities[area.id].per_m2 >= area.floor
        ]

    def densities(self, time: float) -> dict[str, Density]:
        """The density of each area at a stream time, s; none before it is known."""
        if len(self._looks) < LEAST_LOOKS or time - self._looks[-1][0] > STALE_S:
            return {}
        medians = np.median([counts for _, counts in self._looks], axis=0)
        return {
            area.id: _density(float(people), area)
            for area, people in zip(self._areas, medians, strict=True)
        }

    def _counts(self, crowd: Crowd, scene: Scene) -> list[float]:
        """People expected in each area, by where their feet stand."""
        feet = box.foot_points(crowd.boxes, scene.size) / np.array(scene.size, dtype=np.float64)
        return [
            float(crowd.weights[polygons.contains(area.polygon, feet)].sum())
            for area in self._areas
        ]


def _density(people: float, area: DensityArea) -> Density:
    per_m2 = people / area.square_metres
    return Density(people, per_m2, per_m2 * float(np.hypot(COUNT_ERROR, area.error)))
