"""The event bus: what the hub tells whoever watches, the moment it happens."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Final
from uuid import UUID

from gardefou.capture.notice import Notice

if TYPE_CHECKING:  # What is told of cameras is told in terms of `CameraState`.
    from gardefou.runtime.load import SystemLoad

QUEUE_LENGTH: Final = 256
"""Events a slow subscriber may have waiting; beyond that the oldest go and it must read anew."""


class AlertChange(StrEnum):
    """What happened to an alert."""

    OPENED = "opened"
    CLOSED = "closed"
    EVIDENCE = "evidence"
    REVIEWED = "reviewed"
    LABELLED = "labelled"


@dataclass(frozen=True, slots=True)
class AlertChanged:
    """An alert in the store is new or different; the store says how it is now."""

    alert_id: UUID
    change: AlertChange


class CameraState(StrEnum):
    """How a camera's stream is doing."""

    STARTING = "starting"
    RUNNING = "running"
    RECONNECTING = "reconnecting"
    REFUSED = "refused"
    STALLED = "stalled"
    BLOCKED = "blocked"
    STOPPED = "stopped"


SHOWS_NOTHING: Final = frozenset({CameraState.BLOCKED, CameraState.STOPPED, CameraState.REFUSED})
"""States in which nobody may look at a camera: it may have moved, or there is no leave."""


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """A camera's state since a time (UTC seconds), and why if there is more to say."""

    camera_id: str
    state: CameraState
    since: float
    notice: Notice | None = None


class DiskState(StrEnum):
    """Room for evidence: enough, little, or none left."""

    OK = "ok"
    LOW = "low"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class SystemState:
    """The whole system: does it process, and is there room; ``disk_free`` in bytes if known."""

    processing: bool
    disk: DiskState = DiskState.OK
    disk_free: int | None = None
    notice: Notice | None = None
    waits: Notice | None = None


@dataclass(frozen=True, slots=True)
class Resync:
    """Events may have been missed: read everything anew."""


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """Somebody at a desk turned to another alert, came or left; who looks at what is not kept."""


HubEvent = AlertChanged | CameraHealth | SystemState | PresenceChanged


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event and its id, by which a subscriber that comes back says how far it was."""

    id: str
    event: HubEvent | Resync


class Subscription:
    """One subscriber's queue; filled from any thread, read in the event loop it was made in."""

    def __init__(self, first: Numbered | None, length: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._lock = Lock()
        self._waiting: deque[Numbered] = deque([first] if first else [])
        self._length = length
        self._closed = False
        self._news = asyncio.Event()
        if first:
            self._news.set()

    @property
    def closed(self) -> bool:
        """Whether the bus has closed and everything was read."""
        with self._lock:
            return self._closed and not self._waiting

    async def receive(self, timeout_s: float) -> Numbered | None:
        """The next event, or none when ``timeout_s`` passes or the bus closes without one."""
        try:
            await asyncio.wait_for(self._news.wait(), timeout_s)
        except TimeoutError:
            return None
        with self._lock:
            event = self._waiting.popleft() if self._waiting else None
            if not self._waiting and not self._closed:
                self._news.clear()
            return event

    def put(self, numbered: Numbered) -> None:
        """Add an event; when the queue is full it is emptied and starts again with `Resync`."""
        with self._lock:
            if len(self._waiting) >= self._length:
                self._waiting.clear()
                numbered = Numbered(numbered.id, Resync())
            self._waiting.append(numbered)
        self._wake()

    def close(self) -> None:
        """Say that nothing more comes."""
        with self._lock:
            self._closed = True
        self._wake()

    def _wake(self) -> None:
        with suppress(RuntimeError):  # The reader's loop has ended; so will its subscription.
            self._loop.call_soon_threadsafe(self._news.set)


class InMemoryEventBus:
    """Tells every subscriber of this process; remembers the last word on each camera.

    `publish` may be called from any thread and never waits. Nothing here is durable: what must
    survive stands in the store, and a subscriber that missed something is told to read it anew.
    """

    def __init__(self, queue_length: int = QUEUE_LENGTH) -> None:
        self._queue_length = queue_length
        self._run = secrets.token_hex(4)
        self._lock = Lock()
        self._count = 0
        self._subscriptions: set[Subscription] = set()
        self._cameras: dict[str, CameraHealth] = {}
        self._system = SystemState(processing=False)
        self._closed = False
        self.load: SystemLoad | None = None
        """How busy the system is, as told last; asked for, never announced."""

    @property
    def cameras(self) -> dict[str, CameraHealth]:
        """The last health of each camera that was published, by camera."""
        with self._lock:
            return dict(self._cameras)

    @property
    def system(self) -> SystemState:
        """The last state of the system; not processing until something else was published."""
        with self._lock:
            return self._system

    def publish(self, event: HubEvent) -> None:
        """Tell every subscriber."""
        with self._lock:
            self._count += 1
            if isinstance(event, CameraHealth):
                self._cameras[event.camera_id] = event
            elif isinstance(event, SystemState):
                self._system = event
            numbered = Numbered(self._last_id(), event)
            for subscription in self._subscriptions:
                subscription.put(numbered)

    def resync(self) -> None:
        """Ask every subscriber to read everything anew."""
        with self._lock:
            self._count += 1
            numbered = Numbered(self._last_id(), Resync())
            for subscription in self._subscriptions:
                subscription.put(numbered)

    @contextmanager
    def subscribe(self, last_id: str | None = None) -> Iterator[Subscription]:
        """Listen from now on; call it in the event loop that reads.

        ``last_id`` is the last event a returning subscriber saw: when others came since, or this
        process is another one, the first thing it gets is `Resync`.
        """
        with self._lock:
            missed = last_id is not None and last_id != self._last_id()
            first = Numbered(self._last_id(), Resync()) if missed else None
            subscription = Subscription(first, self._queue_length)
            if self._closed:
                subscription.close()
            self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            with self._lock:
                self._subscriptions.discard(subscription)

    @property
    def subscribers(self) -> int:
        """How many listen now."""
        with self._lock:
            return len(self._subscriptions)

    def close(self) -> None:
        """End every subscription, so that a server can stop."""
        with self._lock:
            self._closed = True
            for subscription in self._subscriptions:
                subscription.close()

    def _last_id(self) -> str:
        return f"{self._run}-{self._count}"
