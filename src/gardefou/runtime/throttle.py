"""One share of the analysis rate for all cameras: less when the machine is full, more when calm.

Frames that a newer one replaced before anyone took them are the sign: they are counted exactly,
and there are none while the machine keeps up, whatever else runs on it.
"""

from __future__ import annotations

from typing import Final

STEP: Final = 0.9
"""Each step down leaves this share of the rate before it."""

LEAST: Final = STEP**15
"""The lowest share, 0.21: about one frame a second of the usual five."""

DROPS: Final = 0.05
"""Share of dropped frames that says the machine is full. One missed beat of a busy moment is less:
of 16 cameras at 5 frames a second, 20 frames in `LOOK_S`."""

FEW_DROPS: Final = 0.01
"""Share of dropped frames that says so where it goes on for long, or after a step up."""

LEAST_DROPS: Final = 5
LEAST_FEW: Final = 2
"""Fewer dropped frames than this say nothing of the one and of the other."""

LOOK_S: Final = 5.0
"""Frames dropped within this time are looked at, s."""

SURE_S: Final = 8.0
"""Drops must go on for this long, s: a server that sends what it kept, all at once, is no full
machine."""

LONG_S: Final = 20.0
"""And few drops for this long, s, unless a step up brought them."""

MARGIN: Final = 0.95
"""Of what was managed no more than this is asked: a machine that is just not full drops a frame
now and then."""

CALM_S: Final = 20.0
"""After this long with hardly a dropped frame one step up is tried, s, and two after one held."""

LONGEST_CALM_S: Final = 320.0
"""Steps up that fail are tried ever more rarely, at most this far apart, s."""


class Throttle:
    """Decides on the share; times in monotonic seconds, for one thread."""

    def __init__(self) -> None:
        self.share = 1.0
        self._changed = -float("inf")
        self._lost_at = -float("inf")
        self._calm_s = CALM_S
        self._many_since: float | None = None
        self._few_since: float | None = None
        self._stepped_up_from: float | None = None

    def watches_since(self, now: float) -> float:
        """From when on frames are to be counted: never from before the last step."""
        return max(now - LOOK_S, self._changed)

    def update(self, offered: int, dropped: int, now: float, *, of_one: bool = False) -> float:
        """The share from now on, after so many frames since `watches_since`.

        ``of_one``: all that were dropped are one camera's, of several: its link may stutter.
        """
        lost = dropped / offered if offered else 0.0
        many = lost > DROPS and dropped >= LEAST_DROPS
        few = many or (lost > FEW_DROPS and dropped >= LEAST_FEW and not of_one)
        self._many_since = _since(self._many_since, now) if many else None
        self._few_since = _since(self._few_since, now) if few else None
        if few:
            self._lost_at = now
        is_trying = self._stepped_up_from is not None
        if _lasts(self._many_since, SURE_S, now):
            self._down((1 - lost) * MARGIN, now)
        elif _lasts(self._few_since, SURE_S if is_trying else LONG_S, now):
            self._down(STEP, now)
        elif self.share < 1.0 and now - max(self._lost_at, self._changed) >= self._calm_s:
            before = self.share
            self._step(min(1.0, before / STEP ** (2 if is_trying else 1)), now)
            self._stepped_up_from = before
        return self.share

    def _down(self, wanted: float, now: float) -> None:
        """To the step at which no more is asked than a part ``wanted`` of what was asked.

        After a step up that did not hold, to where it came from; it waits longer for the next.
        """
        if self._stepped_up_from is not None and now - self._changed <= self._calm_s:
            self._calm_s = min(LONGEST_CALM_S, 2 * self._calm_s)
            share = self._stepped_up_from
        else:
            self._calm_s = CALM_S
            share = self.share * STEP
            while share > self.share * wanted * _EXACT and share > LEAST:
                share *= STEP
        self._step(max(LEAST, share), now)

    def _step(self, share: float, now: float) -> None:
        # Powers of the step are not exact in binary; the whole rate is.
        self.share = 1.0 if share * _EXACT > 1.0 else share
        self._changed = now
        self._many_since = self._few_since = self._stepped_up_from = None


_EXACT: Final = 1.001


def _since(before: float | None, now: float) -> float:
    return now if before is None else before


def _lasts(since: float | None, seconds: float, now: float) -> bool:
    return since is not None and now - since >= seconds
