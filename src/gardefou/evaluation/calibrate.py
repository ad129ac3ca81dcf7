"""A camera's ground plane from a recording: how tall the people look who pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from gardefou.capture.file import FileSource
from gardefou.capture.reader import ReadSettings
from gardefou.geometry.heights import HeightPlane, HeightTable
from gardefou.perception.crowd import look, people
from gardefou.perception.engine import InferenceEngine
from gardefou.situations.crowd_density import LIKELY_PERSON, SURE_PLANE

FPS: Final = 1.0
"""Pictures looked at for each second of the recording."""

_DECIMALS: Final = 3


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The plane found, None when too few people were seen or all at one distance.

    ``boxes`` of people looked at, ``seconds`` of recording, s.
    """

    plane: HeightPlane | None
    boxes: int
    seconds: float

    @property
    def is_sure(self) -> bool:
        """Whether the plane is sure enough for crowd density to use it."""
        return self.plane is not None and self.plane.error <= SURE_PLANE

    def points(self) -> list[tuple[list[float], list[float]]]:
        """Four pairs of picture and ground, as a site document's calibration takes them."""
        if self.plane is None:
            return []
        top, bottom = self.plane.rows
        image = np.array([[0.1, top], [0.9, top], [0.9, bottom], [0.1, bottom]])
        ground = self.plane.ground.to_ground(image)
        return [
            (each.round(_DECIMALS).tolist(), place.round(_DECIMALS).tolist())
            for each, place in zip(image, ground, strict=True)
        ]


def calibrate(
    video: str, engine: InferenceEngine, on_progress: Callable[[float], None] = lambda _: None
) -> Calibrated:
    """Look at the people of a complete file; raises `CaptureError`, `ModelError`."""
    table, boxes, seconds = HeightTable(), 0, 0.0
    with FileSource(video, ReadSettings(Path(video).stem, analysis_fps=FPS)) as source:
        for frame in source.frames():
            crowd = people(look(engine, frame.image))
            likely = crowd.boxes[crowd.weights > LIKELY_PERSON]
            table.learn(likely, (frame.image.shape[1], frame.image.shape[0]))
            boxes, seconds = boxes + len(likely), frame.time
            on_progress(seconds)
    return Calibrated(table.plane, boxes, seconds)
