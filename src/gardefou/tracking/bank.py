"""The state of all tracks of a camera in one matrix: Kalman filters and life counters."""

from __future__ import annotations

import numpy as np

from gardefou.geometry.arrays import Bools, Floats, Ints, Size
from gardefou.geometry.boxes import areas, intersections
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.tracking.parameters import TrackerParameters
from gardefou.tracking.tracks import Tracks

# Columns of the matrix. Of each of centre x, centre y, width, height: value, px; rate, px/s; the
# three entries of their 2 x 2 covariance, in squared body scales (gains are ratios of these, so
# that the scale itself plays no part); and what the reported box adds to the value, px.
_VALUE = slice(0, 4)
_SIZE = slice(2, 4)
_RATE = slice(4, 8)
_VALUE_VAR = slice(8, 12)
_COVARIANCE = slice(12, 16)
_RATE_VAR = slice(16, 20)
_OFFSET = slice(20, 24)
_MOTION = slice(0, 24)
# Then times, s: of the last measurement, of birth, of oblivion, until when it is reported; number
# of measurements; last score; and the votes for each class.
_SEEN, _BORN, _FORGOTTEN, _SHOWN, _HITS, _SCORE = range(24, 30)
_ORIGIN = slice(30, 32)  # centre at birth, px
_VOTES = slice(32, 32 + len(ObjectClass))
_COLUMNS = _VOTES.stop

_SMALLEST = 1.0  # px, so that a shrinking box never turns inside out
_NEVER = -np.inf
_INSTANT = 1e-6  # s, less than any two frames differ

# [x1, y1, x2, y2] to [centre x, centre y, width, height], and back from a row of the motion
# columns, the offset included.
_MEASURE = np.array(
    [[0.5, 0.0, -1.0, 0.0], [0.0, 0.5, 0.0, -1.0], [0.5, 0.0, 1.0, 0.0], [0.0, 0.5, 0.0, 1.0]]
)
_CORNERS = np.zeros((_MOTION.stop, 4))
_CORNERS[_VALUE] = _CORNERS[_OFFSET] = [
    [1.0, 0.0, 1.0, 0.0],
    [0.0, 1.0, 0.0, 1.0],
    [-0.5, 0.0, 0.5, 0.0],
    [0.0, -0.5, 0.0, 0.5],
]

# Any vote of a network outweighs all blobs: `BODY` is the class only of what no network saw.
_VOTE_WEIGHTS = np.ones(len(ObjectClass))
_VOTE_WEIGHTS[ObjectClass.BODY] = 1e-9


