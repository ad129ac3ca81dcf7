"""Perception's door: what one frame said, as plain geometry and numbers, no pixels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto, unique

import numpy as np

from gardefou.geometry.arrays import Floats, Size
from gardefou.geometry.detections import Detections

__all__ = ["Crowd", "Detections", "Evidence", "Flow", "Foreground", "Percept"]


@unique
class Evidence(Enum):
    """What perception gathers only for a camera whose situations ask for it."""

    FLOW = auto()
    CROWD = auto()


@dataclass(frozen=True, slots=True)
class Foreground:
    """Moving regions of one frame.

    ``boxes`` [M, 4] px of the analysed frame; ``fills`` [M] share of each box that moves, 0..1;
    ``share`` share of the whole frame that moves, 0..1; ``reliable`` false while the background
    is being learned or when so much changed at once (light, a knock) that boxes mean nothing.
    """

    boxes: Floats
    fills: Floats
    share: float
    reliable: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """How the people on foot in a frame moved since the frame before.

    ``boxes`` [N, 4] px of those that were found again; ``velocities`` [N, 2] px/s.
    """

    boxes: Floats
    velocities: Floats

    @classmethod
    def empty(cls) -> Flow:
        """Nobody."""
        return cls(np.zeros((0, 4)), np.zeros((0, 2)))


@dataclass(frozen=True, slots=True)
class Crowd:
    """The people of one frame, looked for more closely than for other situations.

    ``boxes`` [N, 4] px of the analysed frame; ``scores`` [N] 0..1.
    """

    boxes: Floats
    scores: Floats


@dataclass(frozen=True, slots=True)
class Percept:
    """What perception says of one analysed frame.

    ``time`` stream time, s; ``size`` of the analysed frame, px; ``detections`` of the network;
    ``foreground`` of the background model; ``flow`` and ``crowd`` when wanted, ``crowd`` only every
    few seconds.
    """

    camera_id: str
    time: float
    size: Size
    detections: Detections
    foreground: Foreground
    flow: Flow | None = None
    crowd: Crowd | None = None
