"""The state of all tracks of a camera in one matrix: Kalman filters and life counters."""

from __future__ import annotations

import numpy as np

from gardefou.geometry.arrays import Bools, Floats, Ints, Size
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.tracking.parameters import TrackerParameters
from gardefou.tracking.tracks import Tracks

# Columns of the matrix. State of each of centre x, centre y, width, height: value, px, and its
# rate, px/s; then the three entries of its 2 x 2 covariance, in squared body scales.
_VALUE = slice(0, 4)
_RATE = slice(4, 8)
_VALUE_VAR = slice(8, 12)
_COVARIANCE = slice(12, 16)
_RATE_VAR = slice(16, 20)
_SEEN, _BORN, _HITS, _SCORE, _SHOWN = range(20, 25)
_COLUMNS = 25
_CLASSES = len(ObjectClass)
_SMALLEST = 1.0  # px, so that a shrinking box never turns inside out


class Bank:
    """Tracks as rows of one matrix, so that each step is a few array operations for all of them.

    A track's motion is four independent constant-velocity Kalman filters (centre, width, height)
    whose noise is proportional to the body's size (as in SORT, Bewley et al. 2016).
    """

    def __init__(self, params: TrackerParameters) -> None:
        self._params = params
        position, extent = params.position_noise, params.size_noise
        self._noise = np.array([position, position, extent, extent]) ** 2
        position, extent = params.position_drift, params.size_drift
        self._drift = np.array([position, position, extent, extent]) ** 2
        position, extent = params.start_speed, params.start_growth
        self._unknown_rate = np.array([position, position, extent, extent]) ** 2
        self.clear()

    def __len__(self) -> int:
        return len(self._ids)

    def clear(self) -> None:
        """Forget every track."""
        self._state = np.zeros((0, _COLUMNS))
        self._votes = np.zeros((0, _CLASSES))
        self._ids: Ints = np.zeros(0, dtype=np.int64)

    def predict(self, elapsed: float) -> None:
        """Carry every track ``elapsed`` seconds ahead."""
        if not len(self) or elapsed <= 0:
            return
        state, drift = self._state, self._drift
        state[:, _VALUE] += elapsed * state[:, _RATE]
        state[:, _VALUE_VAR] += elapsed * (
            2 * state[:, _COVARIANCE] + elapsed * state[:, _RATE_VAR]
        )
        state[:, _VALUE_VAR] += drift * (elapsed**3 / 3)
        state[:, _COVARIANCE] += elapsed * state[:, _RATE_VAR] + drift * (elapsed**2 / 2)
        state[:, _RATE_VAR] += drift * elapsed
        np.maximum(state[:, 2:4], _SMALLEST, out=state[:, 2:4])

    def similarity(self, seen: Detections) -> Floats:
        """Intersection over union of widened predicted and detected boxes (C-BIoU). [N, M]."""
        half = self._state[:, 2:4] * (0.5 + self._params.buffer)
        centre = self._state[:, 0:2]
        other_half = (seen.boxes[:, 2:] - seen.boxes[:, :2]) * (0.5 + self._params.buffer)
        other_centre = (seen.boxes[:, 2:] + seen.boxes[:, :2]) / 2
        sides = np.minimum((centre + half)[:, None], other_centre + other_half)
        sides -= np.maximum((centre - half)[:, None], other_centre - other_half)
        np.maximum(sides, 0, out=sides)
        shared = sides[:, :, 0] * sides[:, :, 1]
        union = 4 * (half[:, 0] * half[:, 1])[:, None] + 4 * other_half[:, 0] * other_half[:, 1]
        return np.asarray(shared / (union - shared), dtype=np.float64)

    def correct(self, rows: Ints, seen: Detections, columns: Ints, time: float) -> None:
        """Give each track of ``rows`` its measurement, the detection of ``columns``."""
        if not len(rows):
            return
        state = self._state[rows]
        innovation = _measure(seen.boxes[columns]) - state[:, _VALUE]
        inverse = 1 / (state[:, _VALUE_VAR] + self._noise)
        gain = state[:, _VALUE_VAR] * inverse
        rate_gain = state[:, _COVARIANCE] * inverse
        state[:, _VALUE] += gain * innovation
        state[:, _RATE] += rate_gain * innovation
        state[:, _RATE_VAR] -= rate_gain * state[:, _COVARIANCE]
        state[:, _COVARIANCE] *= 1 - gain
        state[:, _VALUE_VAR] *= 1 - gain
        state[:, _SEEN] = time
        state[:, _HITS] += 1
        state[:, _SCORE] = seen.scores[columns]
        self._state[rows] = state
        self._vote(rows, seen, columns)

    def add(self, seen: Detections, ids: Ints, time: float) -> None:
        """Begin a track for each detection."""
        fresh = np.zeros((len(seen), _COLUMNS))
        fresh[:, _VALUE] = _measure(seen.boxes)
        fresh[:, _VALUE_VAR] = self._noise
        fresh[:, _RATE_VAR] = self._unknown_rate
        fresh[:, _SEEN] = fresh[:, _BORN] = time
        fresh[:, _HITS] = 1
        fresh[:, _SCORE] = seen.scores
        rows = np.arange(len(self), len(self) + len(seen))
        self._state = np.concatenate([self._state, fresh])
        self._votes = np.concatenate([self._votes, np.zeros((len(seen), _CLASSES))])
        self._ids = np.concatenate([self._ids, ids])
        self._vote(rows, seen, np.arange(len(seen)))

    def forget(self, time: float) -> None:
        """Drop the tracks not seen for longer than their memory."""
        if not len(self):
            return
        params, state = self._params, self._state
        memory = np.where(state[:, _HITS] < params.young_hits, params.young_memory, params.memory)
        alive = state[:, _SEEN] >= time - memory
        if not alive.all():
            self._state, self._votes = state[alive], self._votes[alive]
            self._ids = self._ids[alive]

    def report(self, time: float, size: Size | None) -> Tracks:
        """The tracks that are established and measured now, or predicted for a moment."""
        if not len(self):
            return Tracks.empty()
        params, state = self._params, self._state
        classes = self._votes.argmax(axis=1)
        needed = np.where(
            classes == ObjectClass.BODY, params.body_confirm_hits, params.confirm_hits
        )
        sure = (state[:, _SCORE] >= params.sure_score) & (classes != ObjectClass.BODY)
        state[:, _SHOWN] = (state[:, _SHOWN] > 0) | (state[:, _HITS] >= needed) | sure
        measured = state[:, _SEEN] >= time
        shown = (state[:, _SHOWN] > 0) & (measured | (state[:, _SEEN] >= time - params.coast))
        if size is not None:
            shown &= measured | _inside(state, size)
        shown_state = state[shown]
        half = shown_state[:, 2:4] / 2
        centre = shown_state[:, 0:2]
        return Tracks(
            ids=self._ids[shown],
            boxes=np.concatenate([centre - half, centre + half], axis=1),
            velocities=shown_state[:, 4:6],
            classes=classes[shown],
            ages=time - shown_state[:, _BORN],
            scores=shown_state[:, _SCORE],
            measured=measured[shown],
        )

    def _vote(self, rows: Ints, seen: Detections, columns: Ints) -> None:
        """Count the network's classes by score; `BODY` has no vote, so it stands only alone."""
        classes = seen.classes[columns]
        self._votes[rows, classes] += seen.scores[columns] * (classes != ObjectClass.BODY)


def _measure(boxes: Floats) -> Floats:
    """Boxes as centre x, centre y, width, height. [N, 4] px -> [N, 4] px."""
    return np.concatenate([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]], axis=1)


def _inside(state: Floats, size: Size) -> Bools:
    """Which centres lie in the frame."""
    centre = state[:, 0:2]
    return np.asarray(((centre >= 0) & (centre < size)).all(axis=1), dtype=np.bool_)
