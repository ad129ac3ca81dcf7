"""The engine over complete files: alerts, snapshots, a page to look at, a record of the run."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from gardefou.alerting.alert import Alert, AlertEvent, AlertOpened
from gardefou.capture.file import FileReport, FileSource
from gardefou.capture.frame import Frame
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.reader import ReadSettings
from gardefou.errors import GardefouError, OutputError
from gardefou.evaluation import run_record
from gardefou.evaluation.alert_log import AlertLog, LoggedAlert
from gardefou.evaluation.run_page import write_page
from gardefou.evaluation.run_record import AnalysedFile, RunRecord, RunState
from gardefou.evidence.finder import FinderSettings, HeadFinder
from gardefou.evidence.heads import HeadTrail
from gardefou.evidence.job import Footage
from gardefou.evidence.snapshot import SnapshotMaker
from gardefou.geometry.arrays import Size
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.store import ModelStore
from gardefou.runtime.assembly import camera_pipeline, read_settings
from gardefou.runtime.stream import analysed_frames
from gardefou.site.document import Camera

SNAPSHOTS: Final = "snapshots"
"""Folder of the snapshots under the output folder."""

_NO_PICTURE: Final = frozenset({"evidence.no_picture", "evidence.not_encoded"})
"""Failures of a snapshot that say nothing about the next one: the run goes on."""


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
    """The files written, the alerts, and what a person should know about the videos.

    ``is_whole`` is false when a picture was missing or damaged, in a video or for a snapshot.
    """

    page: Path
    alerts: Sequence[LoggedAlert]
    notices: Sequence[str]
    is_whole: bool


def analyse(request: AnalysisRequest, listener: Listener) -> AnalysisOutcome:
    """Run the engine over each video in turn.

    Every video is opened once before anything is written, so that a wrong name costs nothing.
    Raises `CaptureError`, `ModelError`, `OutputError` or, when the folder already holds a run,
    `UsageError`. What stops a run, Ctrl-C too, leaves ``alerts.jsonl`` with every alert so far, all
    of them closed, and a ``run.json`` that says that the run is not complete.
    """
    for assignment in request.assignments:
        with FileSource(assignment.video, ReadSettings(assignment.camera.id)):
            pass
    run_record.refuse_folder_in_use(request.out)
    with InferenceEngine() as engine:
        return _Run(request, listener, engine).work()


@dataclass(frozen=True, slots=True)
class _View:
    """What the snapshots of one video are made from; ``video`` its name."""

    source: FileSource
    trail: HeadTrail
    mask: PrivacyMask
    video: str


class _Run:
    """One analysis: its record, its alerts, and where it stands."""

    def __init__(
        self, request: AnalysisRequest, listener: Listener, engine: InferenceEngine
    ) -> None:
        self._request = request
        self._listener = listener
        self._engine = engine
        self._snapshots = SnapshotMaker(HeadFinder(FinderSettings()))
        self._record = RunRecord(
            reason=request.reason,
            started=run_record.now(),
            version=run_record.software(),
            model=engine.model,
            model_sha256=ModelStore().model(engine.model).files,
            site=request.site.name,
            site_sha256=run_record.file_sha256(request.site),
        )
        self._files: list[AnalysedFile] = []
        self._notices: list[str] = []
        self._pictures_lack = False
        self._size: Size | None = None
        self._record.write(request.out)
        self._log = AlertLog(request.out)

    def work(self) -> AnalysisOutcome:
        """Analyse every video; the record says how it ended."""
        try:
            for assignment in self._request.assignments:
                self._analyse(assignment)
        except BaseException as error:
            with contextlib.suppress(OutputError):
                self._finish(error)
            raise
        page = self._finish(None)
        is_whole = not self._pictures_lack and not any(
            each.truncated or each.corrupt for each in self._files
        )
        return AnalysisOutcome(page, self._log.alerts, self._notices, is_whole)

    def _finish(self, error: BaseException | None) -> Path:
        """Write page and record; the record last, for it says that all is there."""
        page = write_page(
            self._request.out,
            self._log.alerts,
            [each.camera for each in self._request.assignments],
            is_complete=error is None,
        )
        self._write_record(_state_after(error), _words_of(error), run_record.now())
        return page

    def _write_record(
        self, state: RunState = RunState.RUNNING, error: str | None = None, ended: str | None = None
    ) -> None:
        precision = None if self._size is None else self._engine.inference_precision(self._size)
        replace(
            self._record,
            state=state,
            ended=ended,
            error=error,
            inference_precision=precision,
            files=self._files,
            alerts=len(self._log.alerts),
            notices=self._notices,
        ).write(self._request.out)

    def _analyse(self, assignment: Assignment) -> None:
        camera = assignment.camera
        file = AnalysedFile(
            assignment.video.name, run_record.file_sha256(assignment.video), camera.id
        )
        self._files.append(file)
        self._write_record()
        settings = read_settings(camera)
        before = len(self._log.alerts)
        with FileSource(assignment.video, settings) as source:
            try:
                self._play(assignment, _View(source, HeadTrail(), settings.masks, file.path))
            finally:
                raised = [str(each.alert.id) for each in self._log.alerts[before:]]
                self._files[-1] = _described(file, source.report, raised)
            self._notices.extend(str(notice) for notice in source.report.notices)

    def _play(self, assignment: Assignment, view: _View) -> None:
        """Take a video through the pipeline; whatever happens, its open alerts are closed."""
        camera, trail = assignment.camera, view.trail
        pipeline = camera_pipeline(camera, self._engine)
        frames = _paced(view.source, self._request.speed)
        try:
            for analysed in analysed_frames(frames, pipeline, view.source):
                percept = analysed.percept
                self._size = self._size or percept.size
                if percept.looked:
                    trail.add(percept.time, percept.size, percept.detections, analysed.tracks)
                self._tell(analysed.events, camera, view)
                self._listener.on_progress(assignment, percept.time)
        except BaseException:
            with contextlib.suppress(GardefouError):  # The first error is the one to tell.
                self._tell(pipeline.close(), camera, view)
            raise
        self._tell(pipeline.close(), camera, view)

    def _tell(self, events: Sequence[AlertEvent], camera: Camera, view: _View) -> None:
        for event in events:
            if isinstance(event, AlertOpened):
                self._log.opened(event.alert, view.video)
                self._picture(event.alert, view)
            else:
                self._log.closed(event.alert, event.closed_at, view.video)
            self._listener.on_event(event, camera)

    def _picture(self, alert: Alert, view: _View) -> None:
        """Make an alert's snapshot; where nothing can be decoded, say so and go on without."""
        name = f"{SNAPSHOTS}/{alert.id}.jpg"
        try:
            footage = Footage(
                tuple(view.source.ring.since(alert.opened_at)), view.source.codec_parameters
            )
            self._snapshots.make(
                footage, alert.opened_at, view.trail, view.mask, self._request.out / name
            )
        except OutputError as error:
            if error.key not in _NO_PICTURE:
                raise
            self._pictures_lack = True
            self._notices.append(f"{view.video}: {error}")
        else:
            self._log.pictured(alert, name)


def _paced(source: FileSource, speed: float | None) -> Iterator[Frame]:
    """The source's frames, none before its time at ``speed``; none is ever dropped."""
    started = time.monotonic()
    for frame in source.frames():
        if speed is not None:
            time.sleep(max(0.0, started + frame.time / speed - time.monotonic()))
        yield frame


def _described(file: AnalysedFile, report: FileReport, raised: Sequence[str]) -> AnalysedFile:
    return replace(
        file,
        duration_s=round(report.duration_s, 3),
        decoded=report.decoded,
        analysed=report.analysed,
        corrupt=report.corrupt,
        truncated=report.is_truncated,
        alerts=raised,
    )


def _state_after(error: BaseException | None) -> RunState:
    if error is None:
        return RunState.COMPLETE
    return RunState.INTERRUPTED if isinstance(error, KeyboardInterrupt) else RunState.FAILED


def _words_of(error: BaseException | None) -> str | None:
    """What a record says of an error; nothing of an interruption, which its state names."""
    if error is None or isinstance(error, KeyboardInterrupt):
        return None
    return str(error) if isinstance(error, GardefouError) else type(error).__name__
