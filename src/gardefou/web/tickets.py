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
    """Hands out and takes back tickets; ``clock`` tells seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._waiting: dict[str, tuple[str, float]] = {}

    def issue(self, camera_id: str) -> str:
        """A new ticket for a camera."""
        ticket = secrets.token_urlsafe(24)
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                del self._waiting[next(iter(self._waiting))]
            self._waiting[ticket] = (camera_id, self._clock() + VALID_S)
        return ticket

    def take(self, camera_id: str, ticket: str) -> bool:
        """Whether the ticket opens this camera's view; it does so only once."""
        with self._lock:
            camera, until = self._waiting.pop(ticket, ("", 0.0))
        return camera == camera_id and self._clock() <= until
