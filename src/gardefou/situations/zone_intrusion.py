"""Zone intrusion: someone's ground contact lies inside a zone that a legal act closes."""

from __future__ import annotations

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Bools, Floats
from gardefou.geometry.detections import ObjectClass
from gardefou.situations.scene import Observation, Scene, box_region
from gardefou.situations.situation import Situation
from gardefou.situations.zone import Zone, depths

ENTER_DEPTH = 0.04
"""A foot point counts from this deep inside the zone, in heights of the body: boxes jitter."""

LEAVE_DEPTH = -0.06
"""A body already inside counts until its foot point is this far outside, in body heights."""

BODY_AGE_S = 1.0
"""A body that no network has recognised must have been followed this long, s."""

BODY_TRAVEL = 0.5
"""And must have moved this far from where it was first seen, in its own heights: what someone left
behind or took away, a reflection or a flickering lamp stays where it is."""

BODY_SCORE = 0.3
"""A track whose last measurement scored less does not enter a zone (it may stay in one)."""

WEAK_S = 10.0
"""It may stay so long after it last scored as much, s: when someone is gone, a track may live on
in a post or a corner that the network takes for a person a little, all day."""


class ZoneIntrusion:
    """Crossing into, or presence in, the closed zones of one camera.

    The middle of a box's lower edge stands for ground contact: a person whose head covers the zone
    from behind a wall is not inside.
    """

    situation = Situation.ZONE_INTRUSION

    def __init__(self, zones: list[Zone]) -> None:
        self._zones = zones
        self._inside: dict[str, frozenset[int]] = {}
        self._starts: dict[int, Floats] = {}
        self._sure_at: dict[int, float] = {}

    def reset(self) -> None:
        """Forget who is inside."""
        self._inside.clear()
        self._starts.clear()
        self._sure_at.clear()

    def update(self, scene: Scene) -> list[Observation]:
        """One observation for each zone that someone is in."""
        recognised = self._recognised(scene)
        weak = self._weak(scene)
        return [
            Observation(
                self.situation,
                scene.camera_id,
                scene.time,
                box_region(scene.tracks.boxes[inside], scene.size),
                1.0,
                zone.id,
            )
            for zone in self._zones
            if (inside := self._bodies_inside(zone, scene, recognised, weak)).any()
        ]

    def _recognised(self, scene: Scene) -> Bools:
        """Which tracks are bodies: named by a network, or followed for a while and moved. [N]."""
        tracks = scene.tracks
        centres = box.centres(tracks.boxes)
        ids = tracks.ids.tolist()
        self._starts = {key: self._starts.get(key, centres[row]) for row, key in enumerate(ids)}
        starts = np.array([self._starts[key] for key in ids]).reshape(-1, 2)
        heights = np.maximum(tracks.boxes[:, 3] - tracks.boxes[:, 1], 1.0)
        moved = np.linalg.norm(centres - starts, axis=1) >= BODY_TRAVEL * heights
        return np.asarray(
            (tracks.classes != ObjectClass.BODY) | ((tracks.ages >= BODY_AGE_S) & moved)
        )

    def _weak(self, scene: Scene) -> Bools:
        """Which tracks have not been surely measured for too long. [N]."""
        tracks = scene.tracks
        sure = tracks.measured & (tracks.scores >= BODY_SCORE)
        self._sure_at = {
            key: scene.time if sure[row] else self._sure_at.get(key, scene.time)
            for row, key in enumerate(tracks.ids.tolist())
        }
        since = scene.time - np.array([*self._sure_at.values()])
        return np.asarray(since > WEAK_S, dtype=np.bool_)

    def _bodies_inside(self, zone: Zone, scene: Scene, recognised: Bools, weak: Bools) -> Bools:
        """Which tracks are in the zone now; remembers them."""
        tracks = scene.tracks
        depth = _relative_depths(zone, scene)
        known = self._inside.get(zone.id, frozenset())
        was_inside = np.array([each in known for each in tracks.ids.tolist()], dtype=np.bool_)
        enters = (
            (depth >= ENTER_DEPTH) & tracks.measured & (tracks.scores >= BODY_SCORE) & recognised
        )
        stays = was_inside & (depth >= LEAVE_DEPTH) & ~weak
        inside = zone.concerns(tracks.classes) & (enters | stays)
        self._inside[zone.id] = frozenset(tracks.ids[inside].tolist())
        return np.asarray(inside, dtype=np.bool_)


def _relative_depths(zone: Zone, scene: Scene) -> Floats:
    """Depth of each track's foot point inside the zone, in heights of its own box. [N]."""
    boxes = scene.tracks.boxes
    heights = np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)
    feet = box.foot_points(boxes, scene.size)
    return depths(zone.open_polygon(scene.size), feet) / heights
