"""A worker: a shard of cameras from packet to alert, the same in every host."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection
from typing import Final

import numpy as np

from gardefou.capture.masks import PrivacyMask
from gardefou.capture.notice import Notice
from gardefou.errors import GardefouError
from gardefou.evidence.finder import FinderSettings
from gardefou.evidence.service import EvidenceService
from gardefou.perception.engine import InferenceEngine
from gardefou.runtime.camera import CameraWork
from gardefou.runtime.home import Home
from gardefou.runtime.lease import Lease
from gardefou.runtime.live_picture import LivePainter
from gardefou.runtime.messages import (
    Cameras,
    Heartbeat,
    HubCommand,
    LivePicture,
    Permit,
    Share,
    Spooled,
    Stop,
    Watch,
    WorkerEffort,
    WorkerFailed,
    WorkerMessage,
    WorkerSettings,
)
from gardefou.runtime.outbox import Outbox
from gardefou.runtime.processes import resident
from gardefou.runtime.view_guard import ViewGuard
from gardefou.site.document import Camera
from gardefou.storage.records import Mode
from gardefou.storage.spool import SpoolWriter

HEARTBEAT_S: Final = 0.5
"""Time between two heartbeats, s."""

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
            else:
                self._carry_out(command)

    def _change(self, cameras: Sequence[Camera], work: Callable[[Camera], CameraWork]) -> None:
        """Let go of cameras that are gone or different; the new ones wait for a permit."""
        wanted = {each.id: each for each in cameras}
        gone = [each for key, each in self._cameras.items() if wanted.get(key) != each.camera]
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
            elif isinstance(command, Share):
                work.analyse_at(command.of_rate)
            else:
                work.permit(command.blocked.get(camera_id))

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