class Bank:
    """Tracks as rows of one matrix, so that each step is a few array operations for all of them.

    A track's motion is four independent constant-velocity Kalman filters (centre and size) whose
    noise is proportional to the body's size (after SORT, Bewley et al. 2016, and ByteTrack, Zhang
    et al. 2022). Value, rate and covariances of all of them go ahead in time by one matrix
    product.
    """

    def __init__(self, params: TrackerParameters) -> None:
        self._params = params
        self._noise = _by_part(params.position_noise, params.size_noise)
        self._drift = _by_part(params.position_drift, params.size_drift)
        self._unknown_rate = _by_part(params.start_speed, params.start_growth)
        self._elapsed = 0.0
        self._transition, self._added = self._step(0.0)
        self._widen = _corner_maps(params.buffer)
        self.clear()

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def established(self) -> Bools:
        """Which tracks have been reported. [N]."""
        return np.asarray(self._state[:, _SHOWN] > _NEVER, dtype=np.bool_)

    def has_newcomer(self, time: float) -> bool:
        """Whether a body measured at a time, s, is too new to tell how it moves.

        One that lies within tracks already reported is taken for a part of them.
        """
        state = self._state
        blob = state[:, _VOTES].argmax(axis=1) == ObjectClass.BODY
        young = (state[:, _HITS] < self._params.young_hits) & (state[:, _SEEN] >= time)
        young &= blob | (state[:, _SCORE] >= self._params.start_score)
        if not young.any():
            return False
        boxes = state[:, _MOTION] @ _CORNERS
        shared = intersections(boxes[young], boxes[self.established & ~young]).sum(axis=1)
        return bool((shared < self._params.covered * areas(boxes[young])).any())

    def clear(self) -> None:
        """Forget every track."""
        self._state = np.zeros((0, _COLUMNS))
        self._ids: Ints = np.zeros(0, dtype=np.int64)

    def predict(self, elapsed: float) -> None:
        """Carry every track ``elapsed`` seconds ahead."""
        if not len(self._ids) or elapsed <= 0:
            return
        if abs(elapsed - self._elapsed) > _INSTANT:
            self._elapsed = elapsed
            self._transition, self._added = self._step(elapsed)
        motion = self._state[:, _MOTION]
        motion[:] = motion @ self._transition + self._added
        sizes = self._state[:, _SIZE]
        np.maximum(sizes, _SMALLEST, out=sizes)

    def similarity(self, seen: Detections) -> Floats:
        """How alike each track's prediction and each detection are, 0..1. [N, M].

        Intersection over union of the widened boxes (C-BIoU, Yang et al. 2023) times the square
        root of the ratio of their heights (height-modulated IoU, Hybrid-SORT, Yang et al. 2024,
        here softened).
        """
        own_map, other_map = self._widen
        own = self._state[:, _VALUE] @ own_map
        other = seen.boxes @ other_map
        sides = np.minimum(own[:, None], other)
        sides = sides[:, :, :2] + sides[:, :, 2:]
        np.maximum(sides, 0, out=sides)
        shared = sides[:, :, 0] * sides[:, :, 1]
        extents, other_extents = own[:, :2] + own[:, 2:], other[:, :2] + other[:, 2:]
        total = np.add.outer(
            extents[:, 0] * extents[:, 1], other_extents[:, 0] * other_extents[:, 1]
        )
        heights, other_heights = np.sqrt(extents[:, 1]), np.sqrt(other_extents[:, 1])
        ratio = np.divide.outer(heights, other_heights)
        similarity: Floats = shared / (total - shared) * np.minimum(ratio, 1 / ratio)
        return similarity

    def shake(self, rows: Ints, seen: Detections, columns: Ints) -> bool:
        """Move every track by what the camera moved, and tell whether it did.

        The camera moved when the paired bodies lie off their predictions by a common shift (the
        median) of more than `shake_shift` of their width. Velocities stay.
        """
        apart = seen.boxes[columns] @ _MEASURE - self._state[rows, _VALUE]
        middle = len(rows) // 2
        shift = np.sort(apart[:, :2], axis=0)[middle]
        width = np.sort(self._state[rows, 2])[middle]
        if np.abs(shift).max() <= self._params.shake_shift * width:
            return False
        self._state[:, 0:2] += shift
        return True

    def correct(self, rows: Ints, seen: Detections, columns: Ints, time: float) -> None:
        """Give each track of ``rows`` its measurement, the detection of ``columns``."""
        if not len(rows):
            return
        params = self._params
        state, scores = self._state[rows], seen.scores[columns]
        innovation = seen.boxes[columns] @ _MEASURE - state[:, _VALUE]
        doubt = 1 + params.doubt - params.doubt * scores
        spread = state[:, _VALUE_VAR] + np.multiply.outer(doubt * doubt, self._noise)
        gain = state[:, _VALUE_VAR] / spread
        rate_gain = state[:, _COVARIANCE] / spread
        lag = innovation * gain
        state[:, _VALUE] += lag
        state[:, _OFFSET] = (innovation - lag) * params.raw
        state[:, _RATE] += rate_gain * innovation
        state[:, _RATE_VAR] -= rate_gain * state[:, _COVARIANCE]
        kept = 1 - gain
        state[:, _COVARIANCE] *= kept
        state[:, _VALUE_VAR] *= kept
        self._state[rows] = self._live(state, scores, seen.classes[columns], time)

    def add(self, seen: Detections, ids: Ints, time: float) -> None:
        """Begin a track for each detection."""
        fresh = np.zeros((len(seen), _COLUMNS))
        fresh[:, _VALUE] = seen.boxes @ _MEASURE
        fresh[:, _VALUE_VAR] = self._noise
        fresh[:, _RATE_VAR] = self._unknown_rate
        fresh[:, _ORIGIN] = fresh[:, 0:2]
        fresh[:, _BORN] = time
        fresh[:, _SHOWN] = _NEVER
        fresh = self._live(fresh, seen.scores, seen.classes, time)
        self._state = np.concatenate([self._state, fresh])
        self._ids = np.concatenate([self._ids, ids])

    def forget(self, time: float) -> None:
        """Drop the tracks not seen for longer than their memory."""
        alive = self._state[:, _FORGOTTEN] >= time
        if not alive.all():
            self._state, self._ids = self._state[alive], self._ids[alive]

    def report(self, time: float, size: Size | None) -> Tracks:
        """The established tracks measured now, and those predicted while they coast."""
        shown = self._state[:, _SHOWN] >= time
        if self._params.coast and size is not None:
            centre = self._state[:, 0:2]
            inside = ((centre >= 0) & (centre < size)).all(axis=1)
            shown &= inside | (self._state[:, _SEEN] >= time)
        state = self._state[shown]
        return Tracks(
            ids=self._ids[shown],
            boxes=state[:, _MOTION] @ _CORNERS,
            velocities=state[:, 4:6],
            classes=state[:, _VOTES].argmax(axis=1),
            ages=time - state[:, _BORN],
            scores=state[:, _SCORE],
            measured=state[:, _SEEN] >= time,
        )

    def _live(self, state: Floats, scores: Floats, classes: Ints, time: float) -> Floats:
        """Count a measurement of each row: its vote, and how long the track is kept and shown."""
        params = self._params
        state[:, _SEEN] = time
        state[:, _SCORE] = scores
        state[:, _HITS] += 1
        hits = state[:, _HITS]
        state[np.arange(len(state)), _VOTES.start + classes] += scores * _VOTE_WEIGHTS[classes]
        state[:, _FORGOTTEN] = np.where(
            hits >= params.young_hits, time + params.memory, time + params.young_memory
        )
        blob = classes == ObjectClass.BODY
        wanted = np.where(blob, params.body_confirm_hits, params.confirm_hits)
        trusted = blob | (scores >= params.start_score)
        if not trusted.all():
            wanted[~trusted] = params.patient_hits
            way = np.abs(state[:, 0:2] - state[:, _ORIGIN]).max(axis=1)
            trusted |= way > params.patient_way * state[:, 2]
        established = (hits >= wanted) & trusted
        established |= (scores >= params.sure_score) & ~blob
        established |= state[:, _SHOWN] > _NEVER
        state[:, _SHOWN] = np.where(established, time + params.coast, _NEVER)
        return state

    def _step(self, elapsed: float) -> tuple[Floats, Floats]:
        """Matrix and summand that carry a row's motion columns ``elapsed`` seconds ahead.

        Constant velocity disturbed by white noise in the acceleration; the offset is dropped.
        """
        transition = np.eye(_MOTION.stop)
        transition[_OFFSET] = 0
        for part in range(4):
            transition[4 + part, part] = elapsed
            transition[12 + part, 8 + part] = 2 * elapsed
            transition[16 + part, 8 + part] = elapsed**2
            transition[16 + part, 12 + part] = elapsed
        added = np.zeros(_MOTION.stop)
        added[_VALUE_VAR] = self._drift * (elapsed**3 / 3)
        added[_COVARIANCE] = self._drift * (elapsed**2 / 2)
        added[_RATE_VAR] = self._drift * elapsed
        return transition, added


def _by_part(position: float, size: float) -> Floats:
    """Variances of centre x, centre y, width, height from two standard deviations. [4]."""
    return np.array([position, position, size, size]) ** 2


def _corner_maps(buffer: float) -> tuple[Floats, Floats]:
    """Maps from a track's value and from a detection's box to [-x1, -y1, x2, y2] once widened.

    The smaller of two boxes' rows, added by halves, gives the sides of what they share.
    """
    half = 0.5 + buffer
    own = np.zeros((4, 4))
    other = np.zeros((4, 4))
    for axis in range(2):
        own[axis, [axis, axis + 2]] = -1, 1
        own[axis + 2, [axis, axis + 2]] = half
        other[axis, [axis, axis + 2]] = -1 - buffer, -buffer
        other[axis + 2, [axis, axis + 2]] = buffer, 1 + buffer
    return own, other
