"""One share of the analysis rate for all cameras: less when the machine is full, more when calm.

Frames that a newer one replaced before anyone took them are the sign: they are counted exactly,
and there are none while the machine keeps up, whatever else runs on it.
"""

from __future__ import annotations

from typing import Final

STEP: Final = 0.8
"""Each step down leaves this share of the rate before it."""

LEAST: Final = STEP**7
"""The lowest share, 0.21: about one frame a second of the usual five."""

DROPS: Final = 0.05
"""Share of dropped frames that says the machine is full. One missed beat of a busy moment is less:
of 16 cameras at 5 frames a second, 20 frames in `LOOK_S`."""

LEAST_DROPS: Final = 5
"""Fewer dropped frames than this say nothing."""

LOOK_S: Final = 5.0
"""Frames dropped within this time are looked at, s."""

SURE_S: Final = 8.0
"""Drops must go on for this long, s: a server that sends what it kept, all at once, is no full
machine."""

CALM_S: Final = 20.0
"""After this long without a dropped frame one step up is tried, s."""

LONGEST_CALM_S: Final = 320.0
"""Steps up that fail are tried ever more rarely, at most this far apart, s."""


class Throttle:
    """Decides on the share; times in monotonic seconds, for one thread."""

    def __init__(self) -> None:
        self.share = 1.0
        self._changed = -float("inf")
        self._dropped_at = -float("inf")
        self._calm_s = CALM_S
        self._was_up = False
        self._bad_since: float | None = None

    def watches_since(self, now: float) -> float:
        """From when on frames are to be counted: never from before the last step."""
        return max(now - LOOK_S, self._changed)

    def update(self, offered: int, dropped: int, now: float) -> float:
        """The share from now on, after so many frames since `watches_since`."""
        if dropped:
            self._dropped_at = now
        if dropped < LEAST_DROPS or dropped <= DROPS * offered:
            self._bad_since = None
        elif self._bad_since is None:
            self._bad_since = now
        if self._bad_since is not None and now - self._bad_since >= SURE_S:
            self._down(1 - dropped / offered, now)
        elif self.share < 1.0 and now - max(self._dropped_at, self._changed) >= self._calm_s:
            self._step(min(1.0, self.share / STEP), now)
            self._was_up = True
        return self.share

    def _down(self, managed: float, now: float) -> None:
        """To the step at which no more is asked than what was ``managed`` of what was asked."""
        if self._was_up:  # What was tried last did not hold: wait longer before it is tried again.
            self._calm_s = min(LONGEST_CALM_S, 2 * self._calm_s)
        self._was_up = False
        share = self.share * STEP
        while share > self.share * managed and share > LEAST:
            share *= STEP
        self._bad_since = None
        self._step(max(LEAST, share), now)

    def _step(self, share: float, now: float) -> None:
        # Powers of the step are not exact in binary; the whole rate is.
        self.share = 1.0 if share > 0.999 else share
        self._changed = now
        if self.share == 1.0:
            self._calm_s = CALM_S
