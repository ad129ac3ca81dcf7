"""How long to wait before trying again: longer each time, within bounds, never in step."""

from __future__ import annotations

import random
from typing import Final

FIRST_S: Final = 0.25
"""Wait after the first failure, seconds."""

LONGEST_S: Final = 3.0
"""Longest wait: with the time to connect, a camera that is back is seen within five seconds."""


class Backoff:
    """Exponential waits with jitter, so that a hundred cameras do not all call at once.

    Each wait is drawn between half and the whole of a bound that doubles with every failure.
    """

    def __init__(
        self,
        first_s: float = FIRST_S,
        longest_s: float = LONGEST_S,
        chance: random.Random | None = None,
    ) -> None:
        self._first = first_s
        self._longest = longest_s
        self._bound = first_s
        # Spreads load; nothing secret depends on it.
        self._chance = chance or random.Random()  # noqa: S311

    def next(self) -> float:
        """Seconds to wait after one more failure."""
        bound = min(self._bound, self._longest)
        self._bound = min(self._bound * 2, self._longest)
        return bound * self._chance.uniform(0.5, 1.0)

    def reset(self) -> None:
        """It worked: the next failure starts over."""
        self._bound = self._first
