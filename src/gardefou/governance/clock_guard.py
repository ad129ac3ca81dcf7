"""A clock that cannot be turned back: wall clock, monotonic clock, and what was journalled last."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

TOLERANCE_S: Final = 10.0
"""A wall clock may be set back by so much, s: a time server corrects by less at once."""


class ClockGuard:
    """Time that only goes on.

    ``last`` the latest time in the journal; ``wall`` UTC; ``monotonic`` seconds.
    """

    def __init__(
        self,
        last: datetime | None,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._reached = wall() if last is None else max(last, wall())
        self._at = monotonic()

    def now(self) -> datetime:
        """The time by which a mandate ends: never earlier than what was reached before."""
        ticks = self._monotonic()
        went_on = self._reached + timedelta(seconds=max(0.0, ticks - self._at))
        self._reached, self._at = max(went_on, self._wall()), ticks
        return self._reached

    def behind_s(self) -> float:
        """How far the wall clock stands before the time that was reached, s; 0 within tolerance."""
        behind = (self.now() - self._wall()).total_seconds()
        return behind if behind > TOLERANCE_S else 0.0

    def accept(self) -> None:
        """Take the wall clock as it is, after two people said so."""
        self._reached, self._at = self._wall(), self._monotonic()
