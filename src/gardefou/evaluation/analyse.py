"""The engine over complete files: alerts, snapshots, a page to look at, a record of the run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from gardefou.alerting.alert import Alert, AlertEvent, AlertOpened
from gardefou.capture.file import FileReport, FileSource
from gardefou.capture.frame import Frame
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.reader import ReadSettings
from gardefou.evaluation import run_record
from gardefou.evaluation.alert_log import AlertLog, LoggedAlert
from gardefou.evaluation.run_page import write_page
from gardefou.evaluation.run_record import AnalysedFile, RunRecord
from gardefou.evidence.finder import FinderSettings, HeadFinder
from gardefou.evidence.heads import HeadTrail
from gardefou.evidence.job import Footage
from gardefou.evidence.snapshot import SnapshotMaker
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver
from gardefou.runtime.detectors import build_detectors, wanted_evidence
from gardefou.runtime.pipeline import Analysed, CameraPipeline
from gardefou.runtime.stream import analysed_frames
from gardefou.site.document import Camera

SNAPSHOTS: Final = "snapshots"
"""Folder of the snapshots under the output folder."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A video and the camera whose stream it is taken for."""

    video: Path
    camera: Camera


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """What to analyse and where to write.

    ``speed`` in multiples of real time, None for as fast as possible; ``site`` the document that
    the cameras come from, for the record.
    """

    assignments: Sequence[Assignment]
    out: Path
    reason: str
    site: Path
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """Told of an analysis as it goes on: alert events, and seconds of stream time reached."""

    on_event: Callable[[AlertEvent, Camera], None]
    on_progress: Callable[[Assignment, float], None]


@dataclass(frozen=True, slots=True)
class AnalysisOutcome:
    """The files written, the alerts, and what a person should know about the videos."""

    page: Path
    alerts: Sequence[LoggedAlert]
    notices: Sequence[str]


def analyse(request: AnalysisRequest, listener: Listener) -> AnalysisOutcome:
    """Run the engine over each video in turn.

    Raises `CaptureError`, `ModelError`, `OutputError` or, when the folder already holds a run,
    `UsageError`. Alerts recorded before an error stay in ``alerts.jsonl``.
    """
    run_record.refuse_earlier_run(request.out)
    started = run_record.now()
    log = AlertLog(request.out)
    files: list[AnalysedFile] = []
    notices: list[str] = []
    with InferenceEngine() as engine:
        precision = engine.inference_precision((640, 360))
        model = engine.model
        snapshots = _Snapshots(request.out, SnapshotMaker(HeadFinder(FinderSettings())))
        for assignment in request.assignments:
            report = _analyse_one(assignment, request, listener, engine, log, snapshots)
            files.append(_analysed_file(assignment, report))
            notices.extend(str(notice) for notice in report.notices)
    RunRecord(
        mode=run_record.MODE,
        reason=request.reason,
        started=started,
        ended=run_record.now(),
        version=run_record.software(),
        model=model,
        inference_precision=precision,
        site=request.site.name,
        site_sha256=run_record.file_sha256(request.site),
        files=files,
        alerts=len(log.alerts),
        notices=notices,
    ).write(request.out)
    page = write_page(request.out, log.alerts, [each.camera for each in request.assignments])
    return AnalysisOutcome(page, log.alerts, notices)


class _Snapshots:
    """Makes the snapshot of each alert that opens."""

    def __init__(self, out: Path, maker: SnapshotMaker) -> None:
        self._out = out
        self._maker = maker

    def make(self, alert: Alert, source: FileSource, trail: HeadTrail, mask: PrivacyMask) -> str:
        """Write an alert's snapshot; its path under the output folder."""
        name = f"{SNAPSHOTS}/{alert.id}.jpg"
        packets = tuple(source.ring.since(alert.opened_at))
        footage = Footage(packets, source.codec_parameters)
        self._maker.make(footage, alert.opened_at, trail, mask, self._out / name)
        return name


def _analyse_one(
    assignment: Assignment,
    request: AnalysisRequest,
    listener: Listener,
    engine: InferenceEngine,
    log: AlertLog,
    snapshots: _Snapshots,
) -> FileReport:
    camera = assignment.camera
    detectors = build_detectors(camera)
    perceiver = Perceiver(engine, wanted_evidence(detectors))
    pipeline = CameraPipeline(camera.id, perceiver, detectors)
    mask = PrivacyMask([np.array(each.polygon) for each in camera.masks])
    settings = ReadSettings(camera.id, analysis_fps=camera.analysis.fps, masks=mask)
    trail = HeadTrail()

    def record(events: Sequence[AlertEvent]) -> None:
        for event in events:
            if isinstance(event, AlertOpened):
                log.opened(event.alert, snapshots.make(event.alert, source, trail, mask))
            else:
                log.closed(event.alert, event.closed_at)
            listener.on_event(event, camera)

    with FileSource(assignment.video, settings) as source:
        try:
            for analysed in analysed_frames(_paced(source, request.speed), pipeline, source):
                _remember(trail, analysed)
                record(analysed.events)
                listener.on_progress(assignment, analysed.percept.time)
        finally:
            record(pipeline.close())
        return source.report


def _remember(trail: HeadTrail, analysed: Analysed) -> None:
    percept = analysed.percept
    trail.add(percept.time, percept.size, percept.detections, analysed.tracks)


def _paced(source: FileSource, speed: float | None) -> Iterator[Frame]:
    """The source's frames, none before its time at ``speed``; none is ever dropped."""
    started = time.monotonic()
    for frame in source.frames():
        if speed is not None:
            time.sleep(max(0.0, started + frame.time / speed - time.monotonic()))
        yield frame


def _analysed_file(assignment: Assignment, report: FileReport) -> AnalysedFile:
    return AnalysedFile(
        path=assignment.video.name,
        sha256=run_record.file_sha256(assignment.video),
        camera=assignment.camera.id,
        duration_s=round(report.duration_s, 3),
        decoded=report.decoded,
        analysed=report.analysed,
        corrupt=report.corrupt,
        truncated=report.is_truncated,
    )
