"""What a frame holds, as numbers: boxes, scores and classes of bodies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np

from gardefou.geometry.arrays import Bools, Floats, Ints


class ObjectClass(IntEnum):
    """The only classes kept of a network's output; every other class becomes `OTHER`.

    `BODY` is a moving body known from the foreground alone. No class describes a person further.
    """

    BODY = 0
    PERSON = 1
    BICYCLE = 2
    MOTORCYCLE = 3
    CAR = 4
    BUS = 5
    TRUCK = 6
    TRAIN = 7
    BAG = 8
    KNIFE = 9
    BAT = 10
    OTHER = 11
    FIREARM = 12
    FLAME = 13
    SMOKE = 14


VEHICLES = (
    ObjectClass.BICYCLE,
    ObjectClass.MOTORCYCLE,
    ObjectClass.CAR,
    ObjectClass.BUS,
    ObjectClass.TRUCK,
    ObjectClass.TRAIN,
)
"""Classes that the law's word "véhicule" covers."""


def among(classes: Ints, kinds: frozenset[ObjectClass]) -> Bools:
    """Which classes are one of some kinds. [N] -> [N].

    >>> among(np.array([1, 4, 8]), frozenset({ObjectClass.PERSON, ObjectClass.BAG}))
    array([ True, False,  True])
    """
    return _table(kinds)[classes]


@lru_cache(maxsize=64)
def _table(kinds: frozenset[ObjectClass]) -> Bools:
    """Whether each class is one of some kinds: to look up costs a twentieth of `np.isin`."""
    return np.array([each in kinds for each in ObjectClass], dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Detections:
    """Bodies of one frame, as a struct of arrays of one length N.

    ``boxes`` [N, 4] x1, y1, x2, y2 in pixels of the analysed frame; ``scores`` [N] 0..1;
    ``classes`` [N] values of `ObjectClass`.
    """

    boxes: Floats
    scores: Floats
    classes: Ints

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, which: Bools | Ints) -> Detections:
        """The detections that a mask or an index array names."""
        return Detections(self.boxes[which], self.scores[which], self.classes[which])

    @classmethod
    def empty(cls) -> Detections:
        """No detection at all."""
        return cls(np.zeros((0, 4)), np.zeros(0), np.zeros(0, dtype=np.int64))

    def joined(self, other: Detections) -> Detections:
        """These detections followed by the other's."""
        return Detections(
            np.concatenate([self.boxes, other.boxes]),
            np.concatenate([self.scores, other.scores]),
            np.concatenate([self.classes, other.classes]),
        )
