"""Looking at images: for which purpose, and how many times an hour."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import StrEnum, unique
from threading import Lock
from typing import Final

VIEW_SPAN_S: Final = 600.0
"""How long one motive stands for one person looking at one alert, s."""

VIEWS_AN_HOUR: Final = 120
"""Most views, of alerts and live, that one person may open in an hour: two a minute are work, more
are a copy of the archive."""

_HOUR_S: Final = 3600.0


@unique
class Purpose(StrEnum):
    """The closed list of why a person looks; said under ``accounts.purpose.<value>``."""

    CHECK_ALERT = "check_alert"
    LOOK_AGAIN = "look_again"
    UNDER_WATCH = "under_watch"
    RIGHTS_REQUEST = "rights_request"
    PROCEDURE = "procedure"
    CAMERA_SETTING = "camera_setting"
    OTHER = "other"

    def motive(self, words: str) -> str:
        """The purpose and what was said beside it, as the journal keeps them.

        >>> Purpose.OTHER.motive("drill of the fire brigade")
        'other: drill of the fire brigade'
        """
        return f"{self.value}: {words}" if words else self.value

    @property
    def needs_words(self) -> bool:
        """Whether it says too little by itself, so that free text must say the rest."""
        return self not in (Purpose.CHECK_ALERT, Purpose.LOOK_AGAIN)


class Viewings:
    """Who may look at what now, because they said why; in memory, so that a restart asks again.

    ``clock`` tells seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._open: dict[tuple[str, str], tuple[float, str]] = {}
        self._times: dict[str, deque[float]] = {}
        self._told: dict[str, float] = {}

    def count(self, person: str) -> bool:
        """Count one more view of a person; False when it would be too many in an hour."""
        now = self._clock()
        with self._lock:
            times = self._times.setdefault(person, deque())
            while times and now - times[0] >= _HOUR_S:
                times.popleft()
            if len(times) >= VIEWS_AN_HOUR:
                return False
            times.append(now)
            return True

    def is_news(self, person: str) -> bool:
        """Whether a refusal is the first of a person in an hour: those are journalled."""
        now = self._clock()
        with self._lock:
            if now - self._told.get(person, -_HOUR_S) < _HOUR_S:
                return False
            self._told[person] = now
            return True

    def begin(self, person: str, what: str, motive: str) -> None:
        """Somebody says why they look at something."""
        now = self._clock()
        with self._lock:
            self._open = {key: each for key, each in self._open.items() if _lasts(each[0], now)}
            self._open[person, what] = now, motive

    def motive(self, person: str, what: str) -> str | None:
        """Why they said they look at it; None when they have not, or too long ago."""
        found = self.begun(person, what)
        return None if found is None else found[1]

    def begun(self, person: str, what: str) -> tuple[float, str] | None:
        """When they said why they look at it, s, and why; None as `motive`."""
        with self._lock:
            at, motive = self._open.get((person, what), (-VIEW_SPAN_S, ""))
        return (at, motive) if _lasts(at, self._clock()) else None


def _lasts(at: float, now: float) -> bool:
    return 0 <= now - at < VIEW_SPAN_S
