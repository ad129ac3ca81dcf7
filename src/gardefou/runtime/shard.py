"""A worker through all its lives: begun, watched over, ended and begun again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from gardefou.capture.notice import Notice
from gardefou.runtime.hosts import Host
from gardefou.runtime.messages import (
    Cameras,
    Heartbeat,
    Permit,
    Share,
    TryOut,
    Watch,
    Withdraw,
    WorkerFailed,
    WorkerMessage,
    WorkerSettings,
)
from gardefou.site.document import Camera

SILENT_S: Final = 10.0
"""A worker not heard of for this long hangs and is restarted, s."""

STARTING_S: Final = 60.0
"""A worker that has not said anything yet is given this long: it loads models, s."""

RENEW_S: Final = 0.15
"""A permit held on a lease is said again when the last saying is this old, s: each round."""

STEADY_S: Final = 20.0
"""A worker that lived this long died for the first time again, s."""

PAUSES_S: Final = (0.0, 0.0, 1.0, 5.0, 15.0, 30.0)
"""Pause before a worker is started again, by the number of deaths in a row, s."""

_WHOLE: Final = Share()

_log = logging.getLogger(__name__)

MakeHost = Callable[[WorkerSettings, Callable[[WorkerMessage], None]], Host]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long workers are waited for, s; ``pauses_s`` by the number of deaths in a row."""

    silent_s: float = SILENT_S
    starting_s: float = STARTING_S
    steady_s: float = STEADY_S
    pauses_s: tuple[float, ...] = PAUSES_S


class Shard:
    """Keeps the worker of some cameras alive.

    ``hear`` is told what the living worker says, on its host's thread; ``mourn`` when one died,
    with the reason, on the caller's. All methods are for one thread.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        make_host: MakeHost,
        hear: Callable[[WorkerMessage], None],
        mourn: Callable[[Shard, Notice], None],
        patience: Patience,
    ) -> None:
        self.camera_ids = frozenset(camera.id for camera in settings.cameras)
        self.failure: Notice | None = None
        self._settings = settings
        self._make_host = make_host
        self._hear = hear
        self._mourn = mourn
        self._patience = patience
        self._host: Host | None = None
        self._started = 0.0
        self._heard: float | None = None
        self._hung = False
        self._deaths = 0
        self._start_at = 0.0
        self._told_permit: Permit | None = None
        self._told_at = 0.0
        self._told_watch = Watch()
        self._told_share = Share()

    def look_after(self, permit: Permit, watch: Watch, share: Share = _WHOLE) -> None:
        """One round: end a worker that hangs, start one that is missing, tell it what changed."""
        now = time.monotonic()
        if self._host is not None:
            self._end_if_hanging(self._host, now)
            if not self._host.is_alive:
                self._bury(self._host, now)
        if self._host is None and now >= self._start_at:
            self._begin()
        if self._host is not None:
            self._tell(self._host, permit, watch, share)

    @property
    def cameras(self) -> tuple[Camera, ...]:
        """What it reads."""
        return self._settings.cameras

    def take(self, cameras: tuple[Camera, ...]) -> None:
        """Read these from now on; a worker that lives changes only those that differ."""
        if cameras == self._settings.cameras:
            return
        self._settings = replace(self._settings, cameras=cameras)
        self.camera_ids = frozenset(camera.id for camera in cameras)
        if self._host is not None:
            self._host.send(Cameras(cameras))
            self._told_permit, self._told_watch = None, Watch()

    def send(self, command: TryOut | Withdraw) -> bool:
        """Tell the worker something once; false when there is none."""
        if self._host is None:
            return False
        self._host.send(command)
        return True

    def stop(self) -> None:
        """Let the worker finish and end it."""
        if self._host is not None:
            self._host.stop()
            self._host = None

    def _begin(self) -> None:
        self._heard, self._hung, self.failure = None, False, None
        self._told_permit, self._told_watch, self._told_share = None, Watch(), Share()
        self._started = time.monotonic()
        try:
            self._host = self._make_host(self._settings, self._listen)
        except OSError:
            _log.exception("a worker cannot be started")
            self._postpone(time.monotonic())

    def _listen(self, message: WorkerMessage) -> None:
        """The worker said something; a host is silent once it was let go of."""
        if isinstance(message, Heartbeat):
            self._heard = time.monotonic()
            self._hung = any(report.hung for report in message.cameras)
        elif isinstance(message, WorkerFailed):
            self.failure = message.notice
        try:
            self._hear(message)
        except Exception:
            # Were the listener to end, a sound worker would be taken for one that hangs.
            _log.exception("a message of a worker")

    def _end_if_hanging(self, host: Host, now: float) -> None:
        silent = now - (self._heard or self._started)
        limit = self._patience.starting_s if self._heard is None else self._patience.silent_s
        if host.is_alive and (self._hung or silent > limit):
            _log.error("a worker hangs (%.0f s silent) and is restarted", silent)
            host.kill()

    def _bury(self, host: Host, now: float) -> None:
        host.discard()
        self._host = None
        self._postpone(now)
        _log.warning("a worker with %d cameras ended and is started again", len(self.camera_ids))
        self._mourn(self, self.failure or Notice.of("runtime.worker_restarted"))

    def _postpone(self, now: float) -> None:
        self._deaths = 1 if now - self._started > self._patience.steady_s else self._deaths + 1
        pauses = self._patience.pauses_s
        self._start_at = now + pauses[min(self._deaths, len(pauses)) - 1]

    def _tell(self, host: Host, permit: Permit, watch: Watch, share: Share) -> None:
        if share != self._told_share:
            host.send(share)
            self._told_share = share
        mine = Permit({key: why for key, why in permit.blocked.items() if key in self.camera_ids})
        now = time.monotonic()
        renewed = self._settings.lease_s is not None and now - self._told_at >= RENEW_S
        if renewed or mine != self._told_permit:
            host.send(mine)
            self._told_permit, self._told_at = mine, now
        seen = Watch(watch.cameras & self.camera_ids, watch.minutes & self.camera_ids)
        if seen != self._told_watch:
            host.send(seen)
            self._told_watch = seen
