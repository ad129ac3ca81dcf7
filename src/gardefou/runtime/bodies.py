"""Any moving body counts: the network's detections, and what moved that it did not name."""

from __future__ import annotations

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.percept import Percept

COVERED = 0.5
"""Share of a moving region that detections may cover before it is no body of its own."""

NAMED_SCORE = 0.25
"""A detection that scored less does not explain a moving region."""

LARGEST_SHARE = 0.5
"""A moving region larger than this share of the frame is light or a knock, not a body."""

BODY_SCORE = 0.45
"""Score given to a body known from the foreground alone: enough to start a track."""


def moving_bodies(percept: Percept) -> Detections:
    """Detections of a frame joined by the moving regions that no detection explains.

    Such a region becomes a detection of class `BODY`: COCO networks call a car seen from above a
    "cell phone" or nothing at all, yet its motion is plain.
    """
    foreground = percept.foreground
    if not foreground.reliable or not len(foreground.boxes):
        return percept.detections
    named = percept.detections[percept.detections.scores >= NAMED_SCORE]
    own_area = np.maximum(box.areas(foreground.boxes), 1.0)
    shared = box.intersections(foreground.boxes, named.boxes).sum(axis=1)
    frame_area = percept.size[0] * percept.size[1]
    unexplained = (shared < COVERED * own_area) & (own_area <= LARGEST_SHARE * frame_area)
    count = int(np.count_nonzero(unexplained))
    bodies = Detections(
        foreground.boxes[unexplained],
        np.full(count, BODY_SCORE),
        np.full(count, int(ObjectClass.BODY), dtype=np.int64),
    )
    return percept.detections.joined(bodies)
