"""Privacy masks: areas of the picture that nothing in the engine ever sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gardefou.geometry.arrays import Floats, Image, Size

MARGIN_PX: Final = 2
"""Masks reach this far beyond their polygon, so that no hidden pixel leaks through scaling or
through colour planes of half the resolution; pixels of the picture that is masked."""

COLOUR: Final = (128, 128, 128)
"""What stands in the place of the hidden picture, BGR: mid grey, far from skin, fire and smoke."""

_ROUNDING_PX: Final = 1
_CACHED_SIZES: Final = 4


@dataclass(frozen=True, slots=True)
class _Raster:
    """The hidden part of a picture of one size: its bounding box, mask [h, w] and filling."""

    rows: slice
    columns: slice
    hidden: npt.NDArray[np.uint8]
    filling: Image


class PrivacyMask:
    """Polygons burnt into pictures of any size.

    Each polygon [K, 2] holds corners in fractions of the frame's width and height; corners outside
    0..1 reach the frame's edge.

    >>> door = PrivacyMask([np.array([[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]])])
    >>> picture = np.zeros((4, 16, 3), dtype=np.uint8)
    >>> door.burn(picture)
    >>> picture[0, :, 0]
    array([128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,   0,   0,
             0,   0,   0], dtype=uint8)
    """

    def __init__(self, polygons: Sequence[Floats] = ()) -> None:
        self._polygons = tuple(np.array(polygon, dtype=np.float64) for polygon in polygons)
        for polygon in self._polygons:
            if polygon.ndim != 2 or polygon.shape[1] != 2 or len(polygon) < 3:
                raise ValueError(f"a mask polygon has shape [K >= 3, 2], not {polygon.shape}")
            if not np.isfinite(polygon).all():
                raise ValueError("a mask polygon's corners are finite numbers")
        self._raster = lru_cache(maxsize=_CACHED_SIZES)(self._drawn)

    def __bool__(self) -> bool:
        """Whether anything is hidden."""
        return bool(self._polygons)

    def burn(self, image: Image) -> None:
        """Overwrite the hidden parts of ``image`` [H, W, 3], in place."""
        if not self._polygons:
            return
        raster = self._raster((image.shape[1], image.shape[0]))
        if raster is not None:
            region = image[raster.rows, raster.columns]
            cv2.copyTo(raster.filling, raster.hidden, region)

    def covered(self, size: Size) -> npt.NDArray[np.uint8]:
        """The hidden part of a picture of this size: [H, W], 255 hidden, 0 seen."""
        whole = np.zeros((size[1], size[0]), dtype=np.uint8)
        raster = self._raster(size) if self._polygons else None
        if raster is not None:
            whole[raster.rows, raster.columns] = raster.hidden
        return whole

    def _drawn(self, size: Size) -> _Raster | None:
        width, height = size
        reach = MARGIN_PX + _ROUNDING_PX
        # Drawn with a border, so that what lies just outside the frame reaches into it too.
        canvas = np.zeros((height + 2 * reach, width + 2 * reach), dtype=np.uint8)
        scale = np.array([width, height], dtype=np.float64)
        for polygon in self._polygons:
            # Clipped far outside the frame: OpenCV's fixed-point corners overflow otherwise.
            corners = np.clip(polygon, -2.0, 3.0) * scale - 0.5 + reach
            cv2.fillPoly(canvas, [np.round(corners).astype(np.int32)], (255,))
        grown = cv2.dilate(canvas, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
        hidden = np.asarray(grown, dtype=np.uint8)[reach:-reach, reach:-reach]
        rows, columns = np.flatnonzero(hidden.any(axis=1)), np.flatnonzero(hidden.any(axis=0))
        if not len(rows):
            return None
        box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
        part = np.ascontiguousarray(hidden[box])
        filling = np.full((*part.shape, 3), COLOUR, dtype=np.uint8)
        return _Raster(box[0], box[1], part, filling)
