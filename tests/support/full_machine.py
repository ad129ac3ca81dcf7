"""A machine that analyses the frames of several cameras, as slowly as it is told, without a clock.

Each camera holds the newest frame that waits, as `capture.mailbox.Mailbox`, and has one in hand.
Those in hand are analysed one after another; how long one takes varies by half, from a seed.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from gardefou.runtime.throttle import LOOK_S, Throttle

ROUND_S = 0.2
FPS = 5.0


@dataclass(frozen=True, slots=True)
class Moment:
    """The share at a time, s, and the frames analysed and dropped until then."""

    time: float
    share: float
    analysed: int
    dropped: int


def played(
    throttle: Throttle, demand: Callable[[float], float], seconds: float, cameras: int, seed: int
) -> list[Moment]:
    """What becomes of cameras that at the whole rate ask ``demand`` of what the machine manages.

    ``demand`` at a time, s: 1.0 is all that it manages.
    """
    machine = _Machine(throttle, demand, cameras, seed)
    machine.run(seconds)
    return machine.moments


def between(moments: list[Moment], start: float, end: float) -> tuple[float, float]:
    """Frames analysed a second, and the share of all that were dropped, between two times, s."""
    inside = [each for each in moments if start <= each.time <= end]
    analysed = inside[-1].analysed - inside[0].analysed
    dropped = inside[-1].dropped - inside[0].dropped
    return analysed / (end - start), dropped / (analysed + dropped)


class _Machine:
    def __init__(
        self, throttle: Throttle, demand: Callable[[float], float], cameras: int, seed: int
    ) -> None:
        self._throttle = throttle
        self._demand = demand
        self._cameras = cameras
        self._chance = random.Random(seed)
        self._waits = [False] * cameras
        self._in_hand: deque[int] = deque()
        self._analysed = self._dropped = 0
        self.moments: list[Moment] = []
        dues = [(self._chance.random() / FPS, self._due, index) for index in range(cameras)]
        self._events: list[tuple[float, int, Callable[[float, int], None], int]] = []
        self._number = 0
        for time, what, index in [*dues, (0.0, self._round, 0)]:
            self._at(time, what, index)
        heapify(self._events)

    def _at(self, time: float, what: Callable[[float, int], None], camera: int) -> None:
        self._number += 1
        heappush(self._events, (time, self._number, what, camera))

    def run(self, seconds: float) -> None:
        while self._events[0][0] <= seconds:
            time, _, what, camera = heappop(self._events)
            what(time, camera)

    def _due(self, time: float, camera: int) -> None:
        """A frame is due: it takes the place of one that still waits."""
        self._dropped += self._waits[camera]
        self._waits[camera] = camera in self._in_hand
        if not self._waits[camera]:
            self._take(time, camera)
        self._at(time + 1 / (FPS * self._throttle.share), self._due, camera)

    def _take(self, time: float, camera: int) -> None:
        self._in_hand.append(camera)
        if len(self._in_hand) == 1:
            self._begin(time)

    def _begin(self, time: float) -> None:
        cost = self._demand(time) / (FPS * self._cameras)
        self._at(time + self._chance.gammavariate(4.0, cost / 4.0), self._done, self._in_hand[0])

    def _done(self, time: float, camera: int) -> None:
        self._analysed += 1
        self._in_hand.popleft()
        if self._in_hand:
            self._begin(time)
        if self._waits[camera]:
            self._waits[camera] = False
            self._take(time, camera)

    def _round(self, time: float, _: int) -> None:
        """What the hub does: count, and tell everybody the share."""
        self.moments.append(Moment(time, self._throttle.share, self._analysed, self._dropped))
        since = self._throttle.watches_since(time)
        recent = self.moments[-round(LOOK_S / ROUND_S) - 1 :]
        first = next((each for each in recent if each.time >= since), self.moments[-1])
        dropped = self._dropped - first.dropped
        self._throttle.update(self._analysed - first.analysed + dropped, dropped, time)
        self._at(time + ROUND_S, self._round, 0)
