"""A worker: a shard of cameras from packet to alert, the same in every host."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from multiprocessing.connection import Connection
from typing import Final

import numpy as np

from gardefou.capture.masks import PrivacyMask
from gardefou.capture.notice import Notice
from gardefou.errors import GardefouError
from gardefou.evidence.finder import FinderSettings
from gardefou.evidence.job import Footage
from gardefou.evidence.service import EvidenceService
from gardefou.perception.engine import InferenceEngine
from gardefou.runtime.camera import CameraWork
from gardefou.runtime.home import Home
from gardefou.runtime.lease import Lease
from gardefou.runtime.live_picture import LivePainter
from gardefou.runtime.memory import give_back
from gardefou.runtime.messages import (
    Cameras,
    Heartbeat,
    HubCommand,
    LivePicture,
    Permit,
    Share,
    Spooled,
    Stop,
    Tried,
    TryOut,
    Watch,
    Withdraw,
    WorkerEffort,
    WorkerFailed,
    WorkerMessage,
    WorkerSettings,
)
from gardefou.runtime.outbox import Outbox
from gardefou.runtime.processes import resident
from gardefou.runtime.trial import TrialWork
from gardefou.runtime.trial_job import TrialAnswer, TrialJob
from gardefou.runtime.trial_process import TrialRun
from gardefou.runtime.view_guard import ViewGuard
from gardefou.site.document import Camera
from gardefou.storage.records import Mode
from gardefou.storage.spool import SpoolWriter

HEARTBEAT_S: Final = 0.5
"""Time between two heartbeats, s."""

TIDY_S: Final = 60.0
"""Time between two returns of freed memory to the system, s."""

JOIN_S: Final = 5.0
"""How long the threads of all cameras may take to end when the worker stops, s."""

DRAIN_S: Final = 8.0
"""How long evidence under way may take when the worker stops, s."""

_log = logging.getLogger(__name__)


class Worker:
    """Runs cameras until it is told to stop or its hub is gone.

    ``hub`` is a connection that carries `WorkerMessage` one way and `HubCommand` the other. No
    camera is connected to before the hub's first `Permit`.
    """

    def __init__(self, settings: WorkerSettings, hub: Connection) -> None:
        self._settings = settings
        self._hub = hub
        self._sending = threading.Lock()
        self._cameras: dict[str, CameraWork] = {}
        self._evidence: EvidenceService | None = None
        self._lease = Lease(settings.lease_s)
        self._trial: TrialRun | None = None
        self._tidied = time.monotonic()

    def run(self) -> None:
        """Work; returns after `Stop` or when the hub is gone, alerts closed and evidence done."""
        home, models_dir = Home(self._settings.home), self._settings.models_dir
        try:
            with ExitStack() as stack:
                outbox = Outbox(SpoolWriter(home.spool, self._settings.mode), self._poke)
                evidence = EvidenceService(
                    home.evidence,
                    outbox.write_evidence,
                    FinderSettings(models_dir),
                    home=home.folder,
                )
                self._evidence = evidence
                stack.callback(evidence.close, DRAIN_S)
                engine = stack.enter_context(InferenceEngine(models_dir))
                painter = LivePainter(self._show, models_dir)
                stack.callback(painter.close)

                def work(camera: Camera) -> CameraWork:
                    return CameraWork(
                        camera,
                        engine,
                        outbox,
                        evidence.submit,
                        painter,
                        self._lease,
                        self._settings.mandate_id,
                        self._view_guard(home, camera),
                        self._settings.paced,
                    )

                stack.callback(self._end_trial, Notice.of("runtime.trial.ended"))
                self._cameras = {each.id: work(each) for each in self._settings.cameras}
                stack.callback(self._end_cameras, outbox)
                self._obey(work)
        except GardefouError as error:
            _log.error("%s", error)
            self._send(WorkerFailed(Notice.of(error.key, **error.fields)))

    def _view_guard(self, home: Home, camera: Camera) -> ViewGuard | None:
        """None for films that are evaluated: they may be cut or played in a loop."""
        if self._settings.mode is Mode.EVALUATION:
            return None
        masks = PrivacyMask([np.array(mask.polygon) for mask in camera.masks])
        return ViewGuard(home.views, camera.id, masks)

    def _obey(self, work: Callable[[Camera], CameraWork]) -> None:
        """Heartbeats and commands until the end."""
        beat = 0.0
        while True:
            now = time.monotonic()
            self._look_after_trial()
            self._tidy(now)
            if now - beat >= HEARTBEAT_S:
                beat = now
                reports = tuple(work.report() for work in self._cameras.values())
                if not self._send(Heartbeat(reports, self._effort())):
                    return
            try:
                if not self._hub.poll(HEARTBEAT_S):
                    continue
                command: HubCommand = self._hub.recv()
            except (EOFError, OSError):
                _log.warning("the hub is gone; this worker ends")
                return
            if isinstance(command, Stop):
                return
            if isinstance(command, Cameras):
                self._change(command.cameras, work)
            elif isinstance(command, TryOut):
                self._try_out(command.job)
            elif isinstance(command, Withdraw):
                self._withdraw(command)
            else:
                self._carry_out(command)

    def _tidy(self, now: float) -> None:
        """Give freed memory back now and then."""
        if now - self._tidied >= TIDY_S:
            self._tidied = now
            give_back()

    def _change(self, cameras: Sequence[Camera], work: Callable[[Camera], CameraWork]) -> None:
        """Let go of cameras that are gone or different; the new ones wait for a permit."""
        wanted = {each.id: each for each in cameras}
        gone = [each for key, each in self._cameras.items() if wanted.get(key) != each.camera]
        if self._trial is not None and self._trial.camera_id in {each.camera.id for each in gone}:
            self._trial.end(Notice.of("runtime.trial.ended"))  # Its masks may be others now.
        for each in gone:
            each.stop_reading()
        deadline = time.monotonic() + JOIN_S
        for each in gone:
            each.join(deadline)
        kept = {each.camera.id: each for each in self._cameras.values() if each not in gone}
        self._cameras = {key: kept.get(key) or work(each) for key, each in wanted.items()}

    def _effort(self) -> WorkerEffort:
        waiting = self._evidence.waiting + self._evidence.in_hand if self._evidence else 0
        return WorkerEffort(resident(os.getpid()), waiting)

    def _carry_out(self, command: Watch | Permit | Share) -> None:
        if isinstance(command, Permit):
            self._lease.renew()
        for camera_id, work in self._cameras.items():
            if isinstance(command, Watch):
                work.watched = camera_id in command.cameras
                work.keep_minute(camera_id in command.minutes)
            elif isinstance(command, Share):
                work.analyse_at(command.of_rate)
            else:
                work.permit(command.blocked.get(camera_id))

    def _withdraw(self, command: Withdraw) -> None:
        if self._trial is not None and self._trial.number == command.number:
            self._trial.end(Notice.of("runtime.trial.withdrawn"))

    def _try_out(self, job: TrialJob) -> None:
        """Begin a trial of what is kept of a camera, unless it may not be looked at."""
        work = self._cameras.get(job.camera.id)
        kept: Footage | Notice = Notice.of("runtime.trial.not_running", camera=job.camera.id)
        if work is not None:
            kept = work.kept()
        if self._trial is not None and self._trial.is_ending:
            self._trial.join()  # Nobody waits for it any more, and somebody for the next.
        elif self._trial is not None and not self._trial.is_over:
            kept = Notice.of("runtime.trial.busy")
        if work is None or isinstance(kept, Notice):
            assert isinstance(kept, Notice)
            self._send(Tried(job.number, kept))
            return
        masks = tuple(np.array(mask.polygon) for mask in work.camera.masks)
        self._trial = TrialRun(
            TrialWork(job, kept, masks, self._settings.models_dir, work.approved),
            partial(self._tell_trial, job.number),
        )

    def _tell_trial(self, number: int, answer: TrialAnswer) -> None:
        self._send(Tried(number, answer))

    def _look_after_trial(self) -> None:
        """What may not be read any more is not tried any more."""
        trial = self._trial
        if trial is None or trial.is_over:
            self._trial = None
            return
        work = self._cameras.get(trial.camera_id)
        why = Notice.of("runtime.trial.ended") if work is None else work.why_not()
        if why is not None:
            trial.end(why)

    def _end_trial(self, why: Notice) -> None:
        if self._trial is not None:
            self._trial.end(why)
            self._trial.join()

    def _end_cameras(self, outbox: Outbox) -> None:
        outbox.give_up()
        for work in self._cameras.values():
            work.stop_reading()
        deadline = time.monotonic() + JOIN_S
        for work in self._cameras.values():
            work.join(deadline)

    def _show(self, camera_id: str, jpeg: bytes) -> None:
        self._send(LivePicture(camera_id, jpeg))

    def _poke(self) -> None:
        self._send(Spooled())

    def _send(self, message: WorkerMessage) -> bool:
        """Tell the hub, from any thread; false when it is gone."""
        with self._sending, suppress(OSError, ValueError):
            self._hub.send(message)
            return True
        return False
