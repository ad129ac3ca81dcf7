"""Perception's door: what one frame said, as plain geometry and numbers, no pixels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

from gardefou.geometry.arrays import Floats, Ints, Size
from gardefou.geometry.detections import Detections

__all__ = ["Detections", "Evidence", "Foreground", "Percept", "Statics"]


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


@unique
class Evidence(Enum):
    """Evidence beyond detections and foreground; a camera pays for it only where it is wanted."""

    STATICS = "statics"


@dataclass(frozen=True, slots=True)
class Statics:
    """Things that came into the picture and stand still there, arrays of one length N.

    ``ids`` [N] numbers without meaning outside this camera and run; ``boxes`` [N, 4] px of the
    analysed frame; ``ages`` [N] s since each stood still; ``strengths`` [N] how surely each is an
    object that was brought: not a person, a vehicle or a change of the light, 0..1; ``company``
    [N] what moves beside each, in areas of the thing; ``people`` [K, 4] boxes of people seen, px.
    """

    ids: Ints
    boxes: Floats
    ages: Floats
    strengths: Floats
    company: Floats
    people: Floats


@dataclass(frozen=True, slots=True)
class Percept:
    """What perception says of one analysed frame.

    ``time`` stream time, s; ``size`` of the analysed frame, px; ``detections`` of the network;
    ``foreground`` of the background model; ``statics`` None where they are not wanted.
    """

    camera_id: str
    time: float
    size: Size
    detections: Detections
    foreground: Foreground
    statics: Statics | None = None
