"""What must be blurred: the trail that analysis leaves in memory, read when evidence is made.

Heads of people, and the parts of vehicles that may carry a number.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Bools, Floats, Ints, Size
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.heads import head_regions
from gardefou.perception.vehicle_bands import legible, may_carry_number, vehicle_bands
from gardefou.tracking.tracks import Tracks

HEAD_SCORE: Final = 0.2
"""Lowest score of a detected person whose head is blurred, 0..1. Tuned on PETS 2009 S2.L1: 0.25
misses five times as many heads, 0.15 blurs a quarter more of the picture."""

VEHICLE_SCORE: Final = 0.3
"""Lowest score of a detected vehicle whose number is blurred, 0..1. Below it networks see parts of
vehicles again, and lorries as large as the picture."""

LARGEST_UNNAMED: Final = 0.15
"""A moving region larger than this share of the frame is no vehicle that a network did not name."""

LARGEST_FOLLOWED: Final = 0.25
"""A larger track is blurred only where the network is sure of it: motion makes lorries of light."""

LARGEST_SHOWN: Final = 1280 * 720
"""Most pixels of any picture that evidence shows."""

TRAIL_S: Final = 90.0
"""Stream time that a trail remembers: the longest clip, its lead and its tail; seconds."""

WITHIN_S: Final = 0.4
"""Heads seen this long before and after a picture are blurred in it as well; seconds. On the PETS
2009 S2.L1 truth single frames cover 97.3 % of heads, this union 99.2 %."""

SPARSE_S: Final = 0.3
SPARSE_WITHIN_S: Final = 0.8
"""Where the analysed frames beside a picture are further apart than the first, since the network
passed some over, heads count this long before and after it, s: as many looks are joined as where it
passes over none. On the same truth the trail then misses 3 of 4636 heads; on 40 s of it 1 of 2393,
12 without."""

BRIDGE_S: Final = 2.0
"""A head's way is interpolated between analysed frames up to this far apart; seconds."""

MOTION_GROWTH: Final = 0.25
"""An interpolated region grows, on every side, by this share of the head's way between frames."""

UNTRACKED: Final = -1
"""Identifier of a head that belongs to no track."""


@dataclass(frozen=True, slots=True)
class HeadRecord:
    """Regions to blur over a stretch of stream time; small, frozen, made to be sent to a process.

    Heads, and parts of vehicles that may carry a number: both are called heads here.
    ``analysed`` [K] times of the analysed frames, s, rising; and for each region, in order of
    time: ``times`` [N] s, ``ids`` [N] of tracks or `UNTRACKED`, ``boxes`` [N, 4] in fractions of
    the frame, ``bands`` [N] which of them are parts of vehicles.
    """

    analysed: Floats
    times: Floats
    ids: Ints
    boxes: Floats
    bands: Bools

    @classmethod
    def empty(cls) -> HeadRecord:
        """No frame analysed."""
        none = np.zeros(0)
        return cls(none, none, np.zeros(0, dtype=np.int64), np.zeros((0, 4)), np.zeros(0, bool))

    def regions(self, time: float, within_s: float = WITHIN_S) -> Floats:
        """Every region that may hold a head at ``time``: [M, 4] in fractions of the frame.

        The heads of all frames analysed at most ``within_s`` away (`SPARSE_WITHIN_S` where
        analysed frames are sparse), heads and vehicles of the
        analysed frames next to ``time`` when they are at most `BRIDGE_S` apart (else of the nearer
        one within ``within_s``), and, for a track that both of these hold, its place in between.
        """
        before, after = self._neighbours(time)
        within = np.abs(self.times - time) <= self._reach(time, within_s)
        beside = (self.times == before) | (self.times == after)
        near = within & (beside | ~self.bands)
        if after - before <= BRIDGE_S:
            near |= beside
        return np.concatenate([self.boxes[near], self._between(time, before, after)])

    def _neighbours(self, time: float) -> tuple[float, float]:
        """Times of the analysed frames at or before, and after; infinite where there is none."""
        index = int(np.searchsorted(self.analysed, time, side="right"))
        before = float(self.analysed[index - 1]) if index else -np.inf
        after = float(self.analysed[index]) if index < len(self.analysed) else np.inf
        return before, after

    def _reach(self, time: float, within_s: float) -> float:
        """How far from ``time`` heads are joined, s."""
        index = int(np.searchsorted(self.analysed, time, side="right"))
        steps = np.diff(self.analysed[max(index - 2, 0) : index + 1])
        sparse = (steps > SPARSE_S) & (steps <= SPARSE_WITHIN_S)
        return (max(within_s, SPARSE_WITHIN_S) if sparse.any() else within_s) + _ROUNDING_S

    def _between(self, time: float, before: float, after: float) -> Floats:
        if not after - before <= BRIDGE_S:
            return np.zeros((0, 4))
        first = np.flatnonzero((self.times == before) & (self.ids != UNTRACKED))
        second = np.flatnonzero((self.times == after) & (self.ids != UNTRACKED))
        _, left, right = np.intersect1d(self.ids[first], self.ids[second], return_indices=True)
        start, end = self.boxes[first[left]], self.boxes[second[right]]
        share = (time - before) / (after - before)
        way = np.abs((end[:, :2] + end[:, 2:]) - (start[:, :2] + start[:, 2:])) / 2
        growth = MOTION_GROWTH * way
        return start + share * (end - start) + np.hstack([-growth, growth])


