"""Fire: flames or dark smoke that go on in one place and that no moving body explains."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Bools, Floats
from gardefou.geometry.detections import ObjectClass
from gardefou.perception.percept import Flames
from gardefou.situations.scene import Observation, Scene, box_region
from gardefou.situations.situation import Situation

HOLD_S = 1.5
"""Evidence counts for this long, s: it comes about once a second."""

BODIES_S = 4.0
"""Bodies seen within this time explain what flickers, s: as long as perception looks back."""

COVERED = 0.5
"""Share of a region that bodies must cover to explain it: an orange coat, a bus, a crowd."""

TRAVELLED = 0.5
"""A body that is no sure person explains flames once it has moved this far, in diagonals of its
box: a car that burns stands, and flames themselves are followed as bodies that stay."""

PERSON_SCORE = 0.5
"""A person explains colours when the network alone gives this score. A track's own score is no
measure: motion raises it, and a cloud of smoke, which the network takes for a person of 0.35,
moves."""

SAME_BODY = 0.5
"""Overlap (intersection over union) from which a body that travels is a person already counted."""


@dataclass(frozen=True, slots=True)
class _Bodies:
    """Boxes [N, 4] px of what explains evidence at one time, s.

    ``persons`` [N]: the others are bodies that travel. Clouds of smoke are followed as such.
    """

    time: float
    boxes: Floats
    persons: Bools


class Fire:
    """Flames or dark smoke seen by one camera, whatever the zone."""

    situation = Situation.FIRE

    def __init__(self) -> None:
        self._bodies: deque[_Bodies] = deque()
        self._starts: dict[int, Floats] = {}
        self._seen: list[Observation] = []
        self._seen_at = -np.inf

    def reset(self) -> None:
        """Forget bodies and evidence."""
        self._bodies.clear()
        self._starts.clear()
        self._seen = []
        self._seen_at = -np.inf

    def update(self, scene: Scene) -> list[Observation]:
        """One observation for each place that burns or smokes."""
        self._remember(scene)
        if scene.flames is not None:
            self._seen_at = scene.time
            self._seen = self._unexplained(scene)
        elif scene.time - self._seen_at > HOLD_S:
            self._seen = []
        return [
            Observation(each.situation, each.camera_id, scene.time, each.region, each.strength)
            for each in self._seen
        ]

    def _unexplained(self, scene: Scene) -> list[Observation]:
        flames = scene.flames
        if flames is None or not len(flames.boxes):
            return []
        covered = np.max([_covered(flames, each) for each in self._bodies], axis=0)
        return [
            Observation(
                self.situation,
                scene.camera_id,
                scene.time,
                box_region(flames.boxes[index][None], scene.size),
                float(flames.strengths[index]),
            )
            for index in np.flatnonzero(covered < COVERED)
        ]

    def _remember(self, scene: Scene) -> None:
        """Keep the boxes of persons and of what travels, for as long as they may explain."""
        while self._bodies and scene.time - self._bodies[0].time > BODIES_S:
            self._bodies.popleft()
        tracks = scene.tracks
        centres = (tracks.boxes[:, :2] + tracks.boxes[:, 2:]) / 2
        self._starts = {
            int(each): self._starts.get(int(each), centre)
            for each, centre in zip(tracks.ids, centres, strict=True)
        }
        found = scene.detections
        sure = (found.classes == ObjectClass.PERSON) & (found.scores >= PERSON_SCORE)
        people, moving = found.boxes[sure], tracks.boxes[self._travellers(scene, centres)]
        moving = moving[box.iou(moving, people).max(axis=1, initial=0.0) < SAME_BODY]
        persons = np.arange(len(people) + len(moving)) < len(people)
        self._bodies.append(_Bodies(scene.time, np.concatenate([people, moving]), persons))

    def _travellers(self, scene: Scene, centres: Floats) -> Bools:
        tracks = scene.tracks
        starts = np.array(list(self._starts.values())).reshape(-1, 2)
        way = np.linalg.norm(centres - starts, axis=1)
        diagonals = np.linalg.norm(tracks.boxes[:, 2:] - tracks.boxes[:, :2], axis=1)
        return np.asarray(way >= TRAVELLED * np.maximum(diagonals, 1.0))


def _covered(flames: Flames, bodies: _Bodies) -> Floats:
    """Share of each region that bodies cover, counted twice where they overlap. [M]."""
    shared = box.intersections(flames.boxes, bodies.boxes)
    shared[flames.is_smoke] *= bodies.persons
    return np.asarray(shared.sum(axis=1) / np.maximum(box.areas(flames.boxes), 1.0))
