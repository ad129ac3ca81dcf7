"""A case through the real engine: its zones as a camera, its clip as the stream."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gardefou.alerting.alert import AlertClosed, AlertEvent
from gardefou.capture.file import FileSource
from gardefou.capture.playback import variant
from gardefou.capture.reader import ReadSettings
from gardefou.evaluation.cases import Case, CaseZone
from gardefou.evaluation.scoring import CaseScore, SignalledAlert, score
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver
from gardefou.runtime.detectors import build_detectors
from gardefou.runtime.pipeline import CameraPipeline
from gardefou.runtime.stream import analysed_frames
from gardefou.site.document import Camera, Zone
from gardefou.situations.situation import Situation

ACT = "evaluation"
"""Reference given as the legal act of a case's zones: nothing is closed by it."""

EVALUATED = (Situation.ZONE_INTRUSION, Situation.WRONG_WAY, Situation.PERSON_DOWN)


@dataclass(frozen=True, slots=True)
class CaseRun:
    """The outcome of a case and how much was played, s of stream time."""

    score: CaseScore
    played_s: float


def run_case(case: Case, footage: Path, engine: InferenceEngine) -> CaseRun:
    """Play a case's clip through the engine and score its alerts."""
    camera = camera_of(case)
    pipeline = CameraPipeline(case.id, Perceiver(engine), build_detectors(camera))
    settings = ReadSettings(case.id)
    events: list[AlertEvent] = []
    with FileSource(footage / case.clip, settings) as source:
        frames = variant(source.frames(), case.play, case.hold_first_s, case.hold_last_s)
        for analysed in analysed_frames(frames, pipeline, source):
            events.extend(analysed.events)
        duration = source.report.duration_s
    events.extend(pipeline.close())
    held = case.hold_first_s + case.hold_last_s
    return CaseRun(score(case, signalled(events), duration), duration + held)


def signalled(events: Iterable[AlertEvent]) -> list[SignalledAlert]:
    """The alerts of a finished run, in the order of their closing."""
    return [
        SignalledAlert(
            event.alert.situation, event.alert.opened_at, event.closed_at, event.alert.region
        )
        for event in events
        if isinstance(event, AlertClosed)
    ]


def camera_of(case: Case) -> Camera:
    """The case's zones as a camera of a site document that watches for what can be evaluated."""
    return Camera(
        id="case",
        name=case.id,
        situations={str(each): {} for each in EVALUATED},  # type: ignore[arg-type]
        zones=tuple(_zone(zone) for zone in case.zones if zone.polygon),
    )


def _zone(zone: CaseZone) -> Zone:
    intrusion = zone.situation is Situation.ZONE_INTRUSION
    return Zone.model_validate(
        {
            "id": zone.id,
            "situation": zone.situation,
            "polygon": zone.polygon,
            "direction": zone.direction,
            "act": ACT if intrusion else None,
            "classes": zone.classes,
        }
    )
