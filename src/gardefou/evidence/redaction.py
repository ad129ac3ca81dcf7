"""Heads made unrecognisable for good: a mosaic of a few coarse cells, then smoothed."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gardefou.geometry.arrays import Floats, Image, Ints, Size

MARGIN: Final = 0.05
"""Each region is grown by this share of its width and height on every side. Head regions are wide
already; 0.15 took a quarter more of the PETS 2009 picture for no more heads."""

CELLS: Final = 3
"""Cells across and down a blurred region: all that is kept of it, each a mean colour."""

LEVELS: Final = 16
"""Steps into which a cell's mean colour is rounded, per channel. Without it, the many means of a
head that moves across cells from frame to frame could be solved for a finer picture."""

_STEP: Final = 256 // LEVELS


def pixel_boxes(boxes: Floats, size: Size, margin: float = MARGIN) -> Ints:
    """The pixels that boxes cover once grown by ``margin`` and cut to a picture of ``size``.

    ``boxes`` [N, 4] in fractions of the frame -> [M, 4] whole pixels, the right and lower edges
    excluded; boxes outside the picture are left out.

    >>> pixel_boxes(np.array([[0.1, 0.1, 0.2, 0.2]]), (100, 100), margin=0.1)
    array([[ 9,  9, 21, 21]])
    """
    width, height = size
    finite = boxes[np.isfinite(boxes).all(axis=1)]
    grown = np.sort(finite.reshape(-1, 2, 2), axis=1)
    reach = margin * (grown[:, 1] - grown[:, 0])
    low = np.floor((grown[:, 0] - reach) * (width, height) + 1e-6)
    high = np.ceil((grown[:, 1] + reach) * (width, height) - 1e-6)
    limits = np.array([width, height], dtype=np.float64)
    corners = np.hstack([np.clip(low, 0, limits), np.clip(high, 0, limits)]).astype(np.int64)
    return corners[(corners[:, 2] > corners[:, 0]) & (corners[:, 3] > corners[:, 1])]


def blur_regions(image: Image, boxes: Floats, margin: float = MARGIN) -> None:
    """Blur regions of a picture, in place and beyond repair; every other pixel stays as it was.

    ``image`` [H, W, 3]; ``boxes`` [N, 4] x1, y1, x2, y2 in fractions of the frame. Of each region,
    grown by ``margin``, no more survives than `CELLS` x `CELLS` mean colours in `LEVELS` steps.
    """
    pixels = pixel_boxes(boxes, (image.shape[1], image.shape[0]), margin)
    areas = (pixels[:, 2] - pixels[:, 0]) * (pixels[:, 3] - pixels[:, 1])
    # The largest last: where regions overlap, its coarser cells are what remains.
    for left, top, right, bottom in pixels[np.argsort(areas, kind="stable")]:
        region = image[top:bottom, left:right]
        region[:] = _mosaic(region)


def _mosaic(region: Image) -> Image:
    height, width = region.shape[:2]
    cells = (min(CELLS, width), min(CELLS, height))
    means = cv2.resize(region, cells, interpolation=cv2.INTER_AREA)
    coarse = (means // _STEP * _STEP + _STEP // 2).astype(np.uint8)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(smooth, dtype=np.uint8)


def blurred_area(boxes: Floats, size: Size, margin: float = MARGIN) -> npt.NDArray[np.bool_]:
    """Which pixels of a picture of ``size`` blurring these boxes takes away: [H, W]."""
    area = np.zeros((size[1], size[0]), dtype=np.bool_)
    for left, top, right, bottom in pixel_boxes(boxes, size, margin):
        area[top:bottom, left:right] = True
    return area
