"""Crowd density: persons per square metre above a floor, over an area and for a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry import polygons
from gardefou.geometry.arrays import Floats
from gardefou.geometry.ground import Ground
from gardefou.geometry.heights import HeightPlane, HeightTable
from gardefou.perception.percept import Crowd
from gardefou.situations.crowd_cells import CELL_M, densest, placeable
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

SURE_PLANE = 0.5
"""Relative error of areas from which on a plane learned from heights is too unsure to be used."""

LIKELY_PERSON = 0.5
"""How surely a detection must be somebody for its height to be learned from."""


@dataclass(frozen=True, slots=True)
class DensityArea:
    """A zone whose density is watched.

    ``polygon`` [K, 2] fractions of the frame; ``square_metres`` of it on the ground and their
    relative ``error``; ``floor`` persons/m² from which it is signalled.
    """

    id: str
    polygon: Floats
    square_metres: float
    error: float
    floor: float


@dataclass(frozen=True, slots=True)
class DensitySearch:
    """Ground that is searched for its densest part.

    ``polygon`` [K, 2] fractions of the frame, the zone ``id`` or the whole picture (None);
    ``ground`` of the camera's calibration, None where it is learned from people's heights;
    ``floor`` persons/m² from which it is signalled.
    """

    id: str | None
    polygon: Floats
    ground: Ground | None
    floor: float


@dataclass(frozen=True, slots=True)
class Density:
    """How dense an area is: ``people`` in it, ``per_m2`` and its standard ``error``, persons/m²."""

    people: float
    per_m2: float
    error: float


@dataclass(frozen=True, slots=True)
class _Measured:
    """One look at one area: the density found and where, fractions of the frame."""

    density: Density
    polygon: Floats


class CrowdDensity:
    """The parts of one camera's picture whose crowd is denser than their floor.

    A zone counts as a whole. A search slides a cell of 10 m² over the ground, which is the camera's
    calibrated plane or one learned from the heights of people passing; it signals only what would
    be dense even if the density were one standard error lower.
    """

    situation = Situation.CROWD_DENSITY

    def __init__(
        self, areas: Sequence[DensityArea], searches: Sequence[DensitySearch] = ()
    ) -> None:
        self._watched: list[DensityArea | DensitySearch] = [*areas, *searches]
        self._heights = HeightTable()
        self.reset()

    def reset(self) -> None:
        """Forget the looks, as after a break in the stream; the learned plane stays."""
        self._looks: deque[tuple[float, list[_Measured | None]]] = deque()

    @property
    def learned(self) -> HeightPlane | None:
        """The plane learned so far, however unsure."""
        return self._heights.plane

    def update(self, scene: Scene) -> list[Observation]:
        """One observation for each area that is too dense now."""
        if scene.crowd is not None:
            self._heights.learn(scene.crowd.boxes[scene.crowd.weights > LIKELY_PERSON], scene.size)
            self._looks.append((scene.time, self._measure(scene.crowd, scene)))
        while self._looks and scene.time - self._looks[0][0] > WINDOW_S:
            self._looks.popleft()
        return [
            Observation(self.situation, scene.camera_id, scene.time, found.polygon, 1.0, area.id)
            for area, found in zip(self._watched, self._medians(scene.time), strict=True)
            if found is not None and _certain(found.density, area) >= area.floor
        ]

    def densities(self, time: float) -> dict[str | None, Density]:
        """The density of each area at a stream time, s; none before it is known."""
        return {
            area.id: found.density
            for area, found in zip(self._watched, self._medians(time), strict=True)
            if found is not None
        }

    def _medians(self, time: float) -> list[_Measured | None]:
        """For each area its median look, where the last was at it and there were enough."""
        if not self._looks or time - self._looks[-1][0] > STALE_S:
            return [None] * len(self._watched)
        return [
            _median([looks[index] for _, looks in self._looks])
            for index in range(len(self._watched))
        ]

    def _measure(self, crowd: Crowd, scene: Scene) -> list[_Measured | None]:
        feet = box.foot_points(crowd.boxes, scene.size) / np.array(scene.size, dtype=np.float64)
        measured: list[_Measured | None] = []
        for area in self._watched:
            inside = polygons.contains(area.polygon, feet)
            if isinstance(area, DensitySearch):
                measured.append(self._search(area, feet[inside], crowd.weights[inside]))
            else:
                people = float(crowd.weights[inside].sum())
                density = _density(people, area.square_metres, area.error)
                measured.append(_Measured(density, area.polygon))
        return measured

    def _search(self, area: DensitySearch, feet: Floats, weights: Floats) -> _Measured | None:
        """The densest cell; None while no plane is sure enough."""
        ground, error = area.ground, 0.0
        if ground is None:
            plane = self._heights.plane
            if plane is None or plane.error > SURE_PLANE:
                return None
            ground, error = plane.ground, plane.error
            near = feet[:, 1] >= plane.rows[0]
            feet, weights = feet[near], weights[near]
        near = placeable(feet, ground)
        cell = densest(feet[near], weights[near], ground)
        if cell is None:
            return _Measured(Density(0.0, 0.0, 0.0), area.polygon)
        if area.ground is not None:
            error = area.ground.area_error(cell.polygon)
        return _Measured(_density(cell.people, CELL_M**2, error), cell.polygon)


def _median(looks: Sequence[_Measured | None]) -> _Measured | None:
    """The look of middle density, with the median's figures; None when they are too few."""
    known = sorted((each for each in looks if each is not None), key=lambda x: x.density.per_m2)
    if len(known) < LEAST_LOOKS or looks[-1] is None:
        return None
    low, high = known[(len(known) - 1) // 2], known[len(known) // 2]
    middle = Density(
        (low.density.people + high.density.people) / 2,
        (low.density.per_m2 + high.density.per_m2) / 2,
        (low.density.error + high.density.error) / 2,
    )
    return _Measured(middle, high.polygon)


def _certain(density: Density, area: DensityArea | DensitySearch) -> float:
    """The density that is held against the floor, persons/m²."""
    searched = isinstance(area, DensitySearch)
    return density.per_m2 - density.error if searched else density.per_m2


def _density(people: float, square_metres: float, error: float) -> Density:
    per_m2 = people / square_metres
    return Density(people, per_m2, per_m2 * float(np.hypot(COUNT_ERROR, error)))
