"""Dark smoke in bursts of pictures: grey cells without detail that churn all over, and go on.

Smoke hides edges and has little colour (B. U. Töreyin, Y. Dedeoğlu and A. E. Çetin, Wavelet based
real-time smoke detection in video, EUSIPCO 2005). White smoke and steam look the same; neither
counts.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gardefou.geometry.arrays import Bools, Floats

# Tuned on one field fire and a burning car, and on the ordinary clips of the footage folder
# (walkers, traffic, offices, changes of exposure) as what must not count.
CELL_PX: Final = 12
"""Side of a cell, px of the burst."""

CHURN_LEAST: Final = 6
"""Least difference of a churning pixel's brightest and darkest within a burst, 0..255."""

CHURNING_SHARE: Final = 0.7
"""Share of a cell's pixels that must churn: of a body only its edges do."""

REVERSALS_MOST: Final = 3.0
"""Most way up and down of a cell's pixels, in swings: smoke drifts, a sensor's noise trembles."""

DETAIL_MOST: Final = 2.5
"""Most mean detail (absolute Laplacian of the smoothed picture) of a cell, 0..255."""

COLOUR_MOST: Final = 30
"""Most mean difference of a cell's strongest and weakest colour, 0..255."""

BRIGHT_MOST: Final = 140
"""Most mean brightness of a cell, 0..255: what is brighter may be steam or fog."""

MEMORY_BURSTS: Final = 4
"""Bursts in each of which a cell must look like smoke."""

CELLS_LEAST: Final = 0.02
"""Least share of the picture's cells in one cloud."""

CELLS_SURE: Final = 0.05
"""Share of the picture's cells from which the strength is full."""

EVERYWHERE: Final = 0.6
"""When more of the picture than this churns it is the light, the camera or fog; nothing counts."""

Images = npt.NDArray[np.uint8]


class SmokeModel:
    """Where dark smoke went on over the last bursts of one camera."""

    def __init__(self) -> None:
        self._recent: deque[Bools] = deque(maxlen=MEMORY_BURSTS)

    def reset(self) -> None:
        """Forget earlier bursts."""
        self._recent.clear()

    def update(self, images: Images) -> tuple[Floats, Floats]:
        """Learn a burst [N, H, W, 3] BGR: boxes [M, 4] px of it and strengths [M], 0..1."""
        cells = _smoky(images)
        if self._recent and self._recent[0].shape != cells.shape:
            self._recent.clear()
        self._recent.append(cells)
        if len(self._recent) < MEMORY_BURSTS:
            return np.zeros((0, 4)), np.zeros(0)
        return _clouds(np.all(self._recent, axis=0))


def _clouds(lasting: Bools) -> tuple[Floats, Floats]:
    """Boxes in px and strengths of the clouds of a mask of cells [h, w]."""
    _, _, statistics, _ = cv2.connectedComponentsWithStats(lasting.astype(np.uint8))
    x, y, w, h, cells = np.asarray(statistics[1:], dtype=np.float64).T
    share = cells / lasting.size
    kept = share >= CELLS_LEAST
    boxes = np.stack([x, y, x + w, y + h], axis=1)[kept] * CELL_PX
    return boxes, np.minimum(share[kept] / CELLS_SURE, 1.0)


def _smoky(images: Images) -> Bools:
    """Cells [h, w] of a burst that look like smoke; none when nearly all of the picture churns."""
    grey = np.stack([cv2.blur(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (3, 3)) for image in images])
    swing = grey.max(axis=0) - grey.min(axis=0)
    churning = _means(swing >= CHURN_LEAST) >= CHURNING_SHARE
    if not churning.any() or churning.mean() > EVERYWHERE:
        return np.zeros_like(churning)
    # From here on the cheap questions come first: mostly no cell is left for the dear ones.
    middle, still = images[len(images) // 2], grey[len(grey) // 2]
    smoky = churning & (_means(still) <= BRIGHT_MOST)
    if smoky.any():
        smoky &= _means(np.abs(cv2.Laplacian(still, cv2.CV_16S))) <= DETAIL_MOST
    if smoky.any():
        channels = cv2.split(middle)
        strongest, weakest = (each(each(*channels[:2]), channels[2]) for each in (cv2.max, cv2.min))
        smoky &= _means(cv2.subtract(strongest, weakest)) <= COLOUR_MOST
    if smoky.any():
        way = sum(cv2.absdiff(a, b).astype(np.uint16) for a, b in pairwise(grey))
        smoky &= _means(np.asarray(way)) <= REVERSALS_MOST * _means(swing)
    return np.asarray(smoky)


def _means(values: npt.NDArray[np.generic]) -> Floats:
    """Means over the whole cells of a picture [H, W]: [h, w]."""
    height, width = (length // CELL_PX for length in values.shape)
    whole = values[: height * CELL_PX, : width * CELL_PX].astype(np.float32)
    means = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(means, dtype=np.float64)
