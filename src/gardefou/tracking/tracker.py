"""Detections to tracks, frame after frame: motion only, batched, strictly online."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from gardefou.geometry.arrays import Bools, Floats, Ints, Size
from gardefou.geometry.boxes import areas, intersections
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.tracking.bank import Bank
from gardefou.tracking.identifiers import Identifiers
from gardefou.tracking.parameters import TrackerParameters
from gardefou.tracking.tracks import Tracks

_NONE: Ints = np.zeros(0, dtype=np.int64)


class Tracker:
    """Follows the bodies of one camera for seconds, by their boxes alone.

    Detections of any class are associated alike; the class of a track is a vote. What a frame
    gave is never revised. The same ``seed`` on the same detections gives the same tracks and ids;
    without a seed the ids are random.

    >>> box = np.array([[10.0, 10.0, 30.0, 60.0]])
    >>> seen = Detections(box, np.array([0.95]), np.array([ObjectClass.PERSON]))
    >>> tracker = Tracker()
    >>> first, second = tracker.update(seen, 0.0), tracker.update(seen, 0.2)
    >>> bool(first.ids[0] == second.ids[0])
    True
    """

    def __init__(self, params: TrackerParameters | None = None, seed: int | None = None) -> None:
        self._params = params or TrackerParameters()
        self._identifiers = Identifiers(np.random.default_rng(seed))
        self._bank = Bank(self._params)
        self._time: float | None = None

    def reset(self) -> None:
        """Forget every track, as after a break in the stream; ids stay unique."""
        self._bank.clear()
        self._time = None

    def update(self, detections: Detections, time: float, size: Size | None = None) -> Tracks:
        """The tracks after one frame's detections.

        ``time`` of the frame, s of stream time; ``size`` of the frame, px, so that a track that is
        only predicted is not reported outside it. After a jump back, or ahead by more than the
        tracker's memory, every track is forgotten.
        """
        elapsed = 0.0 if self._time is None else time - self._time
        if not 0.0 <= elapsed <= self._params.memory:
            self._bank.clear()
            elapsed = 0.0
        self._time = time
        bank = self._bank
        bank.predict(elapsed)
        seen = _usable(detections, self._params.low_score)
        if len(seen):
            rows, columns = self._associate(seen)
            bank.correct(rows, seen, columns, time)
            if len(columns) < len(seen):
                self._start(seen, columns, time)
        bank.forget(time)
        return bank.report(time, size)

    def _associate(self, seen: Detections) -> tuple[Ints, Ints]:
        """Rows of tracks and the detections they meet, sure detections first (ByteTrack)."""
        if not len(self._bank):
            return _NONE, _NONE
        high = seen.scores >= self._params.high_score
        similarity = self._bank.similarity(seen)
        rows, columns = self._first(similarity, seen, high)
        if len(rows) >= self._params.shake_tracks and self._bank.shake(rows, seen, columns):
            similarity = self._bank.similarity(seen)
            rows, columns = self._first(similarity, seen, high)
        if high.all():
            return rows, columns
        second = (similarity > self._params.low_overlap) & ~high
        second[rows] = False
        if not second.any():
            return rows, columns
        more_rows, more = _assign(np.where(second, similarity * seen.scores, 0.0))
        return np.concatenate([rows, more_rows]), np.concatenate([columns, more])

    def _first(self, similarity: Floats, seen: Detections, high: Bools) -> tuple[Ints, Ints]:
        """The first association: tracks and sure detections, the surer the more it counts."""
        likely = (similarity > self._params.overlap) & high
        return _assign(np.where(likely, similarity * seen.scores, 0.0))

    def _start(self, seen: Detections, taken: Ints, time: float) -> None:
        """Begin a track for each free detection that is sure enough and doubles no body."""
        free = (seen.scores >= self._params.start_score) | (seen.classes == ObjectClass.BODY)
        free[taken] = False
        candidates = np.flatnonzero(free)
        if not len(candidates):
            return
        doubles = self._doubles(seen)
        chosen = taken.tolist()
        fresh: list[int] = []
        # Networks first, then by score, so that a blob never stands in for the person it covers.
        order = np.lexsort((-seen.scores, seen.classes == ObjectClass.BODY))
        for index in order[free[order]].tolist():
            if not doubles[index, chosen].any():
                chosen.append(index)
                fresh.append(index)
        if fresh:
            ids = np.array([self._identifiers.next() for _ in fresh], dtype=np.int64)
            self._bank.add(seen[np.array(fresh)], ids, time)

    def _doubles(self, seen: Detections) -> Bools:
        """Which detections (rows) show the same body as which others (columns). [N, N]."""
        area = areas(seen.boxes)
        shared = intersections(seen.boxes, seen.boxes)
        alike = shared >= self._params.duplicate_overlap * (area[:, None] + area - shared)
        covered = shared >= self._params.covered * np.minimum(area[:, None], area)
        blob = seen.classes == ObjectClass.BODY
        result: Bools = alike | (covered & blob[:, None])
        return result


def _usable(detections: Detections, low_score: float) -> Detections:
    """The detections that are finite, not empty and not too weak."""
    boxes, scores = detections.boxes, detections.scores
    if not len(scores):
        return detections
    extents = boxes[:, 2:] - boxes[:, :2]
    if extents.min() > 0 and scores.min() >= low_score and np.isfinite(boxes.sum()):
        return detections
    usable = (extents > 0).all(axis=1) & (scores >= low_score) & np.isfinite(boxes).all(axis=1)
    return detections[usable]


def _assign(worth: Floats) -> tuple[Ints, Ints]:
    """Pairs of rows and columns with the greatest sum; a worth of 0 is no pair."""
    rows, columns = linear_sum_assignment(worth, maximize=True)
    good = worth[rows, columns] > 0
    return rows[good], columns[good]
