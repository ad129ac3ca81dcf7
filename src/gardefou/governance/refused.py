"""Requests that a role does not allow: counted by account, told without filling the journal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Lock

from gardefou.governance.roles import Action


class Refusals:
    """Counts in memory how often an account was refused an action today, UTC.

    ``clock`` tells UTC seconds. Memory is bounded: accounts are few and actions a closed list.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._day: date | None = None
        self._counts: dict[tuple[str, Action], int] = {}

    def count(self, person: str, action: Action) -> int | None:
        """Count one more; the count so far when it is to be told: the 1st, 2nd, 4th, 8th, …

        >>> refusals = Refusals(lambda: 0.0)
        >>> [refusals.count("account:a", Action.REVIEW) for _ in range(5)]
        [1, 2, None, 4, None]
        """
        today = datetime.fromtimestamp(self._clock(), UTC).date()
        with self._lock:
            if today != self._day:
                self._day, self._counts = today, {}
            count = self._counts.get((person, action), 0) + 1
            self._counts[person, action] = count
        return count if count & (count - 1) == 0 else None
