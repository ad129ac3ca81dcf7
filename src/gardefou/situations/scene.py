"""What a situation's detector sees, says and must be able to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gardefou.geometry.arrays import Floats, Size
from gardefou.perception.percept import Foreground
from gardefou.situations.situation import Situation
from gardefou.tracking.tracks import Tracks


@dataclass(frozen=True, slots=True)
class Scene:
    """One camera at one moment, without pixels.

    ``time`` stream time, s; ``size`` of the analysed frame, px; ``tracks`` and ``foreground`` in
    pixels of that frame.
    """

    camera_id: str
    time: float
    size: Size
    tracks: Tracks
    foreground: Foreground


@dataclass(frozen=True, slots=True)
class Observation:
    """A detector's raw evidence that a situation holds at this moment.

    ``region`` [K, 2] polygon in fractions of the frame; ``strength`` 0..1.
    """

    situation: Situation
    camera_id: str
    time: float
    region: Floats
    strength: float


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
