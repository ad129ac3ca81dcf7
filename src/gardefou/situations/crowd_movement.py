"""Crowd movement: most of a crowd suddenly runs, or turns against its usual way."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from gardefou.geometry.arrays import Bools, Floats
from gardefou.situations.scene import Observation, Scene, box_region
from gardefou.situations.situation import Situation

# Tuned on PETS 2009, plain and played five times faster from its thirtieth second.
WINDOW_S = 1.2
"""Time over which movement is gathered, s: a single picture says too little."""

LEARNING_S = 15
"""Seconds with people in the picture before anything is signalled."""

LEARNING_WAY_S = 30
"""Seconds with several people who walk before a crowd can have a usual way."""

MEMORY_S = 300
"""Seconds with people that make the usual movement."""

LAG_S = 5.0
"""Movement becomes usual only after this time, s: a panic that builds up must not teach itself."""

NEW_USUAL_S = 60.0
"""A change that lasts longer than this is the new usual, s."""

LEAST_PEOPLE = 4
"""People in the picture, on average over the window, that make a crowd."""

LEAST_PART = 2.5
"""People in the picture, on average over the window, who take part."""

PART = 0.5
"""Share of the people seen who take part."""

RUN = 1.2
"""Speed below which nobody rushes, in heights of the person a second: about 2 m/s, faster than
people walk (1.4 m/s, 0.8 heights a second)."""

TIMES_USUAL = 2.0
"""A rush is at least so many times the usual speed."""

SPREADS = 4.0
"""A rush lies at least so many standard deviations, estimated from the median deviation, above the
usual speed."""

MOVES = 0.25
"""Speed from which somebody has a direction, in heights of the person a second."""

ONE_WAY = 0.8
"""Length of the mean of all directions, 0..1, from which a crowd has a usual way."""

AGAINST = -0.5
"""Cosine between a movement and the usual way from which it goes against it."""

ROBUST = 1.4826
"""Standard deviation of a normal distribution in units of its median absolute deviation."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """The people of one scene: ``boxes`` [N, 4] px; ``velocities`` [N, 2] heights/s."""

    time: float
    boxes: Floats
    velocities: Floats


class _Usual:
    """What is usual on one camera, learned second by second from its own pictures."""

    def __init__(self) -> None:
        self._waiting: deque[_Moment] = deque()
        self._second: list[_Moment] = []
        self._speeds: deque[float] = deque(maxlen=MEMORY_S)
        self._ways: deque[Floats] = deque(maxlen=MEMORY_S)

    @property
    def is_known(self) -> bool:
        """Whether enough has been seen."""
        return len(self._speeds) >= LEARNING_S

    def learn(self, moment: _Moment) -> None:
        """Take in a moment; it counts after `LAG_S`."""
        self._waiting.append(moment)
        while moment.time - self._waiting[0].time >= LAG_S:
            self._take(self._waiting.popleft())

    def leave_out_recent(self) -> None:
        """Drop the moments that do not count yet."""
        self._waiting.clear()

    def rush(self) -> float:
        """Speed from which a person takes part in a rush, heights/s."""
        speeds = np.array(self._speeds)
        usual = float(np.median(speeds))
        spread = ROBUST * float(np.median(np.abs(speeds - usual)))
        return max(RUN, TIMES_USUAL * usual, usual + SPREADS * spread)

    def way(self) -> Floats | None:
        """The usual way of a crowd that has one, unit vector [2]."""
        if len(self._ways) < LEARNING_WAY_S:
            return None
        mean = np.asarray(np.mean(self._ways, axis=0), dtype=np.float64)
        length = float(np.linalg.norm(mean))
        if length < ONE_WAY:
            return None
        return np.asarray(mean / length, dtype=np.float64)

    def _take(self, moment: _Moment) -> None:
        if self._second and moment.time - self._second[0].time >= 1.0:
            self._learn_second(self._second)
            self._second = []
        if len(moment.boxes):
            self._second.append(moment)

    def _learn_second(self, moments: list[_Moment]) -> None:
        velocities = np.concatenate([each.velocities for each in moments])
        speeds = np.linalg.norm(velocities, axis=1)
        self._speeds.append(float(np.median(speeds)))
        moving = speeds >= MOVES
        if np.count_nonzero(moving) >= LEAST_PART * len(moments):
            self._ways.append((velocities[moving] / speeds[moving, None]).mean(axis=0))


class CrowdMovement:
    """A sudden change of a crowd's motion, against what is usual on the camera.

    Speeds are in heights of the person, so that near and far people weigh the same, and every
    measure is a median or a share of the people seen: one runner changes neither.
    """

    situation = Situation.CROWD_MOVEMENT

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the usual movement, as after a break in the stream."""
        self._usual = _Usual()
        self._window: deque[_Moment] = deque()
        self._changed_at: float | None = None

    def update(self, scene: Scene) -> list[Observation]:
        """One observation while a crowd rushes, or turns against its usual way."""
        if scene.flow is None or not scene.foreground.reliable:
            self._window.clear()
            return []
        heights = scene.flow.boxes[:, 3] - scene.flow.boxes[:, 1]
        velocities = scene.flow.velocities / np.maximum(heights, 1.0)[:, None]
        moment = _Moment(scene.time, scene.flow.boxes, velocities)
        self._window.append(moment)
        while scene.time - self._window[0].time > WINDOW_S:
            self._window.popleft()
        taking_part = self._part() if self._usual.is_known else None
        self._learn(moment, taking_part is not None)
        if taking_part is None:
            return []
        region = box_region(taking_part, scene.size)
        return [Observation(self.situation, scene.camera_id, scene.time, region, 1.0)]

    def _part(self) -> Floats | None:
        """Boxes of those who take part in a change of motion, px; None when there is no change."""
        boxes: Floats = np.concatenate([each.boxes for each in self._window])
        velocities = np.concatenate([each.velocities for each in self._window])
        if len(boxes) < LEAST_PEOPLE * len(self._window):
            return None
        speeds = np.linalg.norm(velocities, axis=1)
        rushing: Bools = np.asarray(speeds >= self._usual.rush())
        if self._is_crowd(rushing):
            return np.asarray(boxes[rushing], dtype=np.float64)
        way = self._usual.way()
        if way is None:
            return None
        against = (speeds >= MOVES) & (velocities @ way <= AGAINST * speeds)
        return np.asarray(boxes[against], dtype=np.float64) if self._is_crowd(against) else None

    def _is_crowd(self, part: Bools) -> bool:
        """Whether a part of the window's people is most of them, and several."""
        count = np.count_nonzero(part)
        return bool(count >= PART * len(part) and count >= LEAST_PART * len(self._window))

    def _learn(self, moment: _Moment, changed: bool) -> None:
        if not changed:
            self._changed_at = None
        elif self._changed_at is None:
            self._changed_at = moment.time
            self._usual.leave_out_recent()
        if self._changed_at is None or moment.time - self._changed_at >= NEW_USUAL_S:
            self._usual.learn(moment)
