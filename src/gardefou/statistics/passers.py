"""Who may pass a line: bodies followed for counting, each of them one body.

Counting asks for something else than watching: a car whose bonnet is followed as a second car is
two cars, while for an intrusion it is still one. So what a network sees weakly and inside a surer
vehicle is dropped before anything is followed, motion alone is followed by nobody, and a body is
believed by the network's own score.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Bools, Floats, Size
from gardefou.geometry.detections import VEHICLES, Detections, ObjectClass
from gardefou.tracking.parameters import TrackerParameters
from gardefou.tracking.tracker import Tracker
from gardefou.tracking.tracks import Tracks

# Set on PETS 2009 (a path), a motorway, two roads and a car park, mirrored too, at 4, 5 and 8
# pictures a second; `tentative_score` and `start_score` in bf16 and in f32, so that no count hangs
# on how a processor rounds.
PARAMETERS: Final = TrackerParameters(
    low_score=0.15, high_score=0.3, tentative_score=0.2, start_score=0.27, sure_score=0.45
)
"""The tracker's scores on the scale of the default network alone."""

MOVED: Final = 0.3
"""Share of a thing's box that must move before it counts as a body, where no network names it a
person or a vehicle."""

SAME: Final = 0.6
"""Overlap (intersection over union) from which two detections are one body."""

PART: Final = 0.7
"""Share of the smaller of two boxes, neither of a person, from which it is a part of the other:
people overlap in the picture, and each of them counts."""

_NAMED: Final = [int(ObjectClass.PERSON), *(int(each) for each in VEHICLES)]


class PasserTracker:
    """Follows the bodies of one camera that may pass its lines; one serves all lines."""

    def __init__(self, seed: int | None = None) -> None:
        self._tracker = Tracker(PARAMETERS, seed)

    def reset(self) -> None:
        """Forget every body, as after a break in the stream."""
        self._tracker.reset()

    def update(self, detections: Detections, moving: Floats, time: float, size: Size) -> Tracks:
        """The bodies after one frame.

        ``moving`` [M, 4] px regions that move; ``time`` s of stream time; ``size`` px.
        """
        return self._tracker.update(single_bodies(detections, moving), time, size)


def single_bodies(detections: Detections, moving: Floats) -> Detections:
    """People, vehicles and other things that move (``moving`` [M, 4] px), each body once."""
    named = np.isin(detections.classes, _NAMED)
    covered = box.intersections(detections.boxes, moving).sum(axis=1)
    bodies = detections[named | (covered >= MOVED * np.maximum(box.areas(detections.boxes), 1.0))]
    bodies = bodies[np.argsort(-bodies.scores, kind="stable")]
    same = _same(bodies)
    kept: Bools = np.zeros(len(bodies), dtype=np.bool_)
    for index in range(len(bodies)):
        kept[index] = not (same[index] & kept).any()
    return bodies[kept]


def _same(bodies: Detections) -> Bools:
    """Which detections show one body. [N, N]."""
    area = box.areas(bodies.boxes)
    shared = box.intersections(bodies.boxes, bodies.boxes)
    alike = shared >= SAME * np.maximum(area[:, None] + area - shared, 1e-9)
    inside = shared >= PART * np.maximum(np.minimum(area[:, None], area), 1e-9)
    thing = bodies.classes != ObjectClass.PERSON
    result: Bools = alike | (inside & thing[:, None] & thing)
    return result
