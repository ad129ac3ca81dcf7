"""Abandoned object: a luggage-like thing that was brought, stands still, and nobody attends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Bools, Floats
from gardefou.geometry.detections import ObjectClass
from gardefou.perception.percept import Statics
from gardefou.situations.person_heights import PersonHeights
from gardefou.situations.scene import Observation, Scene
from gardefou.situations.situation import Situation

# Tuned on ABODA against PETS, offices, streets and roads, in which nothing is left.
OBJECT_STRENGTH: Final = 0.5
"""Strength from which a still thing is an object (see `Statics`)."""

BESIDE: Final = 0.8
"""Gap to a thing up to which a person attends it, in heights of the person: about 1.4 m."""

PERSON_SCORE: Final = 0.3
"""Least score of a followed person who attends a thing: networks take bins and panels for people of
0.2 for hours, and a track of one never ends."""

TALLEST: Final = 1.7
"""Tallest box of one who attends a thing, in heights of the people seen at that row."""

COMPANY: Final = 0.5
"""What must move beside a thing to attend it when no network sees a person, in its areas."""

STAYS_S: Final = 3.0
"""Who is beside a thing for this long attends it, s; who only passes sets the waiting back."""

PASSING: Final = 2.0
"""Seconds of waiting that a second of somebody passing takes back."""

LONGEST_STEP_S: Final = 2.0
"""The most that the time between two scenes adds, s: a gap in the stream proves nothing."""

LEAST_HEIGHT: Final = 0.18
MOST_HEIGHT: Final = 0.7
"""Longer side of luggage, in heights of a person who stands there: 30 cm to 1.2 m."""

LEAST_SHARE: Final = 0.025
MOST_SHARE: Final = 0.35
"""The same in heights of the picture, where nobody was seen to compare with."""

SLENDEREST: Final = 4.0
"""Longer side over shorter side of luggage, at most."""

BORDER: Final = 0.01
"""An edge this near the frame's border, in fractions of it, is cut by it."""

_SELF: Final = 0.5
"""Intersection over union from which a person's box is the thing itself, wrongly named."""


@dataclass(slots=True)
class _Waiting:
    """How long a thing has waited alone, and how long somebody has been beside it, s."""

    alone_s: float = 0.0
    beside_s: float = 0.0
    left: bool = False

    def advance(self, attended: bool, step: float, unattended_s: float) -> None:
        """Count a step of time, s; ``left`` holds from ``unattended_s`` alone until attended."""
        if not attended:
            self.beside_s = max(self.beside_s - step, 0.0)
            self.alone_s += step
            self.left = self.left or self.alone_s >= unattended_s
            return
        self.beside_s = min(self.beside_s + step, STAYS_S)
        self.alone_s = max(self.alone_s - PASSING * step, 0.0)
        if self.beside_s >= STAYS_S:
            self.alone_s, self.left = 0.0, False


class AbandonedObject:
    """Signals each object that stays unattended for ``unattended_s``, for as long as it does."""

    situation = Situation.ABANDONED_OBJECT

    def __init__(self, unattended_s: float = 30.0) -> None:
        self.unattended_s = unattended_s
        self._heights = PersonHeights()
        self.reset()

    def reset(self) -> None:
        """Forget every thing; how tall people appear stays known."""
        self._waiting: dict[int, _Waiting] = {}
        self._time: float | None = None

    def update(self, scene: Scene) -> list[Observation]:
        """The objects that nobody attends at this moment."""
        step = 0.0 if self._time is None else min(scene.time - self._time, LONGEST_STEP_S)
        self._time = scene.time
        statics = scene.statics
        if statics is None:
            return []
        self._heights.learn(statics.people, scene.size)
        attended = _attended(statics, self._people(statics, scene))
        self._waiting = {key: self._waiting.get(key) or _Waiting() for key in statics.ids.tolist()}
        for waiting, is_attended in zip(self._waiting.values(), attended.tolist(), strict=True):
            waiting.advance(is_attended, step, self.unattended_s)
        waited = np.array([each.left for each in self._waiting.values()], dtype=np.bool_)
        left = (
            (statics.strengths >= OBJECT_STRENGTH)
            & waited
            & self._is_luggage_sized(statics.boxes, scene)
        )
        return [_observation(scene, region) for region in statics.boxes[left]]

    def _people(self, statics: Statics, scene: Scene) -> Floats:
        """Boxes of everybody who may attend a thing. [K, 4] px."""
        tracks = scene.tracks
        followed = (tracks.classes == ObjectClass.PERSON) & (tracks.scores >= PERSON_SCORE)
        people = np.concatenate([statics.people, tracks.boxes[followed]])
        usual = self._heights.at(people[:, 3])
        too_tall = people[:, 3] - people[:, 1] > TALLEST * usual
        return np.asarray(people[~too_tall], dtype=np.float64)

    def _is_luggage_sized(self, boxes: Floats, scene: Scene) -> Bools:
        """Which boxes have the size and shape of luggage where they stand. [N, 4] -> [N].

        Of what the upper border or a side cuts neither is known: what shows of a car that stops
        there is as large as a bag.
        """
        edges = boxes[:, :3] / np.array([*scene.size, scene.size[0]])
        is_cut = (edges[:, :2] <= BORDER).any(axis=1) | (edges[:, 2] >= 1 - BORDER)
        sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 1.0)
        longer, shorter = sides.max(axis=1), sides.min(axis=1)
        people = self._heights.at(boxes[:, 3])
        unknown = np.isnan(people)
        share = longer / np.where(unknown, scene.size[1], people)
        least = np.where(unknown, LEAST_SHARE, LEAST_HEIGHT)
        most = np.where(unknown, MOST_SHARE, MOST_HEIGHT)
        fits = (share >= least) & (share <= most) & (longer <= SLENDEREST * shorter)
        return np.asarray(fits & ~is_cut, dtype=np.bool_)


def _attended(statics: Statics, people: Floats) -> Bools:
    """Beside which things one of some people [K, 4] px is. [N]."""
    things = statics.boxes
    across = np.maximum(things[:, None, :2], people[None, :, :2])
    apart = across - np.minimum(things[:, None, 2:], people[None, :, 2:])
    gaps = np.linalg.norm(np.maximum(apart, 0), axis=2)
    near = gaps <= BESIDE * np.maximum(people[:, 3] - people[:, 1], 1.0)
    other = box.iou(things, people) < _SELF
    beside = (near & other).any(axis=1) | (statics.company >= COMPANY)
    return np.asarray(beside, dtype=np.bool_)


def _observation(scene: Scene, region: Floats) -> Observation:
    x1, y1, x2, y2 = region / np.array([*scene.size, *scene.size])
    corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]])
    return Observation(Situation.ABANDONED_OBJECT, scene.camera_id, scene.time, corners, 1.0)
