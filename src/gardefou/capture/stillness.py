"""Whether a fixed camera's picture still shows what it showed: each pixel against its own noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gardefou.geometry.arrays import Bools, Image

# Tuned on an office, a car park and a street made idle (a still part repeated with the noise of a
# sensor), on rain and on a running clock drawn over them, and on people who enter.
MEMORY_S: Final = 2.0
"""Time constant with which the background follows the picture while it is decoded, s."""

ASLEEP_MEMORY_S: Final = 20.0
"""The same between the looks of a sleep, s: what creeps is found, the light of the day is not."""

NOISE_S: Final = 6.0
"""Time constant of each pixel's noise, s."""

LEAST_CHANGE: Final = 9.0
"""A pixel differs from here, grey levels."""

NOISES: Final = 6.0
"""And from this many of its mean deviations: about five standard deviations."""

FEW: Final = 6
"""Pixels that differ, of 25 that lie together, from which it is a change: a person 8 px high."""

CELL: Final = 16
"""Side of a cell, px: the mean of one shows what is too faint for a pixel."""

CELL_CHANGE: Final = 3.5
"""A cell's mean differs from here, grey levels."""

MOST_NOISE: Final = 40.0
"""A pixel's deviation is learned up to this, grey levels: who passes is forgotten soon."""

BLIND: Final = 12.0
"""A pixel whose deviation is larger shows little of who passes, grey levels."""

MOST_BLIND: Final = 0.05
"""Share of such pixels from which the picture is too restless to tell."""

NOTHING: Final = 3
"""A cell that changed so often for nothing is passed over: a clock's minutes, a lamp."""

MOST_PASSED: Final = 0.03
"""Most cells, as a share, that are passed over."""

FORGET_S: Final = 3600.0
"""After this long one such time is forgotten, s."""

_HOT: Final = 255
"""A pixel that differs, in OpenCV's masks."""

Grey = npt.NDArray[np.uint8]
Layer = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Scratch:
    """Memory that each comparison of a size [H, W] uses again.

    A worker that took it anew five times a second for each camera grew more than one that does not.
    """

    grey: Grey
    blurred: Grey
    signed: Layer
    size: Layer
    hot: Grey
    dense: npt.NDArray[np.uint16]

    @classmethod
    def of(cls, shape: tuple[int, ...]) -> _Scratch:
        """For pictures of this shape."""
        return cls(
            np.empty(shape, np.uint8),
            np.empty(shape, np.uint8),
            np.empty(shape, np.float32),
            np.empty(shape, np.float32),
            np.empty(shape, np.uint8),
            np.empty(shape, np.uint16),
        )


