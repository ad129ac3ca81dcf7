"""Detections to tracks, frame after frame: motion only, batched, strictly online."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from gardefou.geometry.arrays import Bools, Floats, Ints, Size
from gardefou.geometry.boxes import iou
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.tracking.bank import Bank
from gardefou.tracking.identifiers import Identifiers
from gardefou.tracking.parameters import TrackerParameters
from gardefou.tracking.tracks import Tracks

_NONE: Ints = np.zeros(0, dtype=np.int64)


class Tracker:
    """Follows the bodies of one camera for seconds, by their boxes alone.

    The same ``seed`` on the same detections gives the same tracks and ids; without a seed the ids
    are random.

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

        ``time`` of the frame, s of stream time; ``size`` of the frame, px, so that a prediction
        outside it is not reported. After a jump back, or ahead by more than the tracker's memory,
        every track is forgotten.
        """
        elapsed = 0.0 if self._time is None else time - self._time
        if not 0.0 <= elapsed <= self._params.memory:
            self._bank.clear()
            elapsed = 0.0
        self._time = time
        bank = self._bank
        bank.predict(elapsed)
        seen = _usable(detections, self._params.low_score)
        rows, columns = self._associate(seen)
        bank.correct(rows, seen, columns, time)
        self._start(seen, columns, time)
        bank.forget(time)
        return bank.report(time, size)

    def _associate(self, seen: Detections) -> tuple[Ints, Ints]:
        """Rows of tracks and the detections they meet, surest detections first (ByteTrack)."""
        if not len(seen) or not len(self._bank):
            return _NONE, _NONE
        params = self._params
        similarity = self._bank.similarity(seen)
        high = seen.scores >= params.high_score
        rows, columns = _assign(similarity, params.overlap, np.arange(len(self._bank)), high)
        if high.all():
            return rows, columns
        left = np.ones(len(self._bank), dtype=np.bool_)
        left[rows] = False
        more_rows, more = _assign(similarity, params.overlap, np.flatnonzero(left), ~high)
        return np.concatenate([rows, more_rows]), np.concatenate([columns, more])

    def _start(self, seen: Detections, taken: Ints, time: float) -> None:
        """Begin a track for each free detection that is sure enough and doubles no body."""
        free = (seen.scores >= self._params.start_score) | (seen.classes == ObjectClass.BODY)
        free[taken] = False
        if not free.any():
            return
        candidates = np.flatnonzero(free)
        candidates = candidates[np.argsort(-seen.scores[candidates], kind="stable")]
        chosen = list(taken)
        fresh: list[int] = []
        overlaps = iou(seen.boxes, seen.boxes)
        for index in candidates:
            if not (overlaps[index, chosen] > self._params.duplicate_overlap).any():
                chosen.append(index)
                fresh.append(int(index))
        ids = np.array([self._identifiers.next() for _ in fresh], dtype=np.int64)
        self._bank.add(seen[np.array(fresh, dtype=np.int64)], ids, time)


def _usable(detections: Detections, low_score: float) -> Detections:
    """The detections that are finite, not empty and not too weak."""
    boxes = detections.boxes
    usable: Bools = (detections.scores >= low_score) & (boxes[:, 2] > boxes[:, 0])
    usable &= (boxes[:, 3] > boxes[:, 1]) & np.isfinite(boxes).all(axis=1)
    return detections if usable.all() else detections[usable]


def _assign(similarity: Floats, least: float, rows: Ints, which: Bools) -> tuple[Ints, Ints]:
    """Pairs of rows and columns with the greatest sum of similarities, each above ``least``."""
    columns = np.flatnonzero(which)
    worth = similarity[rows[:, None], columns]
    worth = np.where(worth > least, worth, 0.0)
    row, column = linear_sum_assignment(worth, maximize=True)
    good = worth[row, column] > 0
    return rows[row[good]], columns[column[good]]
