"""Passages across a line, by direction and class, each body once.

A body has passed when its foot stood clearly on one side and then stands clearly on the other, its
way between the two meets the line, and it is moving that way. "Clearly" is a margin in lengths of
the body, so a box that jitters on the line passes nothing.

A tracker loses bodies at a line as anywhere else. One that begins where another, just lost, must be
by now goes on in its place; one that is seen again after a gap is the same body only if it came as
far as its speed let expect. Networks see parts of a body as further bodies, and those are followed
too: who overlaps somebody who has just passed the same way is a part of him.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Floats, Ints, Size
from gardefou.geometry.detections import VEHICLES, ObjectClass
from gardefou.tracking.tracks import Tracks

# Tuned on PETS 2009 (a path) and on a motorway, two roads and a car park, mirrored too, at 4, 5
# and 8 pictures a second; docs/counting.md says what a quarter more or less of each does.
MARGIN: Final = 0.15
"""Distance from the line at which a body is clearly on a side, in lengths of its box."""

MOST_MARGIN: Final = 0.02
"""The most that this distance may be, in diagonals of the frame: big bodies are soon gone."""

END_SLACK: Final = 0.02
"""How far beyond its ends a line still counts, in its own lengths: a box's foot is not exact."""

LONGEST_GAP_S: Final = 0.6
"""A body not seen for longer begins anew, s, if it is a person, who among people may be another;
a vehicle if it is not where its speed has brought it."""

PACE: Final = 2.0
"""By how much, as a ratio, the way over a gap may differ from what the speed let expect."""

HANDED_S: Final = 1.0
"""Longest time between the end of a body and the beginning of the one that goes on for it, s."""

HANDED: Final = 1.0
"""How far that one may begin from where the lost one must be by now, in lengths of the shorter."""

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


