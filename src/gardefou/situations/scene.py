"""What a situation's detector sees, says and must be able to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from gardefou.geometry.arrays import Floats, Size
from gardefou.geometry.detections import Detections
from gardefou.perception.percept import Crowd, Flames, Flow, Foreground, Lying, Statics, Weapons
from gardefou.situations.situation import Situation
from gardefou.tracking.tracks import Tracks


@dataclass(frozen=True, slots=True)
class Scene:
    """One camera at one moment, without pixels.

    ``time`` stream time, s; ``size`` of the analysed frame, px; ``tracks``, ``foreground``, the
    network's ``detections`` (weak ones too) and the rest in pixels of that frame. ``statics``,
    ``flames``, ``flow``, ``crowd``, ``weapons`` and ``lying`` are None where no detector wants them
    or nothing is new.
    """

    camera_id: str
    time: float
    size: Size
    tracks: Tracks
    foreground: Foreground
    detections: Detections = field(default_factory=Detections.empty)
    statics: Statics | None = None
    flames: Flames | None = None
    flow: Flow | None = None
    crowd: Crowd | None = None
    weapons: Weapons | None = None
    lying: Lying | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """A detector's raw evidence that a situation holds at this moment.

    ``region`` [K, 2] polygon in fractions of the frame; ``strength`` 0..1; ``zone_id`` of the zone
    of the site document that it concerns, if any: observations of one zone are one event.
    """

    situation: Situation
    camera_id: str
    time: float
    region: Floats
    strength: float
    zone_id: str | None = None


def box_region(boxes: Floats, size: Size) -> Floats:
    """The rectangle round some boxes as a polygon. [N, 4] px -> [4, 2] fractions of the frame.

    >>> box_region(np.array([[0.0, 0.0, 50.0, 20.0]]), (100, 100)).tolist()
    [[0.0, 0.0], [0.5, 0.0], [0.5, 0.2], [0.0, 0.2]]
    """
    width, height = size
    x1, y1 = np.clip(boxes[:, :2].min(axis=0) / (width, height), 0, 1)
    x2, y2 = np.clip(boxes[:, 2:].max(axis=0) / (width, height), 0, 1)
    return np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]])


class SituationDetector(Protocol):
    """A state machine for one situation on one camera.

    An observation means "the situation holds now"; the alert policy decides when that opens or
    closes an alert, so a detector neither debounces an alert nor remembers one.
    """

    situation: Situation

    def update(self, scene: Scene) -> list[Observation]:
        """What this scene adds; scenes come in order of time."""
        ...

    def reset(self) -> None:
        """Forget everything, as after a break in the stream."""
        ...
