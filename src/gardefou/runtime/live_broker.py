"""Live pictures from workers to whoever watches, and only while somebody does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress


class _Seat:
    """One watcher's newest picture, read in the event loop it was made in."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._newest: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=1)
        self._ended = False

    def offer(self, picture: bytes | None) -> None:
        """From any thread; an older picture not seen yet is dropped. None ends the view."""
        with suppress(RuntimeError):  # The watcher's loop has ended.
            self._loop.call_soon_threadsafe(self._replace, picture)

    async def next(self) -> bytes | None:
        return await self._newest.get()

    def _replace(self, picture: bytes | None) -> None:
        if self._ended:
            return
        self._ended = picture is None
        if self._newest.full():
            self._newest.get_nowait()
        self._newest.put_nowait(picture)


class LiveBroker:
    """Shares one camera's pictures among its watchers.

    ``changed`` is told when a camera gets its first watcher and when it loses its last; `watched`
    says which cameras have any. It must return at once.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._lock = threading.Lock()
        self._seats: dict[str, set[_Seat]] = {}
        self._closed = False

    @property
    def watched(self) -> frozenset[str]:
        """Cameras that somebody watches now."""
        with self._lock:
            return frozenset(self._seats)

    def show(self, camera_id: str, picture: bytes) -> None:
        """A new picture of a camera; from any thread."""
        with self._lock:
            for seat in self._seats.get(camera_id, ()):
                seat.offer(picture)

    async def watch(self, camera_id: str) -> AsyncGenerator[bytes]:
        """JPEG pictures of a camera until it stops, the system does or the iterator is closed."""
        seat = _Seat()
        if not self._sit(camera_id, seat):
            return
        try:
            while (picture := await seat.next()) is not None:
                yield picture
        finally:
            self._leave(camera_id, seat)

    def end(self, camera_id: str) -> None:
        """End every view of a camera: it shows nothing more."""
        with self._lock:
            for seat in self._seats.get(camera_id, ()):
                seat.offer(None)

    def close(self) -> None:
        """End every view, and every one that would begin."""
        with self._lock:
            self._closed = True
            cameras = list(self._seats)
        for camera_id in cameras:
            self.end(camera_id)

    def _sit(self, camera_id: str, seat: _Seat) -> bool:
        with self._lock:
            if self._closed:
                return False
            is_first = camera_id not in self._seats
            self._seats.setdefault(camera_id, set()).add(seat)
        if is_first:
            self._changed()
        return True

    def _leave(self, camera_id: str, seat: _Seat) -> None:
        with self._lock:
            seats = self._seats[camera_id]
            seats.discard(seat)
            if not seats:
                del self._seats[camera_id]
        if not seats:
            self._changed()
