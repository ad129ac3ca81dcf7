"""How tall people appear at each height of a fixed camera's picture, from those who were seen."""

from __future__ import annotations

from typing import Final

import numpy as np

from gardefou.geometry.arrays import Floats, Size

ROWS: Final = 12
"""Bands of the picture in which heights are kept apart."""

MEMORY: Final = 40.0
"""About this many people make up a band's mean."""

_REACH: Final = 2.0
"""Standard deviation of a person's word over the bands above and below."""

_LEAST_SEEN: Final = 0.5
"""Weight of people that a band needs before its mean is used."""

_BORDER: Final = 0.01
"""A box nearer than this to the picture's edge is cut off by it, share of the picture."""


class PersonHeights:
    """Mean height of people by where their feet stand; numbers by picture row, about nobody."""

    def __init__(self) -> None:
        self._weights: Floats = np.zeros(ROWS)
        self._sums: Floats = np.zeros(ROWS)
        self._picture_height = 1.0

    def learn(self, people: Floats, size: Size) -> None:
        """Add the boxes [K, 4] px of people in one picture of a size; cut-off ones are left out."""
        width, height = size
        self._picture_height = float(height)
        margin = np.array([width, height]) * _BORDER
        whole = (people[:, :2] >= margin).all(axis=1)
        whole &= (people[:, 2:] <= np.array(size) - margin).all(axis=1)
        rows = np.arange(ROWS)
        for x1, y1, x2, y2 in people[whole]:
            if y2 - y1 <= x2 - x1:
                continue
            near = np.exp(-0.5 * ((rows - y2 / height * ROWS + 0.5) / _REACH) ** 2)
            self._weights += near
            self._sums += near * (y2 - y1)
        excess = np.maximum(self._weights / MEMORY, 1.0)
        self._weights /= excess
        self._sums /= excess

    def at(self, feet: Floats) -> Floats:
        """Height of a person whose feet are at each row, px; NaN where none was seen. [N]."""
        rows = np.clip((feet / self._picture_height * ROWS).astype(np.int64), 0, ROWS - 1)
        known = self._weights >= _LEAST_SEEN
        means = np.divide(self._sums, self._weights, out=np.full(ROWS, np.nan), where=known)
        return np.asarray(means[rows], dtype=np.float64)
