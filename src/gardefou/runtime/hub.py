"""The hub: what workers report to; it keeps them alive, records, journals and tells."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Self

from gardefou.capture.notice import Notice
from gardefou.errors import GardefouError, JournalError
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.governance.rehearsal import RehearsalBudget
from gardefou.governance.suspension import KillSwitch
from gardefou.governance.warrant import Warrant
from gardefou.runtime.bus import (
    SHOWS_NOTHING,
    CameraHealth,
    CameraState,
    InMemoryEventBus,
    SystemState,
)
from gardefou.runtime.disk import DiskGuard, DiskLimits
from gardefou.runtime.ending import Certified, Ending
from gardefou.runtime.erasure import erase_rehearsal_evidence
from gardefou.runtime.fleet import Fleet
from gardefou.runtime.health_log import HealthLog
from gardefou.runtime.home import Home
from gardefou.runtime.hosts import SubprocessHost
from gardefou.runtime.intake import Intake
from gardefou.runtime.lease import LEASE_S
from gardefou.runtime.live_broker import LiveBroker
from gardefou.runtime.load_file import LoadFile
from gardefou.runtime.messages import (
    CameraReport,
    Heartbeat,
    LivePicture,
    Permit,
    Spooled,
    Tried,
    Watch,
    WorkerFailed,
    WorkerMessage,
    WorkerSettings,
)
from gardefou.runtime.permission import Gate, Permission
from gardefou.runtime.shard import MakeHost, Patience, Shard
from gardefou.runtime.trial_desk import TrialDesk
from gardefou.runtime.upkeep import Upkeep
from gardefou.runtime.view_guard import MOVED_KEY, masks_changed
from gardefou.site.document import Camera
from gardefou.storage.records import Mode
from gardefou.storage.store import Store

CHECK_S: Final = 0.2
"""Time between two rounds over the workers, s."""

FREE_STEP: Final = 100_000_000
"""Free room on the disk is told in steps of so many bytes."""

_READ: Final = (CameraState.RUNNING, CameraState.STALLED)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HubSettings:
    """What the hub runs.

    ``reason`` of a rehearsal or an evaluation, journalled at the start; ``per_worker`` cameras at
    most in one worker; ``models_dir`` None for the user's own models; ``warrant`` in operation, and
    only there; ``use`` tells the public of it.
    """

    home: Home
    cameras: tuple[Camera, ...]
    mode: Mode
    reason: str
    models_dir: Path | None = None
    per_worker: int = 16
    disk: DiskLimits = field(default_factory=DiskLimits)
    patience: Patience = field(default_factory=Patience)
    warrant: Warrant | None = None
    use: Certified | None = None

    def __post_init__(self) -> None:
        if (self.mode is Mode.OPERATIONAL) != (self.warrant is not None):
            raise ValueError("operation needs a warrant, and nothing else has one")


class Hub:
    """Runs workers over a home folder until `stop`; use it as a context manager.

    ``budget`` of a rehearsal, by default as its journal knows it; ``switch`` stops everything,
    whatever the mode.
    """

    def __init__(
        self,
        settings: HubSettings,
        store: Store,
        journal: Journal,
        make_host: MakeHost = SubprocessHost,
        budget: RehearsalBudget | None = None,
        switch: KillSwitch | None = None,
    ) -> None:
        self._settings = settings
        self._ids = [camera.id for camera in settings.cameras]
        self._journal = journal
        self._store = store
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._telling = threading.Lock()
        self._system: SystemState | None = None
        self.bus = InMemoryEventBus()
        self.live = LiveBroker(self._wake.set)
        self.trials = TrialDesk(self._why_not_tried, self._wake.set)
        self._intake = Intake(settings.home, store, journal, self.bus)
        self._upkeep = Upkeep(settings.home, store, journal)
        if budget is None and settings.mode is Mode.REHEARSAL:
            budget = RehearsalBudget(journal, self._ids)
        disk = DiskGuard(settings.home.folder, settings.disk)
        self.switch = switch or KillSwitch(settings.home.folder, journal)
        self.health = HealthLog()
        self._make_host = make_host
        self._asked: tuple[Camera, ...] | None = None
        self._gate = Gate(self._ids, disk, journal, budget, self.switch, settings.warrant)
        self._fleet = Fleet(settings.cameras)
        self._load_file = LoadFile(settings.home.load)
        self._shards = [self._shard(each) for each in _shards(settings)]
        mandate_id = settings.warrant.mandate_id if settings.warrant else ""
        self._ending = Ending(journal, settings.use, mandate_id)
        self._thread = threading.Thread(target=self._run, name="hub", daemon=True)

    def start(self) -> None:
        """Journal and publish the start, close what an earlier life left open, start the workers.

        Raises `JournalError` when the start cannot be journalled, `KeysError` when it cannot be
        signed, `GardefouError` when it cannot be published: then nothing starts.
        """
        self._note_start()
        if self._settings.use is not None:
            try:
                self._settings.use.begin()
            except GardefouError:
                self._note_stop()
                raise
        self._upkeep.start()
        self._intake.start()
        self._erase_rehearsal()
        now = time.time()
        for camera_id in self._ids:
            self._publish(CameraHealth(camera_id, CameraState.STARTING, now))
        self._thread.start()

    def take(self, cameras: Sequence[Camera]) -> None:
        """Run these cameras from the next round on; from any thread, without waiting.

        Cameras that did not change go on undisturbed. In operation the mandate attests the site,
        so that another one runs under another warrant: then this raises `RuntimeError`.
        """
        if self._settings.warrant is not None:
            raise RuntimeError("a hub in operation runs the site that its mandate attests")
        self._asked = tuple(cameras)
        self._wake.set()

    def _take_asked(self) -> None:
        asked, self._asked = self._asked, None
        if asked is None:
            return
        before, now = frozenset(self._ids), time.time()
        masks = {camera.id: camera.masks for camera in self._settings.cameras}
        for camera in asked:
            if camera.masks != masks.get(camera.id, camera.masks):
                masks_changed(self._settings.home.views, camera.id)
        self._settings = replace(self._settings, cameras=asked)
        self._ids = [camera.id for camera in asked]
        self._gate.take(self._ids)
        self._fleet.take(asked)
        self._share_out({camera.id: camera for camera in asked})
        self.health.keep_only(frozenset(self._ids))
        for camera_id in sorted(before - frozenset(self._ids)):
            self._publish(CameraHealth(camera_id, CameraState.STOPPED, now))
        for camera_id in sorted(frozenset(self._ids) - before):
            self._publish(CameraHealth(camera_id, CameraState.STARTING, now))
        self.bus.resync()

    def _share_out(self, wanted: dict[str, Camera]) -> None:
        """Each camera stays with its worker; new ones go where there is room, or to a new one."""
        left = dict(wanted)
        shares = [
            [left.pop(old.id) for old in shard.cameras if old.id in left] for shard in self._shards
        ]
        for camera in left.values():
            room = next((each for each in shares if len(each) < self._settings.per_worker), None)
            if room is None:
                shares.append(room := [])
            room.append(camera)
        kept = []
        for shard, share in zip(self._shards, shares, strict=False):
            if share:
                shard.take(tuple(share))
                kept.append(shard)
            else:
                shard.stop()
        kept += [
            self._shard(_worker_settings(self._settings, tuple(share)))
            for share in shares[len(self._shards) :]
        ]
        self._shards = kept

    def _shard(self, settings: WorkerSettings) -> Shard:
        patience = self._settings.patience
        return Shard(settings, self._make_host, self._hear, self._mourn, patience)

    def _note_start(self) -> None:
        operation = {
            Mode.REHEARSAL: Operation.REHEARSAL,
            Mode.EVALUATION: Operation.EVALUATION,
            Mode.OPERATIONAL: Operation.START,
        }[self._settings.mode]
        details = {"mode": self._settings.mode.value, "cameras": list(self._ids), "step": "start"}
        if self._settings.warrant is not None:
            details["mandate"] = self._settings.warrant.mandate_id
        self._journal.append(Entry(SOFTWARE, operation, "system", self._settings.reason, details))

    def _note_stop(self) -> None:
        with suppress(JournalError):  # The disk is full: the start stands there without its stop.
            self._journal.append(Entry(SOFTWARE, Operation.STOP, "system"))

    def stop(self) -> None:
        """Stop the workers, take in the last events, journal the stop; harmless when repeated."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        self._wake.set()
        self._thread.join()
        self.live.close()
        self.trials.end(self._ids, Notice.of("runtime.trial.ended"))
        self._stop_workers()
        self._intake.stop()
        self._load_file.remove()
        self._erase_rehearsal()
        if not self._ending.has_come:
            self._note_stop()
        self._upkeep.stop()
        now = time.time()
        for camera_id in self._ids:
            self._publish(CameraHealth(camera_id, CameraState.STOPPED, now))
        self.bus.publish(SystemState(processing=False))
        self.bus.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # The hub's own thread

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._look_after()
            except Exception:
                # Supervision must outlive whatever goes wrong once.
                _log.exception("the hub's round failed")
            self._wake.wait(CHECK_S)
            self._wake.clear()

    def _look_after(self) -> None:
        """One round: what is permitted, and the workers that do it."""
        self._take_asked()
        permission = self._gate.decide(self._being_read())
        share = self._fleet.update()
        self._publish_system(permission)
        self.bus.load = self._load_file.keep(self._fleet, self._intake.withdrawal_waits)
        if permission.is_over:
            self._end(permission.notice)
            return
        if self._ending.has_come:
            self._note_start()
            self._ending.was_none()
        blocked: Mapping[str, Notice] = {**self._fleet.held_back, **permission.blocked}
        permit, watch = Permit(blocked), Watch(self.live.watched, self.trials.minutes)
        for shard in self._shards:
            if not self._stopped.is_set():
                shard.look_after(permit, watch, share)
        self._send_trials()

    def _send_trials(self) -> None:
        for camera_id, command in self.trials.commands():
            shard = next((each for each in self._shards if camera_id in each.camera_ids), None)
            if shard is None or not shard.send(command):
                self.trials.end([camera_id], _not_running(camera_id))

    def _why_not_tried(self, proposed: Camera) -> Notice | None:
        """Why a camera must not be tried as somebody proposes it; asked on any thread."""
        runs = next((each for each in self._settings.cameras if each.id == proposed.id), None)
        if runs is None or self._stopped.is_set():
            return _not_running(proposed.id)
        if (runs.source, runs.transport) != (proposed.source, proposed.transport):
            return Notice.of("runtime.trial.other_stream", camera=proposed.id)
        warrant = self._settings.warrant
        if warrant is not None and warrant.beyond(proposed) is not None:
            named = ", ".join(sorted(proposed.situations.on))
            fields = {"situation": named, "mandate": warrant.mandate_id}
            return Notice.of("runtime.trial.not_covered", camera=proposed.id, **fields)
        health = self.bus.cameras.get(proposed.id)
        if health is not None and health.state is CameraState.RUNNING:
            return None
        return (health.notice if health else None) or _not_running(proposed.id)

    def _end(self, why: Notice | None) -> None:
        """The mandate is over: no worker, no model in memory; then the certificate."""
        if self._ending.has_come:
            self._ending.certify()
            return
        self._stop_workers()
        now = time.time()
        for camera_id in self._ids:
            self._publish(CameraHealth(camera_id, CameraState.STOPPED, now, why))
        self._ending.come()

    def _stop_workers(self) -> None:
        stopping = [threading.Thread(target=shard.stop, name="stop") for shard in self._shards]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()

    def _mourn(self, shard: Shard, why: Notice) -> None:
        """A worker died: its alerts are closed, its cameras wait for the next one."""
        now = time.time()
        self._intake.worker_died(shard.camera_ids, now)
        self.trials.end(shard.camera_ids, why)
        state = CameraState.BLOCKED if shard.failure else CameraState.STARTING
        for camera_id in shard.camera_ids:
            self._publish(CameraHealth(camera_id, state, now, why))

    def _being_read(self) -> list[str]:
        health = self.bus.cameras
        return [each for each, known in health.items() if known.state in _READ]

    def _erase_rehearsal(self) -> None:
        """A rehearsal's clips do not outlive it, nor the kill that ended it."""
        erase_rehearsal_evidence(self._store, self._journal, self._settings.home)

    # What is told; workers speak on threads of their hosts

    def _hear(self, message: WorkerMessage) -> None:
        match message:
            case Heartbeat():
                self._fleet.hear(message)
                for report in message.cameras:
                    if report.camera_id in self._ids:
                        self.health.add(report)
                        self._publish(_health(report))
            case Spooled():
                self._intake.poke()
            case Tried():
                self.trials.hear(message)
            case LivePicture():
                self.live.show(message.camera_id, message.jpeg)
            case WorkerFailed():
                _log.error("a worker cannot work: %s", message.notice)

    def _publish(self, health: CameraHealth) -> None:
        """Tell of a camera when its state or the reason for it is new."""
        with self._telling:
            known = self.bus.cameras.get(health.camera_id)
            if known and (known.state, known.notice) == (health.state, health.notice):
                return
            self.bus.publish(health)
        if health.state in SHOWS_NOTHING:
            self.live.end(health.camera_id)
            self.trials.end([health.camera_id], health.notice or _not_running(health.camera_id))
        if health.notice is not None and health.notice.key == MOVED_KEY:
            self._note_moved(health.camera_id)
            self._intake.withdraw_soon()  # An entry for each alert: too long for a host's thread.

    def _note_moved(self, camera_id: str) -> None:
        details = {"step": "blocked"}
        entry = Entry(SOFTWARE, Operation.CAMERA_MOVED, f"camera:{camera_id}", details=details)
        try:
            self._journal.append(entry)
        except JournalError as error:  # It is blocked, with or without a trace.
            _log.error("%s", error)

    def _publish_system(self, permission: Permission) -> None:
        """Tell of the system when something is new; free room alone only in steps."""
        free = permission.disk_free - permission.disk_free % FREE_STEP
        processing = len(permission.blocked) < len(self._ids)
        notice = permission.notice or self._intake.trouble or self._fleet.notice
        waits = self._intake.withdrawal_waits
        state = SystemState(processing, permission.disk, free, notice, waits)
        if state != self._system:
            self._system = state
            self.bus.publish(state)


def _not_running(camera_id: str) -> Notice:
    return Notice.of("runtime.trial.not_running", camera=camera_id)


def _health(report: CameraReport) -> CameraHealth:
    return CameraHealth(report.camera_id, report.state, report.since, report.notice)


def _shards(settings: HubSettings) -> Sequence[WorkerSettings]:
    step = settings.per_worker
    return [
        _worker_settings(settings, settings.cameras[start : start + step])
        for start in range(0, len(settings.cameras), step)
    ]


def _worker_settings(settings: HubSettings, cameras: tuple[Camera, ...]) -> WorkerSettings:
    return WorkerSettings(
        home=settings.home.folder,
        cameras=cameras,
        mode=settings.mode,
        models_dir=settings.models_dir,
        log_level=_log.getEffectiveLevel(),
        mandate_id=settings.warrant.mandate_id if settings.warrant else None,
        lease_s=LEASE_S if settings.warrant else None,
    )
