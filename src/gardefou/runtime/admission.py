"""Cameras begin one after another as processors allow: a beginning costs more than what follows.

A camera that begins connects, is decoded in full and learns its background. A hundred that do so
at once would starve each other and those that already run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

AT_ONCE_PER_CORE: Final = 4
"""So many cameras for each processor begin at once: a busy 1080p stream takes 0.1 to 0.3."""

PAUSE_S: Final = 2.0
"""Pause between two admissions while there is room, s: what began must show in the figures."""

LONGEST_S: Final = 15.0
"""After this long without one, cameras are admitted although there is no room, s: one analysed at
a lower rate is better than one not seen at all."""


class Admission:
    """Who may begin; times in monotonic seconds, for one thread."""

    def __init__(self, cameras: Iterable[str], cores: int) -> None:
        self._known = tuple(cameras)
        self._waiting = deque(self._known)
        self._cores = max(1, cores)
        self._last: float | None = None

    @property
    def waiting(self) -> tuple[str, ...]:
        """Cameras not admitted yet, in their order."""
        return tuple(self._waiting)

    def take(self, cameras: Iterable[str]) -> None:
        """From now on these: who was admitted stays so, who is new waits its turn."""
        now = tuple(cameras)
        gone, new = set(self._known) - set(now), [each for each in now if each not in self._known]
        self._waiting = deque([*(each for each in self._waiting if each not in gone), *new])
        self._known = now

    def update(self, has_room: bool, now: float) -> None:
        """Admit whom there is room for now; the first ones, whenever they come, at once."""
        admitted = len(self._known) - len(self._waiting)
        at_once = self._cores * AT_ONCE_PER_CORE - admitted
        if self._last is None or (self._waiting and at_once > 0):
            self._admit(max(0, at_once), now)
            return
        since = now - self._last
        if since >= (PAUSE_S if has_room else LONGEST_S):
            self._admit(self._cores, now)

    def _admit(self, count: int, now: float) -> None:
        for _ in range(min(count, len(self._waiting))):
            self._waiting.popleft()
        self._last = now
