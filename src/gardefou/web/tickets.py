"""Tickets for live views: each is good for one camera, once, within seconds."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from threading import Lock
from typing import Final

VALID_S: Final = 30.0
"""How long a ticket may wait for its use, s: the time a browser takes to ask for the pictures."""

MOST_WAITING: Final = 100
"""Tickets that may wait for their use; beyond that the oldest lapses."""


class Tickets:
    """Hands out and takes back tickets; ``clock`` tells seconds.

    A ticket is good for who asked for it (``bearer``, an actor of the journal) and for nobody else.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._waiting: dict[str, tuple[str, str, float]] = {}

    def issue(self, camera_id: str, bearer: str) -> str:
        """A new ticket for a camera."""
        ticket = secrets.token_urlsafe(24)
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                del self._waiting[next(iter(self._waiting))]
            self._waiting[ticket] = (camera_id, bearer, self._clock() + VALID_S)
        return ticket

    def take(self, camera_id: str, ticket: str) -> str | None:
        """Who asked for this camera's view with the ticket; it opens it only once."""
        with self._lock:
            camera, bearer, until = self._waiting.pop(ticket, ("", "", 0.0))
        return bearer if camera == camera_id and self._clock() <= until else None