class Stillness:
    """One camera's background at the analysed pictures' own size, and each pixel's noise.

    Grey levels are compared after a blur of three pixels and after the common change of brightness
    was taken off. Pictures come in order of time.

    >>> quiet, other = np.full((64, 64, 3), 90, np.uint8), np.full((64, 64, 3), 90, np.uint8)
    >>> other[20:30, 20:24] = 200
    >>> still = Stillness()
    >>> [still.update(quiet, each / 5) for each in range(3)], still.update(other, 0.6)
    ([False, True, True], False)
    """

    def __init__(self) -> None:
        self._passed: Layer = np.zeros((0, 0), dtype=np.float32)
        self.reset()

    def reset(self) -> None:
        """Begin anew, as after a break in the stream."""
        self._mean: Layer | None = None
        self._scratch = _Scratch.of((0, 0))
        self._noise: Layer = np.zeros((0, 0), dtype=np.float32)
        self._least: Layer = np.zeros((0, 0), dtype=np.float32)
        self._cell_noise: Layer = np.zeros((0, 0), dtype=np.float32)
        self._changed: Bools = np.zeros((0, 0), dtype=np.bool_)
        self._time = 0.0

    @property
    def is_blind(self) -> bool:
        """Whether so much of the picture always moves that nobody would be told from it."""
        return bool(np.count_nonzero(self._noise > BLIND) > MOST_BLIND * max(self._noise.size, 1))

    def update(self, image: Image, time: float) -> bool:
        """Learn a picture [H, W, 3] of the awake camera, s; whether it shows nothing new."""
        grey = self._grey(image)
        if self._mean is None or grey.shape != self._mean.shape:
            self._begin(grey.astype(np.float32), time)
            return False
        elapsed = max(time - self._time, 0.0)
        self._time = time
        difference = self._difference(grey)
        still = not self._find(difference)
        self._learn(difference, elapsed, MEMORY_S)
        return still

    def look(self, image: Image, time: float) -> bool:
        """Compare a picture [H, W, 3] with the last awake background; whether it is the same.

        Only a picture that is the same is learned, and slowly.
        """
        grey = self._grey(image)
        if self._mean is None or grey.shape != self._mean.shape:
            return False
        difference = self._difference(grey)
        if self._find(difference):
            return False
        elapsed = max(time - self._time, 0.0)
        self._time = time
        self._learn(difference, elapsed, ASLEEP_MEMORY_S)
        return True

    @property
    def changed(self) -> Bools:
        """The cells [h, w] in which the last picture showed something new."""
        return self._changed

    def came_to_nothing(self, cells: Bools) -> None:
        """What was found in some cells [h, w] was nothing; where they are few, remember them."""
        if cells.shape == self._passed.shape and cells.mean() <= MOST_PASSED:
            self._passed = np.minimum(self._passed + cells, NOTHING + 1).astype(np.float32)

    def _begin(self, grey: Layer, time: float) -> None:
        self._mean, self._time = grey, time
        self._noise = np.full(grey.shape, LEAST_CHANGE / NOISES, dtype=np.float32)
        self._least = np.empty_like(self._noise)
        self._set_least()
        cells = _cells(grey).shape
        self._cell_noise = np.full(cells, CELL_CHANGE / NOISES, dtype=np.float32)
        self._changed = np.zeros(cells, dtype=np.bool_)
        if self._passed.shape != cells:
            self._passed = np.zeros(cells, dtype=np.float32)

    def _grey(self, image: Image) -> Grey:
        """Grey levels, blurred over three pixels. [H, W, 3] -> [H, W], valid until the next."""
        if self._scratch.grey.shape != image.shape[:2]:
            self._scratch = _Scratch.of(image.shape[:2])
        cv2.cvtColor(image, cv2.COLOR_BGR2GRAY, dst=self._scratch.grey)
        cv2.blur(self._scratch.grey, (3, 3), dst=self._scratch.blurred)
        return self._scratch.blurred

    def _difference(self, grey: Grey) -> Layer:
        """The picture less the background, the common change of brightness taken off.

        Its size is left in the scratch memory.
        """
        assert self._mean is not None
        difference = np.subtract(grey, self._mean, out=self._scratch.signed)
        difference -= np.float32(np.median(difference[::8, ::8]))
        np.abs(difference, out=self._scratch.size)
        return difference

    def _find(self, difference: Layer) -> bool:
        """Whether a difference is a change; remembers in which cells."""
        hot, dense = self._scratch.hot, self._scratch.dense
        cv2.compare(self._scratch.size, self._least, cv2.CMP_GT, dst=hot)
        cv2.boxFilter(hot, cv2.CV_16U, (5, 5), dst=dense, normalize=False)
        faint = np.abs(_cells(difference)) > np.maximum(self._cell_noise * NOISES, CELL_CHANGE)
        found: Bools = faint
        if cv2.minMaxLoc(dense)[1] >= FEW * _HOT:
            found = faint | _any_in_cells(dense >= FEW * _HOT, faint.shape)
        self._changed = found
        passed = self._passed > NOTHING - 0.5
        if passed.any() and passed.mean() <= MOST_PASSED:
            return bool((found & ~passed).any())
        return bool(found.any())

    def _learn(self, difference: Layer, elapsed: float, memory: float) -> None:
        assert self._mean is not None
        cells = np.abs(_cells(difference))
        cv2.scaleAdd(difference, _rate(elapsed, memory), self._mean, dst=self._mean)
        rate = _rate(elapsed, NOISE_S)
        size = np.minimum(self._scratch.size, np.float32(MOST_NOISE), out=self._scratch.size)
        cv2.accumulateWeighted(size, self._noise, rate)
        self._cell_noise += (cells - self._cell_noise) * np.float32(rate)
        self._passed *= np.float32(1.0 - _rate(elapsed, FORGET_S * NOTHING))
        self._set_least()

    def _set_least(self) -> None:
        np.multiply(self._noise, np.float32(NOISES), out=self._least)
        np.maximum(self._least, np.float32(LEAST_CHANGE), out=self._least)


def _cells(layer: Layer) -> Layer:
    """Means over the cells that lie wholly in the picture. [H, W] -> [h, w]."""
    rows, columns = max(layer.shape[0] // CELL, 1), max(layer.shape[1] // CELL, 1)
    whole = layer[: rows * CELL, : columns * CELL]
    means = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(means, dtype=np.float32)


def _any_in_cells(mask: Bools, shape: tuple[int, ...]) -> Bools:
    """Which cells [h, w] hold a set pixel; strips beyond the last whole cells count with it."""
    rows, columns = np.arange(shape[0]) * CELL, np.arange(shape[1]) * CELL
    found = np.logical_or.reduceat(np.logical_or.reduceat(mask, rows, axis=0), columns, axis=1)
    return np.asarray(found, dtype=np.bool_)


def _rate(elapsed: float, time_constant: float) -> float:
    return 1.0 - math.exp(-elapsed / time_constant)