Headings = tuple[Heading, Heading]
"""The two ways in which a line can be passed."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """One passage across a line at a stream time, s."""

    line_id: str
    time: float
    heading: Heading
    passer: Passer


@dataclass(slots=True)
class _Body:
    """A body near a line.

    ``point`` where its foot last was on its ``side`` (1 or -1) and ``depth`` how deep it was there,
    px; ``seen_at`` when it was last measured, s, and then its foot at ``last``, its ``velocity``,
    px/s, and its ``length``, px; ``count`` of measurements without a gap; ``passed_at`` when it
    last passed, s, and to which side.
    """

    point: Floats
    side: float
    seen_at: float
    last: Floats
    velocity: Floats
    length: float
    depth: float = 0.0
    count: int = 0
    passed_at: float = -np.inf
    passed_to: float = 0.0


class LineCounter:
    """Counts passages across one line of one camera, from the tracks of a `PasserTracker`.

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

    @property
    def line_id(self) -> str:
        """Which line it is."""
        return self._id

    @property
    def headings(self) -> Headings:
        """The two ways in which the line can be passed."""
        return self._headings[-1.0], self._headings[1.0]

    def reset(self) -> None:
        """Forget who is near the line, as after a break in the stream."""
        self._bodies.clear()

    def update(self, tracks: Tracks, time: float) -> list[Crossing]:
        """The passages that this frame's tracks complete; ``time`` stream time, s."""
        points = box.foot_points(tracks.boxes, self._size)
        crossings = []
        measured = np.flatnonzero(tracks.measured)
        self._hand_over(measured, points, tracks, time)
        for row in measured[np.argsort(-tracks.scores[measured], kind="stable")].tolist():
            side = self._arrived(row, points[row], tracks, time)
            if side and not self._is_part(row, side, tracks, time):
                passer = passer_of(ObjectClass(int(tracks.classes[row])))
                crossings.append(Crossing(self._id, time, self._headings[side], passer))
        self._bodies = {
            key: each for key, each in self._bodies.items() if time - each.seen_at <= KEEP_S
        }
        return crossings

    def _hand_over(self, measured: Ints, points: Floats, tracks: Tracks, time: float) -> None:
        """Let tracks that begin go on for bodies that were lost where they must be by now."""
        present = {int(key) for key in tracks.ids[measured]}
        lost = [
            key
            for key, body in self._bodies.items()
            if key not in present and body.count > 1 and time - body.seen_at <= HANDED_S
        ]
        pairs = []
        for row in measured.tolist():
            key = int(tracks.ids[row])
            if key not in self._bodies:
                ways = [
                    self._way(self._bodies[old], row, points[row], tracks, time) for old in lost
                ]
                pairs += [(way, key, old) for way, old in zip(ways, lost, strict=True) if way <= 1]
        for _, key, old in sorted(pairs):
            if key not in self._bodies and old in self._bodies:
                self._bodies[key] = self._bodies.pop(old)

    def _way(self, body: _Body, row: int, point: Floats, tracks: Tracks, time: float) -> float:
        """How far a track is from where a lost body must be, 1 the farthest that is near enough."""
        gap = time - body.seen_at
        person = tracks.classes[row] not in VEHICLES
        onwards = float(body.velocity @ tracks.velocities[row]) > 0
        if not onwards or (person and gap > LONGEST_GAP_S):
            return np.inf
        off = float(np.linalg.norm(point - (body.last + body.velocity * gap)))
        return off / (HANDED * min(body.length, _length(tracks.boxes[row])))

    def _arrived(self, row: int, point: Floats, tracks: Tracks, time: float) -> float:
        """The side to which a body passes by this measurement; 0 when it passes to none."""
        distance = float((point - self._start) @ self._across)
        side = float(np.sign(distance)) or 1.0
        body = self._seen(row, point, side, tracks, time)
        if body.side == side:
            body.point, body.depth = point, max(body.depth, abs(distance))
            return 0.0
        margin = min(MARGIN * body.length, MOST_MARGIN * float(np.hypot(*self._size)))
        if abs(distance) + min(body.depth, margin) < 2 * margin:
            return 0.0
        onwards = side * float(body.velocity @ self._across) > 0
        passed = onwards and self._meets(body.point, point)
        body.point, body.side, body.depth = point, side, abs(distance)
        if passed:
            body.passed_at, body.passed_to = time, side
        return side if passed else 0.0

    def _seen(self, row: int, point: Floats, side: float, tracks: Tracks, time: float) -> _Body:
        """The body of a track with its new measurement; begun anew when it may be another."""
        key = int(tracks.ids[row])
        velocity, length = tracks.velocities[row].copy(), _length(tracks.boxes[row])
        body = self._bodies.get(key)
        if body is None:
            body = self._bodies[key] = _Body(point, side, time, point, velocity, length)
        elif time - body.seen_at > LONGEST_GAP_S:
            vehicle = tracks.classes[row] in VEHICLES
            if not (vehicle and self._went_on(body, point, time)):
                body.point, body.side, body.depth, body.count = point, side, 0.0, 0
        body.seen_at, body.last, body.velocity, body.length = time, point, velocity, length
        body.count += 1
        return body

    def _went_on(self, body: _Body, point: Floats, time: float) -> bool:
        """Whether a body came as far over a gap as its speed let expect."""
        went = float((point - body.last) @ self._across)
        expected = float(body.velocity @ self._across) * (time - body.seen_at)
        return body.count > 1 and went * expected > 0 and 1 / PACE <= went / expected <= PACE

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


def _length(box_: Floats) -> float:
    """The longer side of a box [4], px."""
    return float((box_[2:] - box_[:2]).max())


def passer_of(kind: ObjectClass) -> Passer:
    """What a class counts as.

    >>> passer_of(ObjectClass.BUS)
    <Passer.VEHICLE: 'vehicle'>
    """
    if kind is ObjectClass.PERSON:
        return Passer.PERSON
    return Passer.VEHICLE if kind in VEHICLES else Passer.OTHER
