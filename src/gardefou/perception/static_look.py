"""A closer look at a still thing: the network on an enlarged crop, to see a person or a vehicle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Floats, Image, Size
from gardefou.geometry.detections import VEHICLES, Detections, ObjectClass, among

LOOK_SIZE: Final[Size] = (256, 256)
"""The enlarged crop, px: few sizes, so that the network is compiled once for all of them."""

CONTEXT: Final = 2.0
"""Side of the crop, in longer sides of the thing."""

_LEAST_CROP: Final = 0.12
"""Least side of the crop, share of the picture's height: a crop of a few pixels shows nothing."""

FIRST_LOOK_S: Final = 1.0
"""Age of a thing at the first look, s."""

_PATIENCE: Final = 0.5
"""The next look comes after this share of the thing's age, and not before `FIRST_LOOK_S`."""

_SAME_BODY: Final = 0.3
"""Intersection over union from which a detection is the thing itself."""

_PART_OF_BODY: Final = 0.35
"""Share of a detection that a thing within it must fill to be that body."""

_WITHIN: Final = 0.8
"""Share of a thing that must lie in a detection to be within it."""

_CLOSE: Final = 0.5
_AFAR: Final = 0.15
"""How much one closer look, and one look at the whole picture, count against those before."""

_VETOERS: Final = frozenset({ObjectClass.PERSON, *VEHICLES})


@dataclass(slots=True)
class Suspicion:
    """How surely a thing is a person or a vehicle: in closer looks and in whole pictures, 0..1."""

    close: float = 0.0
    afar: float = 0.0
    looked: float | None = None
    was_seen: bool = False

    @property
    def worst(self) -> float:
        """The surer of the two, 0..1."""
        return max(self.close, self.afar)

    def is_due(self, time: float, age: float) -> bool:
        """Whether it is time for a closer look at a thing of this age, s."""
        if age < FIRST_LOOK_S:
            return False
        return self.looked is None or time - self.looked >= max(_PATIENCE * age, FIRST_LOOK_S)

    def looked_at(self, time: float) -> None:
        """Remember that a closer look began at a stream time, s."""
        self.looked = time

    def see_close(self, score: float) -> None:
        """Learn a closer look's score; the first counts in full."""
        self.close += (score - self.close) * (_CLOSE if self.was_seen else 1.0)
        self.was_seen = True

    def see_afar(self, score: float) -> None:
        """Learn the score in a whole picture."""
        self.afar += (score - self.afar) * _AFAR


@dataclass(frozen=True, slots=True)
class Crop:
    """A square of the picture round a thing: ``origin`` x, y and ``side``, px of the picture.

    ``look`` is the size to which it is enlarged for the network, px.
    """

    origin: tuple[int, int]
    side: int
    look: Size = LOOK_SIZE

    @classmethod
    def round(cls, thing: Floats, size: Size) -> Crop:
        """The crop round a box [4] px in a picture of a size, shifted to lie within it."""
        width, height = size
        side = max(CONTEXT * float((thing[2:] - thing[:2]).max()), _LEAST_CROP * height)
        whole = min(round(side), width, height)
        x, y = (thing[:2] + thing[2:]) / 2 - whole / 2
        return cls(
            (round(min(max(x, 0), width - whole)), round(min(max(y, 0), height - whole))), whole
        )

    def cut(self, image: Image) -> Image:
        """The enlarged crop of a picture [H, W, 3]."""
        x, y = self.origin
        part = image[y : y + self.side, x : x + self.side]
        enlarged = cv2.resize(part, self.look, interpolation=cv2.INTER_LINEAR)
        return np.asarray(enlarged, dtype=np.uint8)

    def in_picture(self, found: Detections) -> Detections:
        """Detections of the enlarged crop, in pixels of the picture."""
        scale = self.side / self.look[0]
        boxes = found.boxes * scale + np.array([*self.origin, *self.origin], dtype=np.float64)
        return Detections(boxes, found.scores, found.classes)


def vetoes(found: Detections, things: Floats) -> Floats:
    """How surely each thing is a detected person or vehicle, 0..1. [N, 4] px -> [N]."""
    bodies = found[among(found.classes, _VETOERS)]
    if not len(bodies) or not len(things):
        return np.zeros(len(things))
    shared = box.intersections(things, bodies.boxes)
    within = shared >= _WITHIN * np.maximum(box.areas(things), 1.0)[:, None]
    fills = shared >= _PART_OF_BODY * np.maximum(box.areas(bodies.boxes), 1.0)
    same = (box.iou(things, bodies.boxes) >= _SAME_BODY) | (within & fills)
    return np.asarray(np.where(same, bodies.scores, 0.0).max(axis=1), dtype=np.float64)


def most_urgent(ages: Sequence[float], due: Sequence[bool]) -> int | None:
    """Index of the youngest thing of those that are due, or None."""
    waiting = [
        (age, index) for index, (age, is_due) in enumerate(zip(ages, due, strict=True)) if is_due
    ]
    return min(waiting)[1] if waiting else None
