"""A worker: a shard of cameras from packet to alert, the same in every host."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection
from typing import Final

from gardefou.capture.notice import Notice
from gardefou.errors import GardefouError
from gardefou.evidence.finder import FinderSettings
from gardefou.evidence.service import EvidenceService
from gardefou.perception.engine import InferenceEngine
from gardefou.runtime.camera import CameraWork
from gardefou.runtime.home import Home
from gardefou.runtime.live_picture import LivePainter
from gardefou.runtime.messages import (
    Heartbeat,
    HubCommand,
    LivePicture,
    Pause,
    Spooled,
    Stop,
    Watch,
    WorkerFailed,
    WorkerMessage,
    WorkerSettings,
)
from gardefou.runtime.outbox import Outbox
from gardefou.storage.spool import SpoolWriter

HEARTBEAT_S: Final = 0.5
"""Time between two heartbeats, s."""

JOIN_S: Final = 3.0
"""How long a camera's threads may take to end when the worker stops, s."""

DRAIN_S: Final = 8.0
"""How long evidence under way may take when the worker stops, s."""

_log = logging.getLogger(__name__)


class Worker:
    """Runs cameras until it is told to stop or its hub is gone.

    ``hub`` is a connection that carries `WorkerMessage` one way and `HubCommand` the other.
    """

    def __init__(self, settings: WorkerSettings, hub: Connection) -> None:
        self._settings = settings
        self._hub = hub
        self._cameras: dict[str, CameraWork] = {}

    def run(self) -> None:
        """Work; returns after `Stop` or when the hub is gone, alerts closed and evidence done."""
        home = Home(self._settings.home)
        try:
            with ExitStack() as stack:
                outbox = Outbox(SpoolWriter(home.spool, self._settings.mode), self._poke)
                engine = stack.enter_context(InferenceEngine(self._settings.models_dir))
                evidence = EvidenceService(
                    home.evidence,
                    outbox.write_evidence,
                    FinderSettings(self._settings.models_dir),
                )
                stack.callback(evidence.close, DRAIN_S)
                painter = LivePainter(self._settings.models_dir)
                for camera in self._settings.cameras:
                    self._cameras[camera.id] = CameraWork(
                        camera, engine, outbox, evidence.submit, painter, self._show
                    )
                stack.callback(self._end_cameras, outbox)
                for work in self._cameras.values():
                    work.start()
                self._obey()
        except GardefouError as error:
            _log.error("%s", error)
            self._send(WorkerFailed(Notice.of(error.key, **error.fields)))

    def _obey(self) -> None:
        """Heartbeats and commands until the end."""
        beat = 0.0
        while True:
            now = time.monotonic()
            if now - beat >= HEARTBEAT_S:
                beat = now
                reports = tuple(work.report() for work in self._cameras.values())
                if not self._send(Heartbeat(reports)):
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
            self._carry_out(command)

    def _carry_out(self, command: Watch | Pause) -> None:
        if isinstance(command, Watch):
            work = self._cameras.get(command.camera_id)
            if work is not None:
                work.watched = command.on
            return
        for camera_id, work in self._cameras.items():
            if command.cameras is None or camera_id in command.cameras:
                work.paused = command.notice

    def _end_cameras(self, outbox: Outbox) -> None:
        outbox.give_up()
        for work in self._cameras.values():
            work.stop_reading()
        for work in self._cameras.values():
            work.join(JOIN_S)

    def _show(self, camera_id: str, jpeg: bytes) -> None:
        self._send(LivePicture(camera_id, jpeg))

    def _poke(self) -> None:
        self._send(Spooled())

    def _send(self, message: WorkerMessage) -> bool:
        """Tell the hub; false when it is gone."""
        with suppress(OSError, ValueError):
            self._hub.send(message)
            return True
        return False
