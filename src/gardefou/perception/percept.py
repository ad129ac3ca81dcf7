"""Perception's door: what one frame said, as plain geometry and numbers, no pixels."""

from __future__ import annotations

from dataclasses import dataclass

from gardefou.geometry.arrays import Bools, Floats, Size
from gardefou.geometry.detections import Detections

__all__ = ["Detections", "Flames", "Foreground", "Percept"]


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
class Flames:
    """Places that flicker like flames or churn like smoke, and did so for some seconds.

    ``boxes`` [M, 4] px of the analysed frame; ``strengths`` [M] 0..1; ``is_smoke`` [M].
    """

    boxes: Floats
    strengths: Floats
    is_smoke: Bools


@dataclass(frozen=True, slots=True)
class Percept:
    """What perception says of one analysed frame.

    ``time`` stream time, s; ``size`` of the analysed frame, px; ``detections`` of the network;
    ``foreground`` of the background model; ``flames`` about once a second where fire is watched
    for.
    """

    camera_id: str
    time: float
    size: Size
    detections: Detections
    foreground: Foreground
    flames: Flames | None = None
