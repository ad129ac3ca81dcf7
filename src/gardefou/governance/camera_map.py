"""The map of the cameras: GeoJSON (RFC 7946) with OpenStreetMap's tags.

Tags are those of https://wiki.openstreetmap.org/wiki/Tag:man_made=surveillance. What they have no
word for begins with ``vsa:`` and is not meant for OpenStreetMap.
"""

from __future__ import annotations

from typing import Any

from gardefou.governance.facts import Facts
from gardefou.site.document import Camera


def camera_map(facts: Facts) -> dict[str, Any]:
    """Every camera whose position the site document gives; the others by name."""
    placed = [each for each in facts.site.cameras if position(each) is not None]
    return {
        "type": "FeatureCollection",
        "features": [_feature(facts, each) for each in placed],
        "vsa:generated_at": facts.at.isoformat(timespec="seconds"),
        "vsa:without_position": [
            each.name for each in facts.site.cameras if position(each) is None
        ],
    }


def position(camera: Camera) -> tuple[float, float] | None:
    """Longitude and latitude, degrees; None where the site document does not say."""
    place = camera.place
    if place is None or place.longitude is None or place.latitude is None:
        return None
    return place.longitude, place.latitude


def _feature(facts: Facts, camera: Camera) -> dict[str, Any]:
    mandate = facts.mandate
    authorised = mandate is not None and camera.id in mandate.authorisation.cameras
    properties: dict[str, Any] = {
        "man_made": "surveillance",
        "surveillance": "public",
        "surveillance:type": "camera",
        "camera:type": "fixed",
        "operator:type": "public",
        "name": camera.name,
        "ref": camera.id,
        "check_date": facts.at.date().isoformat(),
        "vsa:place": "" if camera.place is None else camera.place.name,
        "vsa:situations": sorted(camera.situations.on),
        "vsa:masks": len(camera.masks),
        "vsa:mandate": mandate.id if mandate is not None and authorised else None,
    }
    if camera.place is not None and camera.place.view is not None:
        properties["camera:direction"] = camera.place.view.bearing_deg
        properties["camera:angle"] = camera.place.view.angle_deg
    if facts.town.controller.name:
        properties["operator"] = facts.town.controller.name
    return {
        "type": "Feature",
        "id": camera.id,
        "geometry": {"type": "Point", "coordinates": list(position(camera) or ())},
        "properties": properties,
    }
