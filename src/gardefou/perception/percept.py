"""Perception's door: what one frame said, as plain geometry and numbers, no pixels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto, unique

import numpy as np

from gardefou.geometry.arrays import Bools, Floats, Ints, Size
from gardefou.geometry.detections import Detections

__all__ = [
    "Crowd",
    "Detections",
    "Evidence",
    "Flames",
    "Flow",
    "Foreground",
    "Lying",
    "Percept",
    "Statics",
    "Weapons",
]


@unique
class Evidence(Enum):
    """Evidence beyond detections and foreground; a camera pays for it only where it is wanted."""

    STATICS = auto()
    FLAMES = auto()
    FLOW = auto()
    CROWD = auto()
    WEAPONS = auto()
    LYING = auto()


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
class Flames:
    """Places that flicker like flames or churn like smoke, and did so for some seconds.

    ``boxes`` [M, 4] px of the analysed frame; ``strengths`` [M] 0..1; ``is_smoke`` [M].
    """

    boxes: Floats
    strengths: Floats
    is_smoke: Bools


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

    ``boxes`` [N, 4] px of the analysed frame; ``weights`` [N] how many people each stands for on
    average: less than one where it may be nobody, more where such boxes hide further people.
    """

    boxes: Floats
    weights: Floats

    @property
    def expected(self) -> float:
        """How many people there are, as expected value."""
        return float(self.weights.sum())


@dataclass(frozen=True, slots=True)
class Weapons:
    """The surest weapon near each of the people who were looked at closely in a frame.

    ``people`` [K, 4] px of the analysed frame; ``boxes`` [K, 4] px of the weapon; ``scores`` [K]
    0..1, 0 where none was seen; ``kinds`` [K] `ObjectClass`, `OTHER` where none was seen.
    """

    people: Floats
    boxes: Floats
    scores: Floats
    kinds: Ints


@dataclass(frozen=True, slots=True)
class Lying:
    """People in a part of a frame that was looked at closely, turned so that who lies is upright.

    ``boxes`` [N, 4] px of the analysed frame; ``scores`` [N] 0..1.
    """

    boxes: Floats
    scores: Floats


@dataclass(frozen=True, slots=True)
class Percept:
    """What perception says of one analysed frame.

    ``time`` stream time, s; ``size`` of the analysed frame, px; ``detections`` of the network;
    ``foreground`` of the background model. The rest is None where no situation of the camera wants
    it; ``flames`` come about once a second, ``crowd`` less often. ``looked`` is false where the
    network passed the picture over: only the foreground is known then, and nobody detected means
    nothing.
    """

    camera_id: str
    time: float
    size: Size
    detections: Detections
    foreground: Foreground
    statics: Statics | None = None
    flames: Flames | None = None
    flow: Flow | None = None
    crowd: Crowd | None = None
    weapons: Weapons | None = None
    lying: Lying | None = None
    looked: bool = True
