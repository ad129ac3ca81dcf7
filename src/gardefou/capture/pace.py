"""Which frames are analysed: at most so many a second of stream time, evenly."""

from __future__ import annotations

import math


class Pace:
    """Chooses frames by stream time, nearest to an even beat.

    A stream slower than the beat is taken whole; one at 25 frames a second under a beat of 5 gives
    every fifth frame.

    >>> pace = Pace(5.0)
    >>> [frame for frame in range(15) if pace.takes(frame / 25)]
    [0, 5, 10]
    """

    def __init__(self, per_second: float) -> None:
        if not per_second > 0:
            raise ValueError(f"frames a second must be positive, not {per_second}")
        self._period = 1.0 / per_second
        self._due = -math.inf
        self._previous: float | None = None

    def change(self, per_second: float) -> None:
        """Choose at most so many a second from now on; harmless from another thread."""
        self._period = 1.0 / per_second

    def would_take(self, time: float, previous: float | None = None) -> bool:
        """Whether `takes` would say so, the frame before it shown at ``previous``, s."""
        previous = self._previous if previous is None else previous
        step = 0.0 if previous is None else time - previous
        # Half a step early is nearer to the beat than half a step late; the tolerance also
        # absorbs the rounding of timestamps.
        return time >= self._due - min(step, self._period) / 2 + 1e-9

    def passed(self, time: float) -> None:
        """A frame that was not wanted would have been shown at ``time``, s."""
        self._previous = time

    def takes(self, time: float) -> bool:
        """Whether the frame shown at ``time`` (stream time, seconds) is analysed."""
        taken = self.would_take(time)
        self._previous = time
        if not taken:
            return False
        self._due += self._period
        if self._due <= time:
            self._due = time + self._period
        return True

    def reset(self) -> None:
        """Take the next frame, whatever its time."""
        self._due = -math.inf
        self._previous = None
