"""A camera that moves while it is watched: no picture and no clip with masks that no longer fit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from gardefou.capture.masks import PrivacyMask
from gardefou.evidence.collector import CameraEvidence
from gardefou.evidence.job import EvidenceJob, EvidenceKind
from gardefou.evidence.snapshot import VIEW_KEY
from gardefou.geometry.arrays import Floats, Image
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.scene_shift import edges
from gardefou.runtime.bus import CameraState
from gardefou.runtime.camera import CameraWork
from gardefou.runtime.live_picture import LivePainter
from gardefou.runtime.outbox import Outbox
from gardefou.runtime.view_guard import (
    MOVED_KEY,
    UNCONFIRMED_KEY,
    ViewGuard,
    reference_file,
)
from gardefou.storage.events import EvidenceFailed
from gardefou.storage.records import EvidenceKind as StoredKind
from gardefou.storage.records import Mode
from gardefou.storage.spool import SpoolWriter
from gardefou.storage.wire import decode
from support.alerts import numbered_id
from support.processes import until
from support.rtsp_server import RtspServer
from support.system import CAMERA, camera


class Watcher(LivePainter):
    """Keeps what is offered to be painted, and does not paint."""

    def __init__(self) -> None:
        super().__init__(lambda camera_id, jpeg: None)
        self.offered = 0

    def offer(self, camera_id: str, image: Image, heads: Floats) -> None:
        self.offered += 1


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    made = Watcher()
    yield made
    made.close()


@pytest.fixture
def engine(models_dir: Path) -> Iterator[InferenceEngine]:
    with InferenceEngine(models_dir) as made:
        yield made


def elsewhere() -> Image:
    """A view that is not the camera's."""
    squares = np.random.default_rng(7).integers(40, 220, (18, 24)).astype(np.uint8)
    grey = np.kron(squares, np.ones((20, 20), np.uint8))
    return np.repeat(grey[..., np.newaxis], 3, axis=2)


def test_a_camera_that_moved_is_neither_shown_nor_recorded_nor_read(
    mark: str, server: RtspServer, engine: InferenceEngine, watcher: Watcher, tmp_path: Path
) -> None:
    reference = edges(elsewhere()).astype(np.float16)
    np.save(reference_file(tmp_path, CAMERA), reference)
    jobs: list[EvidenceJob] = []
    outbox = Outbox(SpoolWriter(tmp_path / "spool", Mode.REHEARSAL), lambda: None)
    view = ViewGuard(tmp_path, CAMERA, PrivacyMask(), look_s=0.0)
    work = CameraWork(
        camera(server.url, masked=True), engine, outbox, jobs.append, watcher, view=view
    )
    work.watched = True
    work.permit(None)
    try:
        until(lambda: work.report().state is CameraState.BLOCKED)
        notice = work.report().notice
        assert notice is not None
        assert notice.key == MOVED_KEY
        until(lambda: work._source is None, what="the stream was not let go")
        offered, asked, analysed = watcher.offered, len(jobs), work.report().analysed
        assert EvidenceKind.CLIP not in {job.kind for job in jobs}
    finally:
        work.stop_reading()
        work.join(1e9)
    assert (watcher.offered, len(jobs), work.report().analysed) == (offered, asked, analysed)


def test_a_clip_under_way_and_a_picture_that_waits_are_given_up(
    engine: InferenceEngine, tmp_path: Path
) -> None:
    alert = numbered_id(1)

    class Evidence(CameraEvidence):
        def drop(self) -> list[UUID]:
            return [alert]

    shown: list[bytes] = []
    painter = LivePainter(lambda camera_id, jpeg: shown.append(jpeg))
    painter.close()
    painter.offer(CAMERA, elsewhere(), np.empty((0, 4)))
    outbox = Outbox(SpoolWriter(tmp_path, Mode.REHEARSAL), lambda: None)
    work = CameraWork(camera("rtsp://127.0.0.1:9/x"), engine, outbox, print, painter)
    work._hide(Evidence.__new__(Evidence))
    (told,) = tmp_path.glob("*.json")
    assert decode(told.read_bytes())[0] == EvidenceFailed(alert, StoredKind.CLIP, VIEW_KEY)
    assert painter._offers == {}
    assert not shown


def test_a_watched_picture_of_another_view_is_not_shown_before_the_block(
    server: RtspServer, mark: str, engine: InferenceEngine, watcher: Watcher, tmp_path: Path
) -> None:
    np.save(reference_file(tmp_path, CAMERA), edges(elsewhere()).astype(np.float16))
    outbox = Outbox(SpoolWriter(tmp_path / "spool", Mode.REHEARSAL), lambda: None)
    view = ViewGuard(tmp_path, CAMERA, PrivacyMask(), look_s=1e9)  # It looks once: never blocked.
    work = CameraWork(camera(server.url), engine, outbox, lambda job: None, watcher, view=view)
    work.watched = True
    work.permit(None)
    try:
        until(lambda: work.report().analysed > 5 and work._pictured > 0)

        def is_told() -> bool:
            report = work.report()
            why = report.notice.key if report.notice is not None else ""
            return (report.state, why) == (CameraState.RUNNING, UNCONFIRMED_KEY)

        until(is_told, what="nobody is told why")
        assert watcher.offered == 0
    finally:
        work.stop_reading()
        work.join(1e9)
