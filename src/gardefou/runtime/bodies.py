"""Any moving body counts: people and vehicles that a network names, and whatever else moves."""

from __future__ import annotations

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Floats
from gardefou.geometry.detections import VEHICLES, Detections, ObjectClass, among
from gardefou.perception.percept import Percept

COVERED = 0.5
"""Share of a moving region that detections may cover before it is no body of its own."""

NAMED_SCORE = 0.25
"""A detection that scored less does not explain a moving region."""

MOVED = 0.3
"""Share of a box that the foreground's boxes must cover before a thing that is neither person nor
vehicle counts as a body: networks see furniture and walls as things, and those stand still."""

LARGEST_SHARE = 0.5
"""A moving region larger than this share of the frame is light or a knock, not a body."""

BODY_SCORE = 0.45
"""Score given to a body known from the foreground alone: enough to start a track."""


MOTION_WITNESS = 0.4
"""How much the foreground's word adds to a detection's score, as a second witness would."""

_NAMED = frozenset({ObjectClass.PERSON, *VEHICLES})


def moving_bodies(percept: Percept) -> Detections:
    """The bodies of a frame: people, vehicles, other things that move, and unnamed motion.

    A moving region that no detection explains becomes a detection of class `BODY`: COCO networks
    call a car seen from above a "cell phone" or nothing at all, yet its motion is plain. A thing
    of another class is a body only where the foreground moves, and whatever moves is the surer for
    it: the two scores join as independent witnesses, 1 - (1 - a)(1 - b).
    """
    found, foreground = percept.detections, percept.foreground
    named = among(found.classes, _NAMED)
    if not foreground.reliable or not len(foreground.boxes):
        return found[named]
    moves = covered(found.boxes, foreground.boxes) >= MOVED
    scores = np.where(moves, 1 - (1 - found.scores) * (1 - MOTION_WITNESS), found.scores)
    bodies = Detections(found.boxes, scores, found.classes)[named | moves]
    return bodies.joined(_unnamed(percept, found[named | moves]))


def _unnamed(percept: Percept, bodies: Detections) -> Detections:
    """Moving regions that no body explains, as detections of class `BODY`."""
    regions = percept.foreground.boxes
    sure = bodies.boxes[bodies.scores >= NAMED_SCORE]
    frame_area = percept.size[0] * percept.size[1]
    small = box.areas(regions) <= LARGEST_SHARE * frame_area
    unexplained = regions[(covered(regions, sure) < COVERED) & small]
    return Detections(
        unexplained,
        np.full(len(unexplained), BODY_SCORE),
        np.full(len(unexplained), int(ObjectClass.BODY), dtype=np.int64),
    )


def covered(boxes: Floats, by: Floats) -> Floats:
    """Share of each box that other boxes cover, counted twice where they overlap. [N]."""
    shared = box.intersections(boxes, by).sum(axis=1)
    return np.asarray(shared / np.maximum(box.areas(boxes), 1.0), dtype=np.float64)
