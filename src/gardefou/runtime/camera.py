"""One live camera in a worker: newest frame, pipeline, alerts, evidence, live picture."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from gardefou.alerting.alert import AlertEvent, AlertOpened
from gardefou.capture.frame import Frame, Role
from gardefou.capture.gate import Depth
from gardefou.capture.link import CameraLink, FileLoop, Link
from gardefou.capture.live import LinkState, LiveHealth, LiveSettings, LiveSource
from gardefou.capture.notice import Notice
from gardefou.capture.ring import RING_SECONDS, PacketRing
from gardefou.errors import GardefouError
from gardefou.evidence.collector import CameraEvidence
from gardefou.evidence.heads import HeadTrail
from gardefou.evidence.job import EvidenceJob, Footage
from gardefou.evidence.snapshot import VIEW_KEY
from gardefou.perception.approved_view import ApprovedView
from gardefou.perception.engine import InferenceEngine
from gardefou.runtime.assembly import camera_pipeline, read_settings, sleep_of
from gardefou.runtime.bus import CameraState
from gardefou.runtime.counting import line_statistics
from gardefou.runtime.lease import Lease
from gardefou.runtime.live_picture import LivePainter
from gardefou.runtime.messages import CameraEffort, CameraReport
from gardefou.runtime.outbox import Outbox
from gardefou.runtime.trial_job import MINUTE_S
from gardefou.runtime.view_guard import ViewGuard
from gardefou.site.document import Camera
from gardefou.site.source import SourceKind
from gardefou.statistics.quarters import QuarterCounts
from gardefou.storage.events import AlertInterrupted, EvidenceFailed
from gardefou.storage.records import EvidenceKind

SILENT_S: Final = 10.0
"""After this long without a frame an open alert is closed as interrupted: nobody looks, s."""

PICTURE_S: Final = 0.33
"""Least time between two pictures for watchers, s: about three a second."""

STUCK_S: Final = 30.0
"""A camera's loop that takes this long over one frame will not come back, s. The first frame of a
size compiles the network, which took 0.6 s on the two cores of the reference machine."""

RELEASE_S: Final = 3.0
"""How long the reading thread of a camera that must not be read any more is waited for, s."""

_WAIT_S: Final = 0.5

_LATENCIES: Final = 512
"""Most latencies kept between two reports: far more than half a second brings."""

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
    """Runs one camera in a thread of its own until it is told to stop.

    ``submit`` takes evidence jobs and returns at once; ``painter`` makes pictures for watchers.
    A camera that is ``blocked``, or whose ``lease`` has lapsed, is not even connected to. Its
    alerts carry ``mandate_id``; ``view`` says when the camera moved. ``paced`` False plays files as
    fast as they are analysed.
    """

    def __init__(
        self,
        camera: Camera,
        engine: InferenceEngine,
        outbox: Outbox,
        submit: Callable[[EvidenceJob], None],
        painter: LivePainter,
        lease: Lease | None = None,
        mandate_id: str | None = None,
        view: ViewGuard | None = None,
        paced: bool = True,
    ) -> None:
        self.camera = camera
        self.watched = False
        self._settings = replace(read_settings(camera), sleep=sleep_of(camera))
        self._pipeline = camera_pipeline(camera, engine, mandate_id=mandate_id)
        self._lease = lease or Lease(None)
        self._view = view
        self._paced = paced
        self._share = 1.0
        self._kept_s = RING_SECONDS
        self._latencies: deque[float] = deque(maxlen=_LATENCIES)
        self._trail = HeadTrail()
        self._statistics = line_statistics(camera)
        self._submit = submit
        self._outbox = outbox
        self._painter = painter
        self._source: LiveSource | None = None
        self._evidence: CameraEvidence | None = None
        self._epoch = 0
        self._analysed = 0
        self._last_time = 0.0
        self._last_seen = time.monotonic()
        self._pictured = 0.0
        self._blocked: Notice | None = None
        self._blocked_since = 0.0
        self._trouble: Notice | None = None
        self._beat = time.monotonic()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"camera {camera.id}", daemon=True)

    def permit(self, blocked: Notice | None) -> None:
        """Read and analyse from now on, or stop doing so because of ``blocked``."""
        if blocked is not None and self._blocked is None:
            self._blocked_since = time.time()
        self._blocked = blocked
        if self._thread.ident is None:
            self._beat = time.monotonic()
            self._thread.start()

    def analyse_at(self, share: float) -> None:
        """Analyse at this share of the camera's own rate from now on."""
        self._share = share
        source = self._source
        if source is not None:
            source.analyse_at(self._settings.analysis_fps * share)

    def keep_minute(self, wanted: bool) -> None:
        """Keep a whole minute of packets, for a trial, or as much as evidence needs."""
        self._kept_s = MINUTE_S if wanted else RING_SECONDS
        source = self._source
        if source is not None:
            source.ring.keep(self._kept_s)

    @property
    def approved(self) -> ApprovedView | None:
        """The view that pictures of it must show; None until it is known."""
        return None if self._view is None else self._view.approved

    def kept(self) -> Footage | Notice:
        """Everything that is kept of the stream now, or why nobody may look at it."""
        why = self.why_not()
        if why is not None:
            return why
        source = self._source
        packets = () if source is None else tuple(source.ring.since(-math.inf))
        if source is None or not packets:
            return Notice.of("runtime.trial.nothing", camera=self.camera.id)
        return Footage(packets, source.codec_parameters)

    def stop_reading(self) -> None:
        """Ask the threads to end, without waiting."""
        self._stopped.set()
        source = self._source
        if source is not None:
            source.stop(0.0)

    def join(self, deadline: float) -> None:
        """Wait until ``deadline`` (monotonic, s) for the threads; one that hangs is abandoned."""
        source = self._source
        if self._thread.ident is not None:
            self._thread.join(max(0.0, deadline - time.monotonic()))
        if source is not None:
            source.stop(max(0.0, deadline - time.monotonic()))

    def report(self) -> CameraReport:
        """How the camera is now."""
        source, blocked = self._source, self.why_not() or self._outbox.trouble
        health = source.health if source is not None else None
        if blocked is not None:
            state = CameraState.BLOCKED
            since = self._since(blocked)
        elif health is None:
            state, since = CameraState.STARTING, time.time()
        else:
            state, since = _state(health), health.since
        return CameraReport(
            camera_id=self.camera.id,
            state=state,
            since=since,
            notice=blocked or self._trouble or _reason(health) or self._doubt(),
            analysed=self._analysed,
            dropped=health.drops if health else 0,
            hung=self._is_stuck() or (health is not None and health.is_hung),
            effort=self._effort(source, health),
            corrupt=health.corrupt if health else 0,
            reconnects=health.reconnects if health else 0,
        )

    def _effort(self, source: LiveSource | None, health: LiveHealth | None) -> CameraEffort:
        """What it takes; each latency is told once."""
        if source is None or health is None:
            return CameraEffort()
        latencies = tuple(self._latencies.popleft() for _ in range(len(self._latencies)))
        return CameraEffort(
            packets=health.packets,
            decoded=health.frames,
            latencies_s=latencies,
            waiting=health.waiting,
            awake=None if source.gate is None else health.depth is Depth.AWAKE,
            decodes=health.depth is not Depth.ASLEEP,
            ring_bytes=source.ring.size_bytes,
        )

    def why_not(self) -> Notice | None:
        """Why nothing may be read or analysed this moment."""
        if self._blocked is None and self._lease.has_lapsed:
            return Notice.of("runtime.lease_lapsed")
        if self._blocked is None and self._view is not None:
            return self._view.notice
        return self._blocked

    def _doubt(self) -> Notice | None:
        return None if self._view is None else self._view.doubt

    def _since(self, why: Notice) -> float:
        """Since when a camera stands still for a reason, UTC s."""
        if why == self._blocked:
            return self._blocked_since
        if why == self._outbox.trouble:
            return self._outbox.trouble_since
        return self._view.since if self._view is not None else time.time()

    def _is_stuck(self) -> bool:
        """Whether this camera's own loop died or hangs; one that waits for the disk does not."""
        if self._thread.ident is None or self._stopped.is_set():
            return False
        if not self._thread.is_alive():
            return True
        return self._outbox.trouble is None and time.monotonic() - self._beat > STUCK_S

    # Below: the camera's own thread.

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._beat = time.monotonic()
            try:
                self._round()
            except Exception as error:
                # A fault in one camera's analysis must neither end it nor touch the others.
                _log.exception("camera %s", self.camera.id)
                self._recover(Notice.of("runtime.camera_fault", reason=type(error).__name__))
        self._disconnect()

    def _round(self) -> None:
        if self._statistics is not None:
            self._record(self._statistics.ended(time.time()))
        if self.why_not() is not None:
            self._disconnect()
            self._stopped.wait(_WAIT_S)
            return
        try:
            source, evidence = self._connected()
        except GardefouError as error:
            self._trouble = Notice.of(error.key, **error.fields)
            self._stopped.wait(_WAIT_S)
            return
        frame = source.latest(_WAIT_S)
        if frame is None:
            self._idle(evidence)
        elif self.why_not() is not None:
            return  # What was read while it was allowed is not analysed after.
        else:
            self._analyse(frame, source, evidence)
            self._trouble = None

    def _recover(self, trouble: Notice) -> None:
        self._trouble = trouble
        try:
            self._disconnect()
        except Exception:
            _log.exception("camera %s, beginning anew", self.camera.id)
            self._source = self._evidence = None
        self._stopped.wait(_WAIT_S)

    def _connected(self) -> tuple[LiveSource, CameraEvidence]:
        """The stream, connected to if it was not; raises `CaptureError` for a missing file."""
        if self._source is None or self._evidence is None:
            link = link_of(self.camera, self._paced)
            live = LiveSettings(is_patient=not self._paced)
            source = LiveSource(link, self._settings, live, PacketRing(self._kept_s))
            source.analyse_at(self._settings.analysis_fps * self._share)
            masks = [np.array(mask.polygon) for mask in self.camera.masks]
            self._evidence = CameraEvidence(
                self.camera.id, source, self._trail, self._submit, masks, lambda: self.approved
            )
            self._epoch = source.epoch
            source.start()
            self._source = source
        return self._source, self._evidence

    def _disconnect(self) -> None:
        """Close what is open, let the stream go, keep nothing of it."""
        if self._source is None:
            return
        self._source.stop(0.0)
        self._interrupt()
        self._trail.clear()
        self._source.stop(RELEASE_S)
        self._source = self._evidence = None

    def _analyse(self, frame: Frame, source: LiveSource, evidence: CameraEvidence) -> None:
        if source.epoch != self._epoch:
            self._epoch = source.epoch
            self._pipeline.reset()
            if self._statistics is not None:
                self._statistics.reset()
            evidence.finish()
            if self._view is not None:
                self._view.restart()
        if self._view is not None:
            self._view.look(frame)
            if self._view.notice is not None:
                self._hide(evidence)
                return
        if frame.role is Role.LOOK:
            self._rest(frame, source)
        else:
            self._look_for_alerts(frame, source, evidence)
        evidence.advance(frame.time)
        self._last_time, self._last_seen = frame.time, time.monotonic()
        if self.watched and time.monotonic() - self._pictured >= PICTURE_S:
            self._pictured = time.monotonic()
            if self._view is not None and not self._view.admits(frame.image):
                self._painter.forget(self.camera.id)
                return
            self._painter.offer(self.camera.id, frame.image, self._trail.regions(frame.time))

    def _rest(self, frame: Frame, source: LiveSource) -> None:
        """A look of a sleeping camera, which who watches live wakes."""
        if self.watched and source.gate is not None:
            source.gate.answer(frame.time, calm=False)
        self._pipeline.rest(frame)
        if self._statistics is not None:
            self._record(self._statistics.rest(frame.time))

    def _look_for_alerts(self, frame: Frame, source: LiveSource, evidence: CameraEvidence) -> None:
        # Heads that move are blurred in live pictures only where they were looked for.
        self._pipeline.looks_at_all = self.watched
        analysed = self._pipeline.finish(self._pipeline.start(frame))
        percept = analysed.percept
        shown = source.codec_parameters.size
        if percept.looked:
            self._trail.add(percept.time, percept.size, percept.detections, analysed.tracks, shown)
        for event in analysed.events:
            self._tell(event, evidence)
        if self._statistics is not None and percept.looked:
            self._record(self._statistics.update(percept))
        self._analysed += 1
        self._latencies.append(time.monotonic() - frame.arrived)
        if source.gate is not None:
            source.gate.answer(frame.time, analysed.calm and not self.watched)

    def _hide(self, evidence: CameraEvidence) -> None:
        """The camera moved, its masks no longer fit: neither picture nor clip of it is made."""
        for alert_id in evidence.drop():
            self._outbox.write(EvidenceFailed(alert_id, EvidenceKind.CLIP, VIEW_KEY))
        self._painter.forget(self.camera.id)

    def _tell(self, event: AlertEvent, evidence: CameraEvidence) -> None:
        """Record an alert event, then see to its evidence: none of an alert nobody will hear of."""
        if not self._outbox.write(event):
            return
        alert = event.alert
        if isinstance(event, AlertOpened):
            evidence.opened(alert.id, alert.opened_at)
        else:
            evidence.closed(alert.id, event.closed_at)

    def _idle(self, evidence: CameraEvidence) -> None:
        """No frame to analyse: clips end in time, and alerts nobody can see any more close."""
        if not self._last_time:
            return
        silent = time.monotonic() - self._last_seen
        if silent >= SILENT_S:
            self._interrupt()
            self._last_time = 0.0
        else:
            evidence.advance(self._last_time + silent)

    def _interrupt(self) -> None:
        """Close open alerts as interrupted, ask for their clips, forget tracks and background."""
        for event in self._pipeline.close():
            self._outbox.write(AlertInterrupted(event.alert.id, self._last_time))
        if self._evidence is not None:
            with suppress(RuntimeError):  # Nothing is known yet of a stream never connected to.
                self._evidence.finish()
        self._pipeline.reset()
        if self._statistics is not None:
            self._statistics.reset()

    def _record(self, ended: Iterable[QuarterCounts]) -> None:
        """Tell of quarters of an hour that are over."""
        for quarter in ended:
            self._outbox.write(quarter)


def link_of(camera: Camera, paced: bool = True) -> Link:
    """How a camera's stream is read; a file is played in a loop, as if it were live if paced."""
    assert camera.source is not None
    if camera.source.kind is SourceKind.FILE:
        return FileLoop(Path(camera.source.address), paced=paced)
    return CameraLink(camera.source.address, camera.transport)


def _state(health: LiveHealth) -> CameraState:
    state = _STATES[health.state]
    if state is CameraState.STARTING and health.reconnects:
        return CameraState.RECONNECTING
    return state


def _reason(health: LiveHealth | None) -> Notice | None:
    """Why a camera is not running; an error of the past says nothing about now."""
    if health is None or health.state is LinkState.RUNNING:
        return None
    return health.error
