"""From a camera of the site document to the detectors of its situations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import numpy as np

from gardefou.geometry.detections import ObjectClass
from gardefou.perception.percept import Evidence
from gardefou.site.document import Camera
from gardefou.site.document import Zone as SiteZone
from gardefou.site.settings import AVAILABLE, LEAST_CROWD_M2, Situations
from gardefou.situations.abandoned_object import AbandonedObject
from gardefou.situations.crowd_density import CrowdDensity, DensityArea, DensitySearch
from gardefou.situations.crowd_movement import CrowdMovement
from gardefou.situations.fire import Fire
from gardefou.situations.person_down import PersonDown
from gardefou.situations.scene import SituationDetector
from gardefou.situations.situation import Situation
from gardefou.situations.weapon import Weapon
from gardefou.situations.wrong_way import WrongWay
from gardefou.situations.zone import PERSON_CLASSES, VEHICLE_CLASSES, Zone
from gardefou.situations.zone_intrusion import ZoneIntrusion

_ZONED: Final[Mapping[Situation, Callable[[list[Zone]], SituationDetector]]] = {
    Situation.ZONE_INTRUSION: ZoneIntrusion,
    Situation.WRONG_WAY: WrongWay,
}
"""Situations that need a zone, and who detects them."""

_UNZONED: Final[Mapping[Situation, Callable[[], SituationDetector]]] = {
    Situation.PERSON_DOWN: PersonDown,
    Situation.CROWD_MOVEMENT: CrowdMovement,
    Situation.FIRE: Fire,
    Situation.WEAPON: Weapon,
}
"""Situations watched for in the whole frame, without settings, and who detects them."""

_EVIDENCE: Final[Mapping[Situation, Evidence]] = {
    Situation.ABANDONED_OBJECT: Evidence.STATICS,
    Situation.CROWD_MOVEMENT: Evidence.FLOW,
    Situation.CROWD_DENSITY: Evidence.CROWD,
    Situation.FIRE: Evidence.FLAMES,
    Situation.WEAPON: Evidence.WEAPONS,
    Situation.PERSON_DOWN: Evidence.LYING,
}
"""What perception must look for besides, by situation."""

_WHOLE: Final = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
"""The whole picture, as a polygon."""

_CLASSES: Final[Mapping[str, frozenset[ObjectClass]]] = {
    "person": PERSON_CLASSES,
    "vehicle": VEHICLE_CLASSES,
}


def build_detectors(camera: Camera) -> list[SituationDetector]:
    """The detectors of every situation that is on for a camera and has what it needs."""
    detectors: list[SituationDetector] = []
    for situation, make in _ZONED.items():
        zones = [_zone(each) for each in camera.zones_of(situation)]
        if zones and situation in camera.situations.on:
            detectors.append(make(zones))
    detectors += [make() for each, make in _UNZONED.items() if each in camera.situations.on]
    if camera.situations.abandoned_object is not None:
        detectors.append(AbandonedObject(camera.situations.abandoned_object.unattended_s))
    if camera.situations.crowd_density is not None:
        detectors.append(CrowdDensity(density_areas(camera), density_searches(camera)))
    return detectors


def wanted_evidence(detectors: Iterable[SituationDetector]) -> frozenset[Evidence]:
    """What perception gathers for these detectors beyond what every camera gives."""
    return frozenset(_EVIDENCE[each.situation] for each in detectors if each.situation in _EVIDENCE)


def with_all_situations(camera: Camera) -> Camera:
    """A camera that watches for every situation this version detects, settings kept."""
    on = {
        str(each): getattr(camera.situations, each) or {}
        for each in sorted(AVAILABLE | camera.situations.on)
    }
    return camera.model_copy(update={"situations": Situations.model_validate(on)})


def watching_only(camera: Camera, situation: Situation) -> Camera:
    """A camera that watches for one situation, its settings and its zones kept."""
    settings = getattr(camera.situations, situation) or {}
    only = Situations.model_validate({str(situation): settings})
    return camera.model_copy(update={"situations": only})


def density_areas(camera: Camera) -> list[DensityArea]:
    """The zones whose density a camera watches as a whole: none without a calibration."""
    settings = camera.situations.crowd_density
    if settings is None or camera.calibration is None:
        return []
    ground = camera.calibration.ground_plane
    areas = []
    for zone in camera.zones_of(Situation.CROWD_DENSITY):
        polygon = np.array(zone.polygon, dtype=np.float64)
        square_metres = ground.area(polygon)
        if square_metres is not None and square_metres >= LEAST_CROWD_M2:
            error = ground.area_error(polygon)
            areas.append(
                DensityArea(zone.id, polygon, square_metres, error, settings.persons_per_m2)
            )
    return areas


def density_searches(camera: Camera) -> list[DensitySearch]:
    """The ground that a camera searches for crowds.

    Its zones where it has no calibration: their area is not known. The whole picture where it has
    no zones.
    """
    settings = camera.situations.crowd_density
    if settings is None:
        return []
    ground = None if camera.calibration is None else camera.calibration.ground_plane
    zones = camera.zones_of(Situation.CROWD_DENSITY)
    if not zones:
        return [DensitySearch(None, _WHOLE, ground, settings.persons_per_m2)]
    if ground is not None:
        return []
    return [
        DensitySearch(each.id, np.array(each.polygon), None, settings.persons_per_m2)
        for each in zones
    ]


def _zone(zone: SiteZone) -> Zone:
    direction = None
    if zone.direction is not None:
        direction = np.array(zone.direction, dtype=np.float64)
        direction /= np.linalg.norm(direction)
    classes = frozenset[ObjectClass]().union(*(_CLASSES[each] for each in zone.classes))
    return Zone(zone.id, np.array(zone.polygon, dtype=np.float64), direction, classes)
