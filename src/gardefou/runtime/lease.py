"""A permit on a lease: where nobody renews it, authority ends by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

LEASE_S: Final = 1.0
"""How long a permit lasts in operation unless the hub renews it, s; it does so five times over."""


class Lease:
    """Renewed by one thread, asked by others.

    ``lasts_s`` None for ever; ``clock`` monotonic seconds.
    """

    def __init__(self, lasts_s: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._lasts_s = lasts_s
        self._clock = clock
        self._renewed = -float("inf")

    def renew(self) -> None:
        """Somebody with authority said that it goes on."""
        self._renewed = self._clock()

    @property
    def has_lapsed(self) -> bool:
        """Whether nobody has said so for too long."""
        return self._lasts_s is not None and self._clock() - self._renewed > self._lasts_s
