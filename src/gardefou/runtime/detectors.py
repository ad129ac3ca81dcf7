"""From a camera of the site document to the detectors of its situations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from gardefou.geometry.detections import ObjectClass
from gardefou.site.document import Camera
from gardefou.site.document import Zone as SiteZone
from gardefou.site.settings import AVAILABLE, Situations
from gardefou.situations.person_down import PersonDown
from gardefou.situations.scene import SituationDetector
from gardefou.situations.situation import Situation
from gardefou.situations.wrong_way import WrongWay
from gardefou.situations.zone import PERSON_CLASSES, VEHICLE_CLASSES, Zone
from gardefou.situations.zone_intrusion import ZoneIntrusion

_ZONED: Final[Mapping[Situation, Callable[[list[Zone]], SituationDetector]]] = {
    Situation.ZONE_INTRUSION: ZoneIntrusion,
    Situation.WRONG_WAY: WrongWay,
}
"""Situations that need a zone, and who detects them."""

_ZONELESS: Final[Mapping[Situation, Callable[[], SituationDetector]]] = {
    Situation.PERSON_DOWN: PersonDown,
}
"""Situations watched for in the whole frame, and who detects them."""

_CLASSES: Final[Mapping[str, frozenset[ObjectClass]]] = {
    "person": PERSON_CLASSES,
    "vehicle": VEHICLE_CLASSES,
}


def build_detectors(camera: Camera) -> list[SituationDetector]:
    """The detectors of every situation that is on for a camera and has what it needs."""
    detectors = []
    for situation, make in _ZONED.items():
        zones = [_zone(each) for each in camera.zones_of(situation)]
        if zones and situation in camera.situations.on:
            detectors.append(make(zones))
    detectors += [make() for each, make in _ZONELESS.items() if each in camera.situations.on]
    return detectors


def with_all_situations(camera: Camera) -> Camera:
    """A camera that watches for every situation this version detects, settings kept."""
    on = {
        str(each): getattr(camera.situations, each) or {}
        for each in sorted(AVAILABLE | camera.situations.on)
    }
    return camera.model_copy(update={"situations": Situations.model_validate(on)})


def _zone(zone: SiteZone) -> Zone:
    direction = None
    if zone.direction is not None:
        direction = np.array(zone.direction, dtype=np.float64)
        direction /= np.linalg.norm(direction)
    classes = frozenset[ObjectClass]().union(*(_CLASSES[each] for each in zone.classes))
    return Zone(zone.id, np.array(zone.polygon, dtype=np.float64), direction, classes)
