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

_LEAST_PX = 1e-3
"""What is narrower or lower than this is empty: a network's rounding, which a track would lose."""

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

    @property
    def has_newcomer(self) -> bool:
        """Whether the last frame showed a body that is too new to tell how it moves."""
        return self._time is not None and self._bank.has_newcomer(self._time)

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
        """Rows of tracks and the detections they meet.

        Established tracks meet sure detections, then weak ones (ByteTrack); a track that is not
        established yet meets what is left.
        """
        if not len(self._bank):
            return _NONE, _NONE
        params, bank = self._params, self._bank
        high = seen.scores >= params.high_score
        settled = bank.established[:, None]
        similarity = bank.similarity(seen)
        rows, columns = _assign(similarity, seen, (similarity > params.overlap) & high & settled)
        if len(rows) >= params.shake_tracks and bank.shake(rows, seen, columns):
            similarity = bank.similarity(seen)
            likely = (similarity > params.overlap) & high & settled
            rows, columns = _assign(similarity, seen, likely)
        for likely in (
            (similarity > params.low_overlap) & (settled & ~high),
            (similarity > params.overlap) & ~settled,
        ):
            likely[rows] = False
            likely[:, columns] = False
            if likely.any():
                more_rows, more = _assign(similarity, seen, likely)
                rows, columns = np.concatenate([rows, more_rows]), np.concatenate([columns, more])
        return rows, columns

    def _start(self, seen: Detections, taken: Ints, time: float) -> None:
        """Begin a track for each free detection that is not too weak and doubles no body."""
        free = (seen.scores >= self._params.tentative_score) | (seen.classes == ObjectClass.BODY)
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
        weak = (seen.classes == ObjectClass.BODY) | (seen.scores < self._params.start_score)
        result: Bools = alike | (covered & weak[:, None])
        return result


def _usable(detections: Detections, low_score: float) -> Detections:
    """The detections that are finite, not empty and not too weak."""
    boxes, scores = detections.boxes, detections.scores
    if not len(scores):
        return detections
    extents = boxes[:, 2:] - boxes[:, :2]
    if extents.min() >= _LEAST_PX and scores.min() >= low_score and np.isfinite(boxes.sum()):
        return detections
    wide = (extents >= _LEAST_PX).all(axis=1)
    usable = wide & (scores >= low_score) & np.isfinite(boxes).all(axis=1)
    return detections[usable]


def _assign(similarity: Floats, seen: Detections, likely: Bools) -> tuple[Ints, Ints]:
    """The likely pairs of rows and columns with the greatest sum of similarity times score."""
    worth = np.where(likely, similarity * seen.scores, 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    good = worth[rows, columns] > 0
    return rows[good], columns[good]
