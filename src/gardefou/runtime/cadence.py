"""Which pictures of a camera the network looks at: every one, or every second while that is enough.

What a camera shows seldom needs the network five times a second: people walk on as they did, and
tracks carry them. So a picture is passed over where the one before it was looked at, everything in
it is known and moves evenly, and nothing is under way that half a second more of sights could tell.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gardefou.geometry.arrays import Floats
from gardefou.geometry.detections import Detections, ObjectClass, among
from gardefou.perception.percept import Foreground
from gardefou.runtime.bodies import covered
from gardefou.situations.person_down import LEAST_HEIGHT
from gardefou.situations.scene import Scene

LONGEST_STEP_S: Final = 0.25
"""A picture this long after the last look is looked at, s: with fewer than four pictures a second
every one is."""

FAST: Final = 2.0
"""A body that moves so many of its lengths in a second is looked at in every picture: between two
looks it would leave its place. People walk at about one."""

KNOWN: Final = 0.5
"""Share of a moving region within known bodies from which it is nothing new."""

ROOM: Final = 0.25
"""How far a body may have moved since it was seen, in its sides: that much its box is widened."""

_MAY_BE_PEOPLE: Final = frozenset({ObjectClass.PERSON, ObjectClass.BODY})


class Cadence:
    """Says of each picture of one camera, in order, whether the network is needed.

    ``always``: every picture is looked at, as where people are counted at a line. ``falls``: people
    large enough for a fall to be told are looked at in every picture.
    """

    def __init__(self, *, always: bool = False, falls: bool = False) -> None:
        self._always = always
        self._falls = falls
        self.reset()

    def reset(self) -> None:
        """Look at the next picture, as after a break in the stream."""
        self._looked = -np.inf
        self._passed_over = False
        self._is_even = False
        self._known: Floats = np.zeros((0, 4))

    def needs(self, foreground: Foreground, time: float, *, always: bool = False) -> bool:
        """Whether the network looks at the picture of a stream time, s.

        ``always``: it does just now, whatever the picture shows.
        """
        needed = (
            always
            or self._always
            or self._passed_over
            or not self._is_even
            or time - self._looked > LONGEST_STEP_S
            or time < self._looked
            or not foreground.reliable
            or self._has_news(foreground.boxes)
        )
        self._passed_over = not needed
        return needed

    def learn(self, scene: Scene, bodies: Detections, *, under_way: bool) -> None:
        """Take in a picture that was looked at, and the bodies tracked in it.

        ``under_way``: something is, of which the next picture tells more.
        """
        self._looked = scene.time
        sides = bodies.boxes[:, 2:] - bodies.boxes[:, :2]
        room = ROOM * np.concatenate([-sides, sides], axis=1)
        self._known = bodies.boxes + room
        self._is_even = not (under_way or _has_fast(scene) or (self._falls and _may_fall(scene)))

    def _has_news(self, regions: Floats) -> bool:
        """Whether something moves that no known body explains."""
        return bool(len(regions)) and bool((covered(regions, self._known) < KNOWN).any())


def _has_fast(scene: Scene) -> bool:
    """Whether a body moves so fast that it must be seen in every picture."""
    sides = scene.tracks.boxes[:, 2:] - scene.tracks.boxes[:, :2]
    speeds = np.linalg.norm(scene.tracks.velocities, axis=1)
    return bool((speeds > FAST * np.maximum(sides.max(axis=1, initial=1.0), 1.0)).any())


def _may_fall(scene: Scene) -> bool:
    """Whether somebody is there who is large enough for a fall to be told."""
    people = scene.detections.boxes[scene.detections.classes == ObjectClass.PERSON]
    bodies = scene.tracks.boxes[among(scene.tracks.classes, _MAY_BE_PEOPLE)]
    boxes = np.concatenate([people, bodies])
    return bool((boxes[:, 3] - boxes[:, 1] >= LEAST_HEIGHT * scene.size[1]).any())
