"""The hub: what workers report to; it keeps them alive, records, journals and tells."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from gardefou.capture.notice import Notice
from gardefou.errors import JournalError
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.governance.rehearsal import RehearsalBudget
from gardefou.runtime.bus import CameraHealth, CameraState, DiskState, InMemoryEventBus, SystemState
from gardefou.runtime.disk import DiskGuard, DiskLimits
from gardefou.runtime.erasure import erase_rehearsal_evidence
from gardefou.runtime.home import Home
from gardefou.runtime.hosts import Host, SubprocessHost
from gardefou.runtime.intake import Intake, utc_now
from gardefou.runtime.live_broker import LiveBroker
from gardefou.runtime.messages import (
    CameraReport,
    Heartbeat,
    LivePicture,
    Pause,
    Spooled,
    Watch,
    WorkerFailed,
    WorkerMessage,
    WorkerSettings,
)
from gardefou.site.document import Camera
from gardefou.storage.records import Mode
from gardefou.storage.spool import SpoolReader
from gardefou.storage.store import Store

SILENT_S: Final = 10.0
"""A worker not heard of for this long hangs and is restarted, s."""

STARTING_S: Final = 60.0
"""A worker that has not said anything yet is given this long: it loads and compiles models, s."""

PAUSES_S: Final = (0.0, 1.0, 5.0, 15.0, 30.0)
"""Pause before a worker is started again, by the number of deaths in a row, s."""

STEADY_S: Final = 60.0
"""A worker that lived this long died for the first time again, s."""

CHECK_S: Final = 0.2

_log = logging.getLogger(__name__)

MakeHost = Callable[[WorkerSettings, Callable[[WorkerMessage], None]], Host]


@dataclass(frozen=True, slots=True)
class HubSettings:
    """What the hub runs.

    ``reason`` of a rehearsal or an evaluation, journalled at the start; ``per_worker`` cameras at
    most in one worker; ``models_dir`` None for the user's own models.
    """

    home: Home
    cameras: tuple[Camera, ...]
    mode: Mode
    reason: str
    models_dir: Path | None = None
    per_worker: int = 16
    disk: DiskLimits = field(default_factory=DiskLimits)


class _Shard:
    """A worker's cameras, through all its lives."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.settings = settings
        self.camera_ids = frozenset(camera.id for camera in settings.cameras)
        self.host: Host | None = None
        self.started = 0.0
        self.heard: float | None = None
        self.deaths = 0
        self.start_at = 0.0
        self.hung = False
        self.failure: Notice | None = None


