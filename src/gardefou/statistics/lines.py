"""Passages across a line, by direction and class, each body once.

A body has passed when its foot stood clearly on one side and then stands clearly on the other, its
way between the two meets the line, and it is moving that way. "Clearly" is a margin in lengths of
the body, so a box that jitters on the line passes nothing. Networks see parts of a body as further
bodies, and those are followed too: who overlaps somebody who has just passed the same way is a part
of him.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Floats, Size
from gardefou.geometry.detections import VEHICLES, ObjectClass
from gardefou.tracking.tracks import Tracks

# Tuned on PETS 2009 (a path) and on a motorway, two roads and a car park, at 5 pictures a second.
MARGIN: Final = 0.25
"""Distance from the line at which a body is clearly on a side, in lengths of its box."""

VEHICLE_MARGIN: Final = 0.15
"""The same for vehicles: their boxes are long, jitter less, and are soon out of the picture."""

MOST_MARGIN: Final = 0.02
"""The most that this distance may be, in diagonals of the frame: big bodies are soon gone."""

END_SLACK: Final = 0.05
"""How far beyond its ends a line still counts, in its own lengths: hands draw short lines."""

CREDIBLE_SCORE: Final = 0.4
"""Least mean score of a body's measurements: weak detections follow shadows and body parts."""

LONGEST_GAP_S: Final = 0.6
"""A body not seen for longer begins anew, s: among people who meet it may be another. Vehicles are
only bound by the tracker's own memory: fast ones are seen here and there."""

SAME_BODY: Final = 0.3
"""Share of the smaller of two boxes from which they may be one body."""

SAME_PASSAGE_S: Final = 1.5
"""Time within which two passages of overlapping boxes are one, s."""

KEEP_S: Final = 4.0
"""A body not seen for this long is forgotten, s; a track lives less long without being seen."""


@unique
class Heading(StrEnum):
    """Where somebody goes who passes a line, in the picture."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


@unique
class Passer(StrEnum):
    """What passes, in the law's two words; ``other`` moved, and no network named it."""

    PERSON = "person"
    VEHICLE = "vehicle"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Crossing:
    """One passage across a line at a stream time, s."""

    line_id: str
    time: float
    heading: Heading
    passer: Passer


@dataclass(slots=True)
class _Body:
    """A body near a line: where its foot last was on its side (1 or -1), and how deep, px.

    ``scores`` of its ``count`` measurements, summed; ``passed_at`` when it last passed, s, and to
    which side.
    """

    point: Floats
    side: float
    depth: float
    seen_at: float
    scores: float = 0.0
    count: int = 0
    passed_at: float = -np.inf
    passed_to: float = 0.0

    @property
    def is_credible(self) -> bool:
        """Whether its measurements are sure enough."""
        return self.scores >= CREDIBLE_SCORE * self.count


class LineCounter:
    """Counts passages across one line of one camera.

    ``line`` [2, 2] its ends, fractions of the frame. A line steeper than 45° in the picture is
    passed to the left or right, another up or down.
    """

    def __init__(self, line_id: str, line: Floats, size: Size) -> None:
        self._id = line_id
        start, end = np.asarray(line, dtype=np.float64) * size
        self._size = size
        self._start = start
        self._along = end - start
        across = np.array([-self._along[1], self._along[0]]) / np.linalg.norm(self._along)
        upright = abs(across[0]) > abs(across[1])
        positive = across[0] > 0 if upright else across[1] > 0
        self._across = across if positive else -across
        self._headings = (
            {1.0: Heading.RIGHT, -1.0: Heading.LEFT}
            if upright
            else {1.0: Heading.DOWN, -1.0: Heading.UP}
        )
        self._bodies: dict[int, _Body] = {}

    def reset(self) -> None:
        """Forget who is near the line, as after a break in the stream."""
        self._bodies.clear()

    def update(self, tracks: Tracks, time: float) -> list[Crossing]:
        """The passages that this frame's tracks complete; ``time`` stream time, s."""
        points = box.foot_points(tracks.boxes, self._size)
        crossings = []
        measured = np.flatnonzero(tracks.measured)
        for row in measured[np.argsort(-tracks.scores[measured], kind="stable")].tolist():
            side = self._arrived(row, points[row], tracks, time)
            if side and not self._is_part(row, side, tracks, time):
                passer = passer_of(ObjectClass(int(tracks.classes[row])))
                crossings.append(Crossing(self._id, time, self._headings[side], passer))
        self._bodies = {
            key: each for key, each in self._bodies.items() if time - each.seen_at <= KEEP_S
        }
        return crossings

    def _arrived(self, row: int, point: Floats, tracks: Tracks, time: float) -> float:
        """The side to which a body passes by this measurement; 0 when it passes to none."""
        distance = float((point - self._start) @ self._across)
        side = float(np.sign(distance)) or 1.0
        key = int(tracks.ids[row])
        body = self._bodies.setdefault(key, _Body(point, side, 0.0, time))
        vehicle = tracks.classes[row] in VEHICLES
        if time - body.seen_at > LONGEST_GAP_S and not vehicle:
            body.side, body.depth, body.point = side, 0.0, point
        body.seen_at = time
        body.scores, body.count = body.scores + float(tracks.scores[row]), body.count + 1
        length = float((tracks.boxes[row, 2:] - tracks.boxes[row, :2]).max())
        share = VEHICLE_MARGIN if vehicle else MARGIN
        margin = min(share * length, MOST_MARGIN * float(np.hypot(*self._size)))
        if body.side == side:
            body.point, body.depth = point, max(body.depth, abs(distance))
            return 0.0
        if abs(distance) + min(body.depth, margin) < 2 * margin:
            return 0.0
        onwards = side * float(tracks.velocities[row] @ self._across) > 0
        passed = onwards and body.is_credible and self._meets(body.point, point)
        body.point, body.side, body.depth = point, side, abs(distance)
        if passed:
            body.passed_at, body.passed_to = time, side
        return side if passed else 0.0

    def _is_part(self, row: int, side: float, tracks: Tracks, time: float) -> bool:
        """Whether a body overlaps one that has just passed to the same side."""
        just_passed = np.array([self._just_passed(int(key), side, time) for key in tracks.ids])
        just_passed[row] = False
        mine, others = tracks.boxes[[row]], tracks.boxes[just_passed]
        smaller = np.minimum(box.areas(mine), box.areas(others))
        return bool((box.intersections(mine, others)[0] >= SAME_BODY * smaller).any())

    def _just_passed(self, key: int, side: float, time: float) -> bool:
        body = self._bodies.get(key)
        return (
            body is not None
            and body.passed_to == side
            and (time - body.passed_at <= SAME_PASSAGE_S)
        )

    def _meets(self, before: Floats, after: Floats) -> bool:
        """Whether the straight way between two points on different sides meets the line."""
        a, b = (before - self._start) @ self._across, (after - self._start) @ self._across
        meeting = before + (after - before) * (a / (a - b))
        share = float((meeting - self._start) @ self._along / (self._along @ self._along))
        return -END_SLACK <= share <= 1 + END_SLACK


def passer_of(kind: ObjectClass) -> Passer:
    """What a class counts as.

    >>> passer_of(ObjectClass.BUS)
    <Passer.VEHICLE: 'vehicle'>
    """
    if kind is ObjectClass.PERSON:
        return Passer.PERSON
    return Passer.VEHICLE if kind in VEHICLES else Passer.OTHER
