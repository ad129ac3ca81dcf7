"""Labelled cases through one engine: what each case signalled, kept so that figures can be made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

from gardefou.alerting.alert import AlertEvent, AlertOpened
from gardefou.capture.file import FileSource
from gardefou.capture.frame import Frame
from gardefou.capture.gate import GateCounts, Sleep
from gardefou.capture.playback import Play
from gardefou.capture.playback import variant as order
from gardefou.errors import GardefouError, UsageError
from gardefou.evaluation.alert_log import LoggedAlert
from gardefou.evaluation.case_camera import camera_for
from gardefou.evaluation.cases import Case
from gardefou.evaluation.pictures import Glimpse
from gardefou.evaluation.recording import Moment, Recorder
from gardefou.evaluation.scoring import CaseScore, score, signalled
from gardefou.evaluation.variants import VARIANTS, Variant
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.percept import Percept
from gardefou.runtime.assembly import camera_pipeline, read_settings
from gardefou.runtime.detectors import build_detectors
from gardefou.runtime.stream import analysed_frames
from gardefou.situations.situation import Situation

AS_IS: Final = VARIANTS["as-is"]

Counts = Mapping[str, Mapping[str, int]]
"""Crossings by line and direction."""


class LineCounts(Protocol):
    """Whoever counts the crossings of a camera's lines."""

    def update(self, percept: Percept) -> None:
        """Take what perception says of one analysed frame."""
        ...

    @property
    def counts(self) -> Counts:
        """Crossings so far."""
        ...


LineCounter = Callable[[Case], LineCounts]
"""Makes the counter of a case's lines."""

Progress = Callable[[Case, float], None]
"""Told of each analysed frame: the case, and the stream time reached, s."""


@dataclass(frozen=True, slots=True)
class PlayedCase:
    """A case that was played: its score and all that figures, curves and pictures need.

    ``duration_s`` of the clip without holds and ``played_s`` with them, s of stream time;
    ``watched`` the situations a detector was there for; ``counts`` None where nothing counts;
    ``gate`` what the camera slept through where it may.
    """

    case: Case
    score: CaseScore
    alerts: Sequence[LoggedAlert]
    moments: Sequence[Moment]
    glimpses: Sequence[Glimpse]
    duration_s: float
    played_s: float
    watched: frozenset[Situation]
    notices: Sequence[str]
    counts: Counts | None = None
    gate: GateCounts = field(default_factory=GateCounts)

    @property
    def measured(self) -> frozenset[Situation]:
        """Situations whose alerts count in this case and that something watched for."""
        return self.case.judged & self.watched


