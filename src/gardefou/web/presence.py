"""Who has which alert open at a desk now: in memory, for seconds, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final
from uuid import UUID

LASTS_S: Final = 40.0
"""How long somebody is believed to look after they last said so, s; desks repeat it every 15 s."""

MOST: Final = 200
"""Most desks that are remembered: more than any room holds."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody who has an alert open at a desk, until a time, UTC s."""

    desk: str
    name: str
    alert_id: UUID
    until: float


class Presence:
    """The desks and what is open at each; ``clock`` tells UTC seconds.

    A desk belongs to the person who named it: another's cannot be moved or sent away.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._watchers: dict[tuple[str, str], Watcher] = {}

    def say(self, actor: str, name: str, desk: str, alert_id: UUID | None) -> bool:
        """Note what is open at a desk, or that nothing is; whether that is news to the others."""
        now = self._clock()
        with self._lock:
            before = self._now()
            self._forget(now)
            if alert_id is None:
                self._watchers.pop((actor, desk), None)
            elif (actor, desk) in self._watchers or len(self._watchers) < MOST:
                watcher = Watcher(desk, name, alert_id, now + LASTS_S)
                self._watchers[actor, desk] = watcher
            return self._now() != before

    def leave(self, desk: str, actor: str | None) -> bool:
        """Somebody's desk is gone; whether that is news. Without an ``actor``, whoever's it was."""
        with self._lock:
            gone = [key for key in self._watchers if key[1] == desk and actor in (None, key[0])]
            for key in gone:
                del self._watchers[key]
            return bool(gone)

    def now(self) -> tuple[Watcher, ...]:
        """Everybody who has an alert open, by name."""
        with self._lock:
            self._forget(self._clock())
            found = self._watchers.values()
            return tuple(sorted(found, key=lambda each: (each.name, each.desk)))

    def _now(self) -> set[tuple[str, str, UUID]]:
        return {(each.desk, each.name, each.alert_id) for each in self._watchers.values()}

    def _forget(self, now: float) -> None:
        for key in [key for key, each in self._watchers.items() if each.until < now]:
            del self._watchers[key]