_ROUNDING_S: Final = 1e-6
_UPRIGHT: Final = 1.3


def _may_have_head(tracks: Tracks) -> Bools:
    """Which tracks are people, or unnamed bodies (`BODY`) taller than wide as people are. [N]."""
    width = tracks.boxes[:, 2] - tracks.boxes[:, 0]
    height = tracks.boxes[:, 3] - tracks.boxes[:, 1]
    unnamed = (tracks.classes == int(ObjectClass.BODY)) & (height >= _UPRIGHT * width)
    return np.asarray(unnamed | (tracks.classes == int(ObjectClass.PERSON)), dtype=np.bool_)


def _may_have_number(tracks: Tracks, size: Size) -> Bools:
    """Which tracks are vehicles, or unnamed and unlike a standing person; none too large. [N]."""
    unnamed = np.isin(tracks.classes, [int(ObjectClass.BODY), int(ObjectClass.OTHER)])
    share = box.areas(tracks.boxes) / (size[0] * size[1])
    other = unnamed & (share <= LARGEST_UNNAMED) & ~_may_have_head(tracks)
    named = may_carry_number(tracks.classes) & (share <= LARGEST_FOLLOWED)
    return np.asarray(named | other, dtype=np.bool_)


def _bands(size: Size, detections: Detections, tracks: Tracks, shown: float) -> tuple[Floats, Ints]:
    """Parts of vehicles that may carry a number, in fractions of the frame, and their tracks."""
    seen = may_carry_number(detections.classes) & (detections.scores >= VEHICLE_SCORE)
    scale = np.array([*size, *size], dtype=np.float64)
    loose = vehicle_bands(detections.boxes[seen], size, shown)
    chosen = np.flatnonzero(_may_have_number(tracks, size))
    followed = legible(tracks.boxes[chosen], size, shown)
    bands = vehicle_bands(tracks.boxes[chosen], size, shown)
    ids = np.concatenate([np.full(len(loose), UNTRACKED), tracks.ids[chosen[followed]]])
    return np.concatenate([loose, bands]) / scale, ids.astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Analysed:
    time: float
    ids: Ints
    boxes: Floats
    bands: Bools


class HeadTrail:
    """The head regions of one camera's last seconds, in memory only.

    Fed by the camera's loop with what each analysed frame gave; not safe between threads. Memory
    for 90 s of 20 people at 5 frames a second: about 0.7 MB.
    """

    def __init__(self, seconds: float = TRAIL_S) -> None:
        self._seconds = seconds
        self._frames: deque[_Analysed] = deque()

    def add(
        self,
        time: float,
        size: Size,
        detections: Detections,
        tracks: Tracks,
        source: Size | None = None,
    ) -> None:
        """Remember the heads of a frame: of every person detected, if only weakly, or followed.

        ``source`` the size of the stream's own pictures, px: pictures are never shown larger.
        ``time`` stream time, s, never before the last; ``size`` of the analysed frame, px. Tracks
        count when they are only predicted too, and, if they stand like a person, when no network
        ever named them. Vehicles count in the same way, and so does whatever else moves.
        """
        people = (detections.classes == int(ObjectClass.PERSON)) & (detections.scores >= HEAD_SCORE)
        followed = _may_have_head(tracks)
        bodies = np.concatenate([detections.boxes[people], tracks.boxes[followed]])
        loose = np.full(int(people.sum()), UNTRACKED, dtype=np.int64)
        heads = head_regions(bodies, size) / np.array([*size, *size], dtype=np.float64)
        ids = np.concatenate([loose, tracks.ids[followed]])
        shown = LARGEST_SHOWN if source is None else min(LARGEST_SHOWN, source[0] * source[1])
        enlarged = float(np.sqrt(shown / (size[0] * size[1])))
        bands, driven = _bands(size, detections, tracks, enlarged)
        self._frames.append(
            _Analysed(
                time,
                np.concatenate([ids, driven]),
                np.concatenate([heads, bands]),
                np.repeat([False, True], [len(heads), len(bands)]),
            )
        )
        while self._frames[0].time < time - self._seconds:
            self._frames.popleft()

    def record(self, start: float = -np.inf, end: float = np.inf) -> HeadRecord:
        """The heads of a stretch of stream time, s, and of `BRIDGE_S` on either side."""
        low, high = start - BRIDGE_S, end + BRIDGE_S
        chosen = [frame for frame in self._frames if low <= frame.time <= high]
        if not chosen:
            return HeadRecord.empty()
        analysed = np.array([frame.time for frame in chosen])
        return HeadRecord(
            analysed,
            np.repeat(analysed, [len(frame.ids) for frame in chosen]),
            np.concatenate([frame.ids for frame in chosen]),
            np.concatenate([frame.boxes for frame in chosen]),
            np.concatenate([frame.bands for frame in chosen]),
        )

    def regions(self, time: float, within_s: float = WITHIN_S) -> Floats:
        """Every region that may hold a head at ``time``, as `HeadRecord.regions`."""
        return self.record(time, time).regions(time, within_s)

    def clear(self) -> None:
        """Forget everything, as when the stream's clock starts anew."""
        self._frames.clear()
