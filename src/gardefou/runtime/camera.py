"""One live camera in a worker: newest frame, pipeline, alerts, evidence, live picture."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from gardefou.alerting.alert import AlertClosed, AlertEvent, AlertOpened
from gardefou.capture.frame import Frame
from gardefou.capture.link import CameraLink, FileLoop, Link
from gardefou.capture.live import LinkState, LiveHealth, LiveSource
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.notice import Notice
from gardefou.capture.reader import ReadSettings
from gardefou.evidence.collector import CameraEvidence
from gardefou.evidence.heads import HeadTrail
from gardefou.evidence.job import EvidenceJob
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver
from gardefou.runtime.bus import CameraState
from gardefou.runtime.detectors import build_detectors, wanted_evidence
from gardefou.runtime.live_picture import LivePainter
from gardefou.runtime.messages import CameraReport
from gardefou.runtime.outbox import Outbox
from gardefou.runtime.pipeline import CameraPipeline
from gardefou.site.document import Camera
from gardefou.site.source import SourceKind
from gardefou.storage.events import AlertInterrupted

SILENT_S: Final = 10.0
"""After this long without a frame an open alert is closed as interrupted: nobody looks, s."""

PICTURE_S: Final = 0.33
"""Least time between two pictures for watchers, s: about three a second."""

_WAIT_S: Final = 0.5

_STATES: Final = {
    LinkState.CONNECTING: CameraState.STARTING,
    LinkState.RUNNING: CameraState.RUNNING,
    LinkState.STALLED: CameraState.STALLED,
    LinkState.REFUSED: CameraState.REFUSED,
    LinkState.FAILED: CameraState.RECONNECTING,
    LinkState.STOPPED: CameraState.STOPPED,
}

_log = logging.getLogger(__name__)


class CameraWork:
    """Runs one camera in a thread of its own until `stop`.

    ``submit`` takes evidence jobs, ``show`` pictures for watchers; both return at once.
    """

    def __init__(
        self,
        camera: Camera,
        engine: InferenceEngine,
        outbox: Outbox,
        submit: Callable[[EvidenceJob], None],
        painter: LivePainter,
        show: Callable[[str, bytes], None],
    ) -> None:
        self.camera = camera
        polygons = [np.array(mask.polygon) for mask in camera.masks]
        settings = ReadSettings(
            camera.id, analysis_fps=camera.analysis.fps, masks=PrivacyMask(polygons)
        )
        self._source = LiveSource(link_of(camera), settings)
        detectors = build_detectors(camera)
        perceiver = Perceiver(engine, wanted_evidence(detectors))
        self._pipeline = CameraPipeline(camera.id, perceiver, detectors)
        self._trail = HeadTrail()
        self._evidence = CameraEvidence(camera.id, self._source, self._trail, submit, polygons)
        self._outbox = outbox
        self._painter = painter
        self._show = show
        self._epoch = 0
        self._analysed = 0
        self._last_time = 0.0
        self._last_seen = time.monotonic()
        self._pictured = 0.0
        self._trouble: Notice | None = None
        self.watched = False
        self.paused: Notice | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"camera {camera.id}", daemon=True)

    def start(self) -> None:
        """Connect and begin."""
        self._source.start()
        self._thread.start()

    def stop_reading(self) -> None:
        """Ask the threads to end, without waiting."""
        self._stopped.set()

    def join(self, timeout: float) -> None:
        """Wait for the threads; a reading thread that hangs is abandoned after ``timeout``, s."""
        self._thread.join(timeout)
        self._source.stop(timeout)

    def report(self) -> CameraReport:
        """How the camera is now."""
        health = self._source.health
        blocked = self.paused or self._outbox.trouble
        state = CameraState.BLOCKED if blocked else _state(health)
        notice = blocked or self._trouble or _reason(health)
        return CameraReport(
            camera_id=self.camera.id,
            state=state,
            since=health.since,
            notice=notice,
            analysed=self._analysed,
            dropped=health.drops,
            hung=health.is_hung,
        )

    def _run(self) -> None:
        while not self._stopped.is_set():
            frame = self._source.latest(_WAIT_S)
            try:
                if frame is None or self.paused:
                    self._idle()
                else:
                    self._analyse(frame)
                    self._trouble = None
            except Exception as error:
                # A fault in one camera's analysis must neither end it nor touch the others.
                _log.exception("camera %s", self.camera.id)
                self._trouble = Notice.of("runtime.camera_fault", reason=type(error).__name__)
                self._interrupt()
                self._stopped.wait(_WAIT_S)
        self._interrupt()

    def _analyse(self, frame: Frame) -> None:
        if self._source.epoch != self._epoch:
            self._epoch = self._source.epoch
            self._pipeline.reset()
            self._evidence.finish()
        analysed = self._pipeline.finish(self._pipeline.start(frame))
        percept = analysed.percept
        self._trail.add(percept.time, percept.size, percept.detections, analysed.tracks)
        for event in analysed.events:
            self._tell(event)
        self._evidence.advance(frame.time)
        self._analysed += 1
        self._last_time, self._last_seen = frame.time, time.monotonic()
        if self.watched and time.monotonic() - self._pictured >= PICTURE_S:
            self._pictured = time.monotonic()
            jpeg = self._painter.paint(frame.image, self._trail.regions(frame.time))
            self._show(self.camera.id, jpeg)

    def _tell(self, event: AlertEvent) -> None:
        """Record an alert event, then see to its evidence."""
        self._outbox.write(event)
        alert = event.alert
        if isinstance(event, AlertOpened):
            self._evidence.opened(alert.id, alert.opened_at)
        else:
            self._evidence.closed(alert.id, event.closed_at)

    def _idle(self) -> None:
        """No frame to analyse: clips end in time, and alerts nobody can see any more close."""
        silent = time.monotonic() - self._last_seen
        if silent >= SILENT_S and self._last_time:
            self._interrupt()
        elif self._last_time:
            self._evidence.advance(self._last_time + silent)

    def _interrupt(self) -> None:
        """Close open alerts as interrupted, ask for their clips, forget tracks and background."""
        for event in self._pipeline.close():
            assert isinstance(event, AlertClosed)
            self._outbox.write(AlertInterrupted(event.alert.id, self._last_time))
        self._evidence.finish()
        self._pipeline.reset()


def link_of(camera: Camera) -> Link:
    """How a camera's stream is read; a file is played in a loop as if it were live."""
    assert camera.source is not None
    if camera.source.kind is SourceKind.FILE:
        return FileLoop(Path(camera.source.address))
    return CameraLink(camera.source.address)


def _state(health: LiveHealth) -> CameraState:
    state = _STATES[health.state]
    if state is CameraState.STARTING and health.reconnects:
        return CameraState.RECONNECTING
    return state


def _reason(health: LiveHealth) -> Notice | None:
    """Why a camera is not running; an error of the past says nothing about now."""
    return None if health.state is LinkState.RUNNING else health.error
