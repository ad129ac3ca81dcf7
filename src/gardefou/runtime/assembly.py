"""From a camera of the site document to what runs: how it is read, and its pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from gardefou.capture.gate import Sleep
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.reader import ReadSettings
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver
from gardefou.runtime.cadence import Cadence
from gardefou.runtime.detectors import build_detectors, wanted_evidence
from gardefou.runtime.pipeline import CameraPipeline
from gardefou.site.document import Camera
from gardefou.situations.scene import SituationDetector
from gardefou.situations.situation import Situation

FLEETING: Final = frozenset({Situation.WRONG_WAY, Situation.ZONE_INTRUSION, Situation.WEAPON})
"""Situations that are alerts after a second or less of somebody who may be gone in two; who fell, a
fire, a thing left and a crowd are still there at the next look."""


def read_settings(camera: Camera) -> ReadSettings:
    """How a camera's stream is read: analysis rate, privacy masks, bursts where fire is watched."""
    return ReadSettings(
        camera.id,
        analysis_fps=camera.analysis.fps,
        masks=PrivacyMask([np.array(mask.polygon) for mask in camera.masks]),
        bursts=Situation.FIRE in camera.situations.on,
    )


def sleep_of(camera: Camera) -> Sleep:
    """How deep a live camera may sleep: as its site document says, but never past what it watches.

    Who comes and is gone between two keyframes is missed by keyframes alone. A camera that watches
    for such, or counts at lines, trusts no keyframes however it is told; for one that does not they
    are as sure as naps, and cheaper (`docs/decisions/0210-sure-is-what-is-sure-for-a-camera.md`).
    """
    sleep = camera.analysis.sleep
    is_fleeting = bool(FLEETING & camera.situations.on or camera.lines)
    if sleep is Sleep.KEYFRAMES and is_fleeting:
        return Sleep.PACKETS
    return Sleep.KEYFRAMES if sleep is Sleep.SURE and not is_fleeting else sleep


def camera_pipeline(
    camera: Camera,
    engine: InferenceEngine,
    detectors: Sequence[SituationDetector] | None = None,
    mandate_id: str | None = None,
    counts: bool = False,
) -> CameraPipeline:
    """The pipeline of a camera, with perception gathering what its detectors want.

    ``detectors`` by default those of the camera's situations. Where passages are counted, at the
    camera's lines or by the caller (``counts``), every picture is looked at.
    """
    if detectors is None:
        detectors = build_detectors(camera)
    perceiver = Perceiver(engine, wanted_evidence(detectors))
    cadence = Cadence(
        always=counts or bool(camera.lines), falls=Situation.PERSON_DOWN in camera.situations.on
    )
    return CameraPipeline(camera.id, perceiver, detectors, mandate_id=mandate_id, cadence=cadence)
