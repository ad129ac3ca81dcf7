"""Where vehicles may carry a number, so that evidence can blur it; nothing else uses this.

No number is ever looked for, let alone read: the whole lower part of each vehicle goes, because a
front or a rear may be anywhere along its box.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Bools, Floats, Ints, Size
from gardefou.geometry.detections import ObjectClass

NUMBERED: Final = (
    ObjectClass.MOTORCYCLE,
    ObjectClass.CAR,
    ObjectClass.BUS,
    ObjectClass.TRUCK,
)
"""Vehicles that carry a number; bicycles and trains do not."""

_TOP: Final = 0.35
"""Where the band begins, as a share of the box's height: numbers on tailgates of vans and of cars
seen from above stand at 0.4 to 0.6, those on bumpers below."""

_BESIDE: Final = 0.05
"""How far the band reaches beyond the box, to the sides and below, as a share of its size."""

CHARACTER_M: Final = 0.08
"""Height of a character of a European number, m (France: 80 mm, arrêté du 9 février 2009)."""

LEGIBLE_PX: Final = 4.0
"""Characters lower than this cannot be told apart, px; Latin letters in fonts made for the purpose
need 5."""

_WIDTH_M: Final = 1.7
_HEIGHT_M: Final = 1.3
"""No car is narrower or lower, m: its box says at most how many pixels a metre has."""

_EDGE: Final = 0.01
"""A box this near to the picture's edge may be cut by it, as a share of the picture."""


def may_carry_number(classes: Ints) -> Bools:
    """Which bodies may carry a number, by their class [N]."""
    return np.isin(classes, [int(each) for each in NUMBERED])


def vehicle_bands(vehicles: Floats, size: Size, shown: float = 1.0) -> Floats:
    """The part of each vehicle's box that may hold its number. [N, 4] px -> [M, 4] px.

    Vehicles so small that nobody could read it are left out; ``shown`` how many times larger than
    a picture of ``size`` it may be shown. Clipped to the picture.

    >>> vehicle_bands(np.array([[100.0, 100, 300, 200], [10, 10, 30, 25]]), (640, 480))
    array([[ 90., 135., 310., 205.]])
    """
    x1, y1, x2, y2 = vehicles[legible(vehicles, size, shown)].T
    beside, below = _BESIDE * (x2 - x1), _BESIDE * (y2 - y1)
    top = y1 + _TOP * (y2 - y1)
    return box.clip(np.stack([x1 - beside, top, x2 + beside, y2 + below], axis=1), size)


def legible(vehicles: Floats, size: Size, shown: float = 1.0) -> Bools:
    """Whether a number on each vehicle could be read; one cut by the edge is larger than its box.

    A box's shorter dimension, in cars, bounds the scale; of a cut one only the longer one does.
    """
    limits = np.array([*size, *size], dtype=np.float64)
    near = np.array([_EDGE, _EDGE, 1 - _EDGE, 1 - _EDGE]) * limits
    cut = (vehicles[:, :2] <= near[:2]).any(axis=1) | (vehicles[:, 2:] >= near[2:]).any(axis=1)
    scales = (vehicles[:, 2:] - vehicles[:, :2]) / np.array([_WIDTH_M, _HEIGHT_M])
    scale = np.where(cut, scales.max(axis=1), scales.min(axis=1))
    return np.asarray(scale * shown * CHARACTER_M >= LEGIBLE_PX, dtype=np.bool_)
