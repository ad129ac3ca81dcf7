"""Short runs of consecutive small pictures, for what five analysed frames a second would miss."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gardefou.geometry.arrays import Floats, Image

BURST_FRAMES: Final = 10
"""Pictures in a burst: a third of a second at 30 a second, several flickers of a flame."""

BURST_PERIOD_S: Final = 1.0
"""Time from the start of one burst to the start of the next, s."""

BURST_PIXELS: Final = 320 * 180
"""Most pixels of each picture of a burst."""

SHORTEST_STEP_S: Final = 0.025
"""Least time between two pictures of a burst, s: of a stream at 50 a second every other is taken,
of one at 30 all."""

LONGEST_STEP_S: Final = 0.26
"""A longer step breaks a burst off, s: bursts need a stream of at least four pictures a second."""


@dataclass(frozen=True, slots=True, eq=False)
class Burst:
    """Consecutive small pictures of one camera, privacy masks burnt in.

    ``times`` [N] stream time, s; ``images`` [N, H, W, 3] uint8 BGR.
    """

    times: Floats
    images: npt.NDArray[np.uint8]


class BurstCollector:
    """Says which decoded pictures belong to a burst, and keeps them until the burst is taken.

    >>> collector = BurstCollector()
    >>> for frame in range(25):
    ...     if collector.wants(frame / 25):
    ...         collector.add(frame / 25, np.zeros((2, 2, 3), np.uint8))
    >>> float(collector.take().times[-1])
    0.36
    """

    def __init__(self) -> None:
        self._complete: Burst | None = None
        self._start()

    def would_want(self, time: float) -> bool:
        """Whether `wants` would say so of the next picture, and nothing changes by asking."""
        if len(self._images) == BURST_FRAMES:
            return time >= self._times[0] + BURST_PERIOD_S
        return not self._times or time - self._times[-1] >= SHORTEST_STEP_S

    def wants(self, time: float) -> bool:
        """Whether the picture shown at ``time`` (stream time, s) belongs to a burst."""
        if len(self._images) == BURST_FRAMES:
            if time < self._times[0] + BURST_PERIOD_S:
                return False
            self._start()
        step = time - self._times[-1] if self._times else math.inf
        if self._times and step > LONGEST_STEP_S:
            self._start()
        return step >= SHORTEST_STEP_S

    def add(self, time: float, image: Image) -> None:
        """Keep a picture [H, W, 3] that is wanted; the last of a burst completes it."""
        self._times.append(time)
        self._images.append(image)
        if len(self._images) == BURST_FRAMES:
            self._complete = Burst(np.array(self._times), np.stack(self._images))

    def take(self) -> Burst | None:
        """The burst completed since the last call, if any."""
        burst, self._complete = self._complete, None
        return burst

    def reset(self) -> None:
        """Begin anew with the next picture, as when the stream changes."""
        self._complete = None
        self._start()

    def _start(self) -> None:
        self._times: list[float] = []
        self._images: list[Image] = []