@dataclass(frozen=True, slots=True)
class Trouble:
    """A case that could not be evaluated, and why, in the reader's language."""

    case_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Which cases are played, and which hold nothing that this version can measure."""

    played: Sequence[Case]
    left_out: Sequence[Case]


def choose(cases: Sequence[Case], only: Sequence[str]) -> list[Case]:
    """The cases named by identifier or situation, all when none is named.

    Raises `UsageError` for a name that is neither.
    """
    if not only:
        return list(cases)
    for name in only:
        if name not in {case.id for case in cases} | set(Situation):
            raise UsageError("evaluation.only_unknown", name=name, known=", ".join(Situation))
    return [case for case in cases if case.id in only or _concerned(case) & set(only)]


def _concerned(case: Case) -> set[str]:
    return {str(each) for each in case.judged} | {
        str(zone.situation) for zone in case.zones if zone.situation is not None
    }


def plan(cases: Sequence[Case], counter: LineCounter | None = None) -> Plan:
    """Tell the cases in which something is measured from those in which nothing can be."""
    played: list[Case] = []
    left_out: list[Case] = []
    for case in cases:
        measurable = bool(watched_by(case) & case.judged) or bool(counter and case.counts)
        (played if measurable else left_out).append(case)
    return Plan(played, left_out)


def watched_by(case: Case) -> frozenset[Situation]:
    """Situations that a detector watches for in a case: available, and with the zones they need."""
    if case.stills or case.people:
        return frozenset()
    return frozenset(each.situation for each in build_detectors(camera_for(case)))


def run_cases(
    cases: Iterable[Case],
    footage: Path,
    engine: InferenceEngine,
    on_progress: Progress,
    counter: LineCounter | None = None,
    sleep: Sleep = Sleep.NEVER,
) -> Iterator[PlayedCase | Trouble]:
    """Play cases one after the other through one engine; one that fails does not stop the rest."""
    for case in cases:
        try:
            yield play(case, footage, engine, on_progress, counter, sleep=sleep)
        except GardefouError as error:
            yield Trouble(case.id, str(error))


def play(
    case: Case,
    footage: Path,
    engine: InferenceEngine,
    on_progress: Progress = lambda case, time: None,
    counter: LineCounter | None = None,
    variant: Variant = AS_IS,
    sleep: Sleep = Sleep.NEVER,
) -> PlayedCase:
    """Play a case's clip through the engine and score its alerts; raises `GardefouError`.

    ``sleep`` other than never leaves pictures undecoded while nothing happens, as a live camera
    may; only for cases played forward.
    """
    recorder = Recorder()
    case = variant.case(case)
    camera = camera_for(case)
    detectors = build_detectors(camera)
    lines = counter(case) if counter and case.counts else None
    watching = [recorder.around(each) for each in detectors]
    pipeline = camera_pipeline(camera, engine, watching, counts=lines is not None)
    events: list[AlertEvent] = []
    moments: list[Moment] = []
    glimpses: list[Glimpse] = []
    sleep = sleep if case.play is Play.FORWARD else Sleep.NEVER
    settings = replace(read_settings(camera), analysis_fps=variant.fps, sleep=sleep)
    with FileSource(footage / case.clip, settings) as source:
        frames = map(variant.frame, as_played(source.frames(), case))
        answer = source.gate.answer if source.gate else None
        for analysed in analysed_frames(frames, pipeline, source, answer):
            percept = analysed.percept
            on_progress(case, percept.time)
            if not percept.looked:
                continue
            moments.append(Moment(percept.time, recorder.take()))
            glimpses.append(
                Glimpse(percept.time, percept.size, percept.detections, analysed.tracks)
            )
            if lines is not None:
                lines.update(percept)
            events.extend(analysed.events)
        report = source.report
        gate = source.gate.counts if source.gate else GateCounts()
    events.extend(pipeline.close())
    return PlayedCase(
        case=case,
        score=score(case, signalled(events), report.duration_s),
        alerts=_logged(events, case.clip),
        moments=moments,
        glimpses=glimpses,
        duration_s=report.duration_s,
        played_s=_length(moments),
        watched=frozenset(each.situation for each in detectors),
        notices=[str(notice) for notice in report.notices],
        counts=None if lines is None else lines.counts,
        gate=gate,
    )


def as_played(frames: Iterable[Frame], case: Case) -> Iterator[Frame]:
    """A clip's frames in the order of a case, its ends held as long as the case asks."""
    return order(frames, case.play, case.hold_first_s, case.hold_last_s)


def clip_time(case: Case, played_s: float, duration_s: float) -> float:
    """Where in the clip file the picture of a moment stands; both in seconds.

    A held moment shows the clip's first or last picture.
    """
    inside = min(max(played_s, 0.0), duration_s)
    if case.play is Play.LAST_FRAME:
        return duration_s
    return duration_s - inside if case.play is Play.REVERSED else inside


def _logged(events: Iterable[AlertEvent], video: str) -> list[LoggedAlert]:
    """Alerts in the order of their opening, each closed."""
    opened: dict[str, LoggedAlert] = {}
    for event in events:
        key = str(event.alert.id)
        closed_s = None if isinstance(event, AlertOpened) else event.closed_at
        opened[key] = LoggedAlert(event.alert, video, closed_s)
    return list(opened.values())


def _length(moments: Sequence[Moment]) -> float:
    """Stream time from the first analysed frame to the end of the last, s."""
    if len(moments) < 2:
        return 0.0
    span = moments[-1].time - moments[0].time
    return span * len(moments) / (len(moments) - 1)
