"""Wrong way: a body that travels against a zone's direction over a set distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry import polygons
from gardefou.geometry.arrays import Floats
from gardefou.geometry.detections import ObjectClass
from gardefou.situations.scene import Observation, Scene, box_region
from gardefou.situations.situation import Situation
from gardefou.situations.zone import Zone

DISTANCE_BODIES = 0.8
"""Travel against the direction that makes a wrong way, in lengths of the body's own box."""

DISTANCE_FRAME = 0.05
"""The least such travel, in diagonals of the frame: small boxes jitter by a body length."""

STRAIGHTNESS = 0.6
"""Least ratio of the way gained against the direction to the way gone: a turn or jitter wanders."""

COSINE = 0.5
"""Least cosine between the travel and the forbidden direction (60°): a crossing is no wrong way."""

LONGEST_STEP_BODIES = 1.5
"""A box that moves further than this between two scenes, in body lengths, was mistaken for another
(cars in file, seen a few times a second): its travel starts anew."""

MEASUREMENTS = 3
"""A travel counts after this many measurements."""

KEEP_S = 4.0
"""A track not seen for this long is forgotten, s."""


@dataclass(slots=True)
class _Travel:
    """One body's way inside one zone since it last stood still or went along."""

    start: Floats
    last: Floats
    length: float
    path: float
    count: int
    seen_at: float


class WrongWay:
    """Bodies that go against the allowed direction of the zones of one camera.

    Any moving body counts, whatever a network calls it. Travel is measured at the box's centre, in
    lengths of the body itself, so that one rule serves a car nearby and a cyclist far away.
    """

    situation = Situation.WRONG_WAY

    def __init__(self, zones: list[Zone]) -> None:
        self._zones = zones
        self._travels: dict[tuple[str, int], _Travel] = {}

    def reset(self) -> None:
        """Forget every travel."""
        self._travels.clear()

    def update(self, scene: Scene) -> list[Observation]:
        """One observation for each zone in which a body goes the wrong way now."""
        observations = []
        for zone in self._zones:
            rows = self._rows(zone, scene)
            wrong = [row for row in rows if self._goes_wrong(zone, scene, row)]
            if wrong:
                region = box_region(scene.tracks.boxes[wrong], scene.size)
                observations.append(
                    Observation(self.situation, scene.camera_id, scene.time, region, 1.0, zone.id)
                )
        self._travels = {
            key: travel
            for key, travel in self._travels.items()
            if scene.time - travel.seen_at <= KEEP_S
        }
        return observations

    def _rows(self, zone: Zone, scene: Scene) -> list[int]:
        """Tracks measured now that the zone concerns and that touch its ground."""
        tracks = scene.tracks
        polygon = zone.open_polygon(scene.size)
        inside = polygons.contains(polygon, box.foot_points(tracks.boxes, scene.size))
        inside |= polygons.contains(polygon, box.centres(tracks.boxes))
        still_thing = tracks.classes == ObjectClass.BAG
        rows = inside & tracks.measured & zone.concerns(tracks.classes) & ~still_thing
        return [int(row) for row in np.flatnonzero(rows)]

    def _goes_wrong(self, zone: Zone, scene: Scene, row: int) -> bool:
        """Carry one body's travel on by this scene; whether it is a wrong way by now."""
        assert zone.direction is not None
        bounds = scene.tracks.boxes[row]
        centre = (bounds[:2] + bounds[2:]) / 2
        length = float(max(bounds[2] - bounds[0], bounds[3] - bounds[1], 1.0))
        key = (zone.id, int(scene.tracks.ids[row]))
        travel = self._travels.get(key)
        if travel is None or _jumped(travel, centre):
            self._travels[key] = _Travel(centre, centre, length, 0.0, 1, scene.time)
            return False
        against = -zone.direction
        travel.path += float(np.linalg.norm(centre - travel.last))
        travel.last, travel.seen_at, travel.count = centre, scene.time, travel.count + 1
        travel.length += 0.3 * (length - travel.length)
        gained = centre - travel.start
        progress = float(gained @ against)
        if progress <= 0:
            self._travels[key] = _Travel(centre, centre, travel.length, 0.0, 1, scene.time)
            return False
        diagonal = float(np.hypot(*scene.size))
        return (
            travel.count >= MEASUREMENTS
            and progress >= max(DISTANCE_BODIES * travel.length, DISTANCE_FRAME * diagonal)
            and progress >= STRAIGHTNESS * travel.path
            and progress >= COSINE * float(np.linalg.norm(gained))
            and float(scene.tracks.velocities[row] @ against) > 0
        )


def _jumped(travel: _Travel, centre: Floats) -> bool:
    step = float(np.linalg.norm(centre - travel.last))
    return step > LONGEST_STEP_BODIES * travel.length
