"""What the public map shows, in degrees: the mandate's perimeter and what each camera sees.

Distances are those of a plane that touches the earth at the camera: good to a thousandth over the
few hundred metres that a camera reaches.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from gardefou.governance.camera_map import camera_map, position
from gardefou.governance.facts import Facts
from gardefou.site.document import Camera

METRES_PER_DEGREE: Final = 111_320.0
"""Length of a degree of latitude, m."""

STEP_DEG: Final = 10.0
"""Widest piece of an arc that is drawn as a straight line, degrees."""

Degrees = tuple[float, float]
"""Longitude and latitude, WGS 84."""


def perimeter(facts: Facts) -> list[list[Degrees]]:
    """The rings of the shown mandate's perimeter; none where it has none that can be drawn."""
    mandate = facts.shown_mandate
    shape = None if mandate is None else mandate.authorisation.perimeter
    if shape is None or shape.get("type") != "Polygon":
        return []
    try:
        return [
            [(float(lon), float(lat)) for lon, lat in ring] for ring in shape.get("coordinates", ())
        ]
    except (TypeError, ValueError):
        return []


def seen(camera: Camera) -> list[Degrees]:
    """The outline, closed, of the ground a camera sees; empty where the document does not say."""
    where = position(camera)
    view = None if camera.place is None else camera.place.view
    if where is None or view is None:
        return []
    steps = max(1, math.ceil(view.angle_deg / STEP_DEG))
    first = view.bearing_deg - view.angle_deg / 2
    arc = [
        moved(where, first + view.angle_deg * step / steps, view.reach_m)
        for step in range(steps + 1)
    ]
    return [*arc, arc[0]] if view.angle_deg == 360 else [where, *arc, where]


def moved(where: Degrees, bearing_deg: float, metres: float) -> Degrees:
    """The place so many metres away, ``bearing_deg`` clockwise from north.

    >>> [round(each, 4) for each in moved((2.0, 60.0), 90.0, 111.32)]
    [2.002, 60.0]
    """
    longitude, latitude = where
    east = metres * math.sin(math.radians(bearing_deg))
    north = metres * math.cos(math.radians(bearing_deg))
    return (
        longitude + east / (METRES_PER_DEGREE * math.cos(math.radians(latitude))),
        latitude + north / METRES_PER_DEGREE,
    )


def public_map(facts: Facts) -> dict[str, Any]:
    """Perimeter, fields of view and cameras as one GeoJSON collection; ``vsa:shape`` says which."""
    rings = perimeter(facts)
    outlines = [(each.id, seen(each)) for each in facts.site.cameras]
    cameras = camera_map(facts)["features"]
    for each in cameras:
        each["properties"]["vsa:shape"] = "camera"
    return {
        "type": "FeatureCollection",
        "features": [
            *([_polygon("perimeter", "perimeter", rings)] if rings else []),
            *(_polygon(name, "view", [ring]) for name, ring in outlines if ring),
            *cameras,
        ],
    }


def _polygon(ref: str, shape: str, rings: Sequence[Sequence[Degrees]]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[round(end, 7) for end in point] for point in ring] for ring in rings],
        },
        "properties": {"ref": ref, "vsa:shape": shape},
    }
