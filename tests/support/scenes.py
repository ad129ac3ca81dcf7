"""Scenes made of a few boxes, for tests of situations."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gardefou.geometry.detections import ObjectClass
from gardefou.perception.percept import Foreground
from gardefou.situations.scene import Scene
from gardefou.tracking.tracks import Tracks

SIZE = (640, 480)
STILL = Foreground(np.zeros((0, 4)), np.zeros(0), 0.0, reliable=True)

Body = tuple[int, float, float, float, float]
"""Track id, foot x, foot y, width, height, px."""


def scene(
    time: float,
    bodies: Iterable[Body],
    kind: ObjectClass = ObjectClass.PERSON,
    velocity: tuple[float, float] = (0.0, 0.0),
    age: float = 5.0,
    measured: bool = True,
    score: float = 0.8,
) -> Scene:
    """A scene of bodies that all have one class, velocity, age and score."""
    rows = list(bodies)
    count = len(rows)
    boxes = np.array(
        [[x - w / 2, y - h, x + w / 2, y] for _, x, y, w, h in rows], dtype=np.float64
    ).reshape(count, 4)
    tracks = Tracks(
        ids=np.array([row[0] for row in rows], dtype=np.int64),
        boxes=boxes,
        velocities=np.tile(np.array(velocity), (count, 1)).reshape(count, 2),
        classes=np.full(count, int(kind), dtype=np.int64),
        ages=np.full(count, age),
        scores=np.full(count, score),
        measured=np.full(count, measured),
    )
    return Scene("cam", time, SIZE, tracks, STILL)
