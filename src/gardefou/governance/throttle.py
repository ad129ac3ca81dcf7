"""How often somebody may fail to log in: by name, known or not, and by address."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Final

NAME_FAILURES: Final = 5
"""Failures under one name before it has to wait."""

ADDRESS_FAILURES: Final = 20
"""Failures from one address before it has to wait."""

FIRST_WAIT_S: Final = 30.0
"""The first wait, s; it doubles with each failure after it."""

LONGEST_WAIT_S: Final = 900.0
"""The longest wait, s: nobody can lock a colleague out for a day."""

FORGOTTEN_S: Final = 3600.0
"""After how long without a failure everything is forgiven, s."""


@dataclass(slots=True)
class _Failures:
    count: int
    last: float
    until: float


class Throttle:
    """Counts failures in memory; an unknown name is treated as a known one is.

    Memory is bounded by the rate itself: each failure costs an Argon2 computation.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[tuple[str, str], _Failures] = {}

    def wait(self, name: str, address: str, now: float) -> float:
        """How long to wait before the next attempt, s; 0 when it may be made."""
        with self._lock:
            found = [self._known.get(each) for each in _keys(name, address)]
        return max([0.0, *(each.until - now for each in found if each)])

    def failed(self, name: str, address: str, now: float) -> bool:
        """Note a failure; whether it begins a wait."""
        with self._lock:
            self._known = {
                key: each for key, each in self._known.items() if now - each.last < FORGOTTEN_S
            }
            waits = [
                self._note(key, most, now)
                for key, most in zip(
                    _keys(name, address), (NAME_FAILURES, ADDRESS_FAILURES), strict=True
                )
            ]
        return any(waits)

    def succeeded(self, name: str) -> None:
        """Forgive a name; its address keeps its count, or one's own account would clear it."""
        with self._lock:
            self._known.pop(("name", name), None)

    def _note(self, key: tuple[str, str], most: int, now: float) -> bool:
        failures = self._known.setdefault(key, _Failures(0, now, 0.0))
        failures.count += 1
        failures.last = now
        over = failures.count - most
        if over < 0:
            return False
        failures.until = now + min(FIRST_WAIT_S * 2.0 ** min(over, 20), LONGEST_WAIT_S)
        return True


def _keys(name: str, address: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("name", name), ("address", address)