class Hub:
    """Runs workers over a home folder until `stop`; use it as a context manager."""

    def __init__(
        self,
        settings: HubSettings,
        store: Store,
        journal: Journal,
        make_host: MakeHost = SubprocessHost,
    ) -> None:
        self._settings = settings
        self._journal = journal
        self._store = store
        self._make_host = make_host
        self.bus = InMemoryEventBus()
        self.live = LiveBroker(self._switch_view)
        self._intake = Intake(SpoolReader(settings.home.spool), store, journal, self.bus)
        self._disk = DiskGuard(settings.home.folder, settings.disk)
        self._budget = (
            RehearsalBudget(journal, [camera.id for camera in settings.cameras])
            if settings.mode is Mode.REHEARSAL
            else None
        )
        self._lock = threading.RLock()
        self._shards = [_Shard(each) for each in _shards(settings)]
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hub", daemon=True)
        self._system: SystemState | None = None
        self._blocked: dict[str, Notice] = {}
        self._stopping_why: Notice | None = None

    def start(self) -> None:
        """Journal the start, close what an earlier life left open, start the workers.

        Raises `JournalError` when the start cannot be journalled: then nothing starts.
        """
        operation = {
            Mode.REHEARSAL: Operation.REHEARSAL,
            Mode.EVALUATION: Operation.EVALUATION,
            Mode.OPERATIONAL: Operation.START,
        }[self._settings.mode]
        ids = [camera.id for camera in self._settings.cameras]
        details = {"mode": self._settings.mode.value, "cameras": list(ids), "step": "start"}
        self._journal.append(Entry(SOFTWARE, operation, "system", self._settings.reason, details))
        self._intake.orphan(ids, utc_now())
        if self._budget is not None:
            self._erase_rehearsal()
        self._intake.start()
        self._look_after()
        self._thread.start()

    def stop(self) -> None:
        """Stop the workers, take in the last events, journal the stop; harmless when repeated."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        self._thread.join()
        self.live.close()
        stopping = [
            threading.Thread(target=shard.host.stop) for shard in self._shards if shard.host
        ]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        self._intake.stop()
        self._intake.orphan([camera.id for camera in self._settings.cameras], utc_now())
        if self._budget is not None:
            self._spend()
            self._erase_rehearsal()
        with suppress(JournalError):  # The disk is full: the start stands there without its stop.
            self._journal.append(Entry(SOFTWARE, Operation.STOP, "system"))
        self._publish_system(processing=False, notice=None)
        self.bus.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Workers

    def _run(self) -> None:
        while not self._stopped.wait(CHECK_S):
            try:
                self._look_after()
            except Exception:
                # Supervision must outlive whatever goes wrong once.
                _log.exception("the hub's round failed")

    def _look_after(self) -> None:
        """One round: workers alive, room on the disk, rehearsal time left."""
        for shard in self._shards:
            self._keep_alive(shard)
        self._check_blocks()

    def _keep_alive(self, shard: _Shard) -> None:
        now = time.monotonic()
        if shard.host is not None:
            silent = now - (shard.heard or shard.started)
            limit = SILENT_S if shard.heard is not None else STARTING_S
            if shard.host.is_alive and (shard.hung or silent > limit):
                _log.error("a worker hangs (%.0f s silent) and is restarted", silent)
                shard.host.kill()
                shard.host.stop(2.0)
            if shard.host.is_alive:
                return
            self._bury(shard, now)
        if now >= shard.start_at:
            self._begin(shard, now)

    def _bury(self, shard: _Shard, now: float) -> None:
        """A worker is dead: close its alerts, say so, decide when the next one starts."""
        assert shard.host is not None
        _log.warning("a worker with %d cameras ended and is started again", len(shard.camera_ids))
        shard.host.discard()
        shard.host = None
        self._intake.orphan(shard.camera_ids, utc_now())
        shard.deaths = 1 if now - shard.started > STEADY_S else shard.deaths + 1
        shard.start_at = now + PAUSES_S[min(shard.deaths - 1, len(PAUSES_S) - 1)]
        notice = shard.failure or Notice.of("runtime.worker_restarted")
        for camera_id in shard.camera_ids:
            self._publish(CameraHealth(camera_id, CameraState.STARTING, utc_now(), notice))

    def _begin(self, shard: _Shard, now: float) -> None:
        shard.heard, shard.hung, shard.failure, shard.started = None, False, None, now
        shard.host = self._make_host(shard.settings, lambda message: self._hear(shard, message))
        for camera_id in self.live.watched & shard.camera_ids:
            shard.host.send(Watch(camera_id, on=True))
        self._send_blocks(shard)

    def _hear(self, shard: _Shard, message: WorkerMessage) -> None:
        """A worker said something; on its host's thread."""
        match message:
            case Heartbeat():
                shard.heard = time.monotonic()
                shard.hung = any(report.hung for report in message.cameras)
                for report in message.cameras:
                    self._publish(_health(report))
            case Spooled():
                self._intake.poke()
            case LivePicture():
                self.live.show(message.camera_id, message.jpeg)
            case WorkerFailed():
                shard.failure = message.notice

    def _switch_view(self, camera_id: str, on: bool) -> None:
        for shard in self._shards:
            if camera_id in shard.camera_ids and shard.host is not None:
                shard.host.send(Watch(camera_id, on))

    # What stops processing

    def _check_blocks(self) -> None:
        """Full disk and used-up rehearsals stop cameras; the state goes to whoever watches."""
        disk, free = self._disk.look()
        blocked: dict[str, Notice] = {}
        everything: Notice | None = None
        if disk is DiskState.FULL:
            everything = Notice.of("runtime.disk_full", folder=self._settings.home.folder)
        elif self._budget is not None:
            everything = self._spend()
            blocked = self._used_up()
        if everything is not None:
            blocked = {camera.id: everything for camera in self._settings.cameras}
        if blocked != self._blocked:
            if disk is DiskState.FULL and self._stopping_why is None:
                with suppress(JournalError):
                    self._journal.append(Entry(SOFTWARE, Operation.DISK_FULL, "system"))
            self._blocked = blocked
            for shard in self._shards:
                self._send_blocks(shard)
        self._stopping_why = everything
        notice = everything or self._intake.trouble
        self._publish_system(everything is None, notice, disk, free)

    def _send_blocks(self, shard: _Shard) -> None:
        if shard.host is None:
            return
        for camera_id in shard.camera_ids:
            notice = self._blocked.get(camera_id)
            shard.host.send(Pause(notice, frozenset({camera_id})))

    def _spend(self) -> Notice | None:
        """Journal the rehearsal time that passed; why everything must stop, if it must."""
        assert self._budget is not None
        try:
            self._budget.spend(self._running())
        except JournalError as error:
            return Notice.of(error.key, **error.fields)
        return None

    def _used_up(self) -> dict[str, Notice]:
        assert self._budget is not None
        return {
            camera.id: Notice.of("governance.rehearsal.used_up", camera=camera.id)
            for camera in self._settings.cameras
            if self._budget.left_s(camera.id) <= 0
        }

    def _running(self) -> list[str]:
        """Cameras that are being analysed now."""
        health = self.bus.cameras
        live = (CameraState.RUNNING, CameraState.STALLED)
        return [each for each, state in health.items() if state.state in live]

    def _erase_rehearsal(self) -> None:
        """A rehearsal's clips do not outlive it."""
        erase_rehearsal_evidence(self._store, self._journal, self._settings.home)

    # What is told

    def _publish(self, health: CameraHealth) -> None:
        with self._lock:
            known = self.bus.cameras.get(health.camera_id)
            if known is None or (known.state, known.notice) != (health.state, health.notice):
                self.bus.publish(health)

    def _publish_system(
        self,
        processing: bool,
        notice: Notice | None,
        disk: DiskState = DiskState.OK,
        free: int | None = None,
    ) -> None:
        """Tell when something changed; free room alone is told in steps of 100 MB."""
        rounded = None if free is None else free - free % 100_000_000
        state = SystemState(processing, disk, rounded, notice)
        if state != self._system:
            self._system = state
            self.bus.publish(state)


def _health(report: CameraReport) -> CameraHealth:
    return CameraHealth(report.camera_id, report.state, report.since, report.notice)


def _shards(settings: HubSettings) -> Sequence[WorkerSettings]:
    step = settings.per_worker
    return [
        WorkerSettings(
            home=settings.home.folder,
            cameras=settings.cameras[start : start + step],
            mode=settings.mode,
            models_dir=settings.models_dir,
        )
        for start in range(0, len(settings.cameras), step)
    ]
