"""How the people of one camera move between two pictures, by matching each where it stood before.

At a few pictures a second a person who runs moves by more than their own width, and dense optical
flow loses small bodies that leap so far. So every person that the network found is looked for in
the picture before, around the same place, by normalised cross-correlation (J. P. Lewis, "Fast
Normalized Cross-Correlation", 1995: OpenCV's `matchTemplate`). Nobody is followed: nothing is kept
beyond the one picture before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Image, Size
from gardefou.geometry.detections import VEHICLES, Detections, ObjectClass, among
from gardefou.perception.percept import Flow

Grey = npt.NDArray[np.uint8]
"""Grey picture [H, W]."""

# Tuned on PETS 2009, plain and played faster, at 5 pictures a second.
WORKING_LENGTH: Final = 256
"""Longer side of the pictures that are matched, px."""

REACH: Final = 1.0
"""How far to the side a person is looked for, in heights of the person: a sprint of 8 m/s seen
five times a second."""

REACH_UP: Final = 0.6
"""The same up and down: movement in depth is foreshortened."""

LONGEST_STEP_S: Final = 0.5
"""Pictures further apart than this are not matched, s: people have turned and crossed by then."""

PERSON_SCORE: Final = 0.35
"""Least score of a detection that is taken for a person."""

RIDES: Final = 0.3
"""A person whose box lies in a vehicle's by this share rides or stands before it."""

LEAST_CORRELATION: Final = 0.5
"""A match below this correlation is no match."""

LEAST_SIDES: Final = (3, 6)
"""Smallest width and height of a person that can be matched, px of the working picture."""

LEAST_CONTRAST: Final = 4.0
"""Least standard deviation of a person's pixels, grey levels: a flat patch matches anywhere."""

MOST_PEOPLE: Final = 32
"""At most so many people of a picture are matched, the surest first: more say the same."""

_VEHICLES: Final = frozenset(VEHICLES)


@dataclass(frozen=True, slots=True)
class PicturePair:
    """A small grey picture and the one before it; ``elapsed`` between them, s."""

    before: Grey | None
    now: Grey
    elapsed: float


class FlowPictures:
    """Keeps the small picture of the moment before, and nothing older."""

    def __init__(self) -> None:
        self._before: Grey | None = None
        self._time = 0.0

    def reset(self) -> None:
        """Forget the picture before, as after a break in the stream."""
        self._before = None

    def pair(self, image: Image, time: float) -> PicturePair:
        """A picture [H, W, 3] at a stream time, s, made small, and the one before."""
        now = _small(image)
        before, elapsed = self._before, time - self._time
        self._before, self._time = now, time
        usable = before is not None and before.shape == now.shape and 0 < elapsed <= LONGEST_STEP_S
        return PicturePair(before if usable else None, now, elapsed)


def people_flow(pair: PicturePair, found: Detections, size: Size) -> Flow:
    """How the people among some detections moved since the picture before.

    ``size`` of the analysed frame, px. Empty when there is no picture before, or nobody is found
    again.
    """
    if pair.before is None:
        return Flow.empty()
    people = pedestrians(found).boxes
    scale = size[1] / pair.now.shape[0]
    bounds = np.rint(people / scale).astype(np.int64)
    shifts = [_shift(pair.before, pair.now, each) for each in bounds]
    again = np.array([shift is not None for shift in shifts], dtype=np.bool_)
    moved = np.array([shift for shift in shifts if shift is not None], dtype=np.float64)
    velocities = moved.reshape(-1, 2) * (scale / pair.elapsed)
    return Flow(people[again], velocities)


def pedestrians(found: Detections) -> Detections:
    """The people on foot among some detections, the surest first."""
    sure = found[found.scores >= PERSON_SCORE]
    people = sure[sure.classes == ObjectClass.PERSON]
    vehicles = sure[among(sure.classes, _VEHICLES)]
    shared = box.intersections(people.boxes, vehicles.boxes).max(axis=1, initial=0.0)
    people = people[shared < RIDES * np.maximum(box.areas(people.boxes), 1.0)]
    return people[np.argsort(-people.scores, kind="stable")[:MOST_PEOPLE]]


def _shift(before: Grey, now: Grey, bounds: npt.NDArray[np.int64]) -> tuple[int, int] | None:
    """Movement of one person, px of the small picture; None when not found again."""
    height, width = now.shape
    x1, y1 = (int(each) for each in np.maximum(bounds[:2], 0))
    x2, y2 = min(int(bounds[2]), width), min(int(bounds[3]), height)
    if x2 - x1 < LEAST_SIDES[0] or y2 - y1 < LEAST_SIDES[1]:
        return None
    template = now[y1:y2, x1:x2]
    if float(cv2.meanStdDev(template)[1].item()) < LEAST_CONTRAST:
        return None
    aside, up = math.ceil(REACH * (y2 - y1)), math.ceil(REACH_UP * (y2 - y1))
    left, top = max(x1 - aside, 0), max(y1 - up, 0)
    searched = before[top : min(y2 + up, height), left : min(x2 + aside, width)]
    _, correlation, _, (x, y) = cv2.minMaxLoc(
        cv2.matchTemplate(searched, template, cv2.TM_CCOEFF_NORMED)
    )
    if correlation < LEAST_CORRELATION:
        return None
    return x1 - left - x, y1 - top - y


def _small(image: Image) -> Grey:
    scale = min(WORKING_LENGTH / max(image.shape[:2]), 1.0)
    size = (max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1))
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
