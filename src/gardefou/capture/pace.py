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
        return self._is_near(time, self._due, self.step(time, previous))

    @property
    def due(self) -> float:
        """When the next frame is due, s."""
        return self._due

    def step(self, time: float, previous: float | None = None) -> float:
        """From the frame before, shown at ``previous``, to the one at ``time``, s."""
        previous = self._previous if previous is None else previous
        return 0.0 if previous is None else time - previous

    def is_last_before(self, end: float, time: float, step: float) -> bool:
        """Whether of the frames after the one due at ``time``, a ``step`` apart, none is before
        ``end``, s."""
        return not self._is_near(end - step, self._after(time), step)

    def leave(self, until: float) -> None:
        """The frame that is due is not taken; the next one is due at ``until``, s."""
        self._due = until

    def passed(self, time: float) -> None:
        """A frame that was not wanted would have been shown at ``time``, s."""
        self._previous = time

    def takes(self, time: float) -> bool:
        """Whether the frame shown at ``time`` (stream time, seconds) is analysed."""
        taken = self.would_take(time)
        self._previous = time
        if not taken:
            return False
        self._due = self._after(time)
        return True

    def _is_near(self, time: float, due: float, step: float) -> bool:
        # Half a step early is nearer to the beat than half a step late; the tolerance also
        # absorbs the rounding of timestamps.
        return time >= due - min(step, self._period) / 2 + 1e-9

    def _after(self, time: float) -> float:
        """When the next frame is due after the one at ``time``."""
        due = self._due + self._period
        return due if due > time else time + self._period

    def reset(self) -> None:
        """Take the next frame, whatever its time."""
        self._due = -math.inf
        self._previous = None
