"""Live pictures from workers to whoever watches, and only while somebody does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress


class _Seat:
    """One watcher's newest picture, read in the event loop it was made in."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._newest: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=1)

    def offer(self, picture: bytes | None) -> None:
        """From any thread; an older picture not seen yet is dropped. None ends the view."""
        with suppress(RuntimeError):  # The watcher's loop has ended.
            self._loop.call_soon_threadsafe(self._replace, picture)

    async def next(self) -> bytes | None:
        return await self._newest.get()

    def _replace(self, picture: bytes | None) -> None:
        if self._newest.full():
            self._newest.get_nowait()
        self._newest.put_nowait(picture)


class LiveBroker:
    """Shares one camera's pictures among its watchers.

    ``switch`` is told when a camera gets its first watcher and when it loses its last.
    """

    def __init__(self, switch: Callable[[str, bool], None]) -> None:
        self._switch = switch
        self._lock = threading.Lock()
        self._seats: dict[str, set[_Seat]] = {}

    @property
    def watched(self) -> frozenset[str]:
        """Cameras that somebody watches now."""
        with self._lock:
            return frozenset(camera for camera, seats in self._seats.items() if seats)

    def show(self, camera_id: str, picture: bytes) -> None:
        """A new picture of a camera; from any thread."""
        with self._lock:
            for seat in self._seats.get(camera_id, ()):
                seat.offer(picture)

    async def watch(self, camera_id: str) -> AsyncIterator[bytes]:
        """JPEG pictures of a camera until the iterator is closed or the system stops."""
        seat = _Seat()
        with self._lock:
            seats = self._seats.setdefault(camera_id, set())
            seats.add(seat)
            is_first = len(seats) == 1
        if is_first:
            self._switch(camera_id, True)
        try:
            while (picture := await seat.next()) is not None:
                yield picture
        finally:
            with self._lock:
                seats.discard(seat)
                is_last = not seats
            if is_last:
                self._switch(camera_id, False)

    def close(self) -> None:
        """End every view."""
        with self._lock:
            for seats in self._seats.values():
                for seat in seats:
                    seat.offer(None)
