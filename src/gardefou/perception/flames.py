"""Flames in bursts of pictures: fire-coloured pixels that flicker out of step and in one place.

Colour after T. Çelik and H. Demirel (Fire detection in video sequences using a generic color
model, Fire Safety Journal, 2009), flicker after B. U. Töreyin et al. (Computer vision based method
for real-time fire and flame detection, Pattern Recognition Letters, 2006), as plain rules.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gardefou.geometry.arrays import Bools, Floats
from gardefou.perception.blobs import Mask

# Tuned on a burning doll's house, a field fire and a burning car, and on the ordinary clips of the
# footage folder (walkers, traffic, offices) as what must not count, at 10 to 30 pictures a second.
RED_LEAST: Final = 110
"""Least red of a flame at its brightest, 0..255: the red edge of a flame behind smoke has 110."""

SATURATION_LEAST: Final = 0.35
"""Least (red - blue) / red of a flame at its brightest: sand, skin and lit walls lie below."""

RED_OVER_GREEN: Final = 10
"""A flame has at least this much more red than green, 0..255."""

GREEN_UNDER_BLUE: Final = 8
"""A flame has no less green than blue but for this much, 0..255: compression smears colour."""

SWING_LEAST: Final = 30
"""Least difference between a pixel's brightest and darkest, in red plus half of green."""

REVERSALS: Final = 1.8
"""Least way of a pixel's brightness up and down, in swings: an edge that passes once makes 1."""

IN_STEP: Final = 0.85
"""Share of a region's changes that one common rhythm may explain: lamps and beacons reach 1."""

MEMORY_BURSTS: Final = 4
"""Bursts that are remembered."""

LASTING_BURSTS: Final = 3
"""Bursts among those in which a place must flicker."""

REACH_PX: Final = 5
"""Flickering pixels nearer than about half of this are one place, px of the burst."""

AREA_LEAST: Final = 0.0008
"""Least area of a place that burns, as a share of the picture."""

AREA_SURE: Final = 0.003
"""Area from which the strength is full, as a share of the picture."""

CAPTION_BAND: Final = 0.08
"""What lies wholly in this share of the picture's height at its top or bottom is a running clock
or another caption of the camera."""

HUE_SPREAD_LEAST: Final = 0.045
"""Least standard deviation of green / red among a region's fire-coloured pixels: a flame goes from
red to yellow, cloth has one dye."""

SHIFT_LEAST: Final = 1.0
"""A region whose picture moved this far within a burst, px, is a thing that travels or waves."""

HALF_SHIFT_LEAST: Final = 0.3
STEADY: Final = 0.5
"""Least way in each half of the burst, px, and least cosine between the two, of what travels: in a
region of a few pixels the whole way alone is often one pixel by chance."""

ALIKE: Final = 0.3
"""Least likeness of first and last picture for a shift to mean anything, 0..1: flames do not look
like themselves a third of a second later."""

_FEW: Final = 8
"""Fewer flickering pixels than this have no rhythm to speak of."""

Images = npt.NDArray[np.uint8]


class FlameModel:
    """Where flames lasted over the last bursts of one camera."""

    def __init__(self) -> None:
        self._recent: deque[Mask] = deque(maxlen=MEMORY_BURSTS)
        self._reach = np.ones((REACH_PX, REACH_PX), dtype=np.uint8)

    def reset(self) -> None:
        """Forget earlier bursts."""
        self._recent.clear()

    def update(self, images: Images) -> tuple[Floats, Floats]:
        """Learn a burst [N, H, W, 3] BGR: boxes [M, 4] px of it and strengths [M], 0..1."""
        spread = cv2.dilate(_flicker_of_flames(images), self._reach)
        mask = np.asarray(spread, dtype=np.uint8)
        if self._recent and self._recent[0].shape != mask.shape:
            self._recent.clear()
        self._recent.append(mask)
        lasting = np.sum(np.stack(self._recent), axis=0) >= LASTING_BURSTS
        return _places(np.asarray(lasting, dtype=np.uint8))


def _places(lasting: Mask) -> tuple[Floats, Floats]:
    """Boxes and strengths of the places of a mask [H, W] that may be flames."""
    height = lasting.shape[0]
    if not lasting.any():
        return np.zeros((0, 4)), np.zeros(0)
    _, _, statistics, _ = cv2.connectedComponentsWithStats(lasting)
    x, y, w, h, area = np.asarray(statistics[1:], dtype=np.float64).T
    share = area / lasting.size
    is_caption = (y + h <= CAPTION_BAND * height) | (y >= (1 - CAPTION_BAND) * height)
    kept = (share >= AREA_LEAST) & ~is_caption
    boxes = np.stack([x, y, x + w, y + h], axis=1)[kept]
    return boxes, np.minimum(share[kept] / AREA_SURE, 1.0)


def _flicker_of_flames(images: Images) -> Mask:
    """Pixels of a burst [N, H, W, 3] that flicker as flames do: [H, W], 0 or 1."""
    warm = _warm(images)
    places = np.flatnonzero(warm)
    mask = np.zeros(warm.shape, dtype=np.uint8)
    if len(places):
        series = images.reshape(len(images), -1, 3)[:, places].astype(np.int16)
        mask.reshape(-1)[places[_flickers(series)]] = 1
        _leave_out_others(mask, images)
    return mask


def _warm(images: Images) -> Bools:
    """Pixels [H, W] that are reddish at some time, and change: a cheap bound on what follows."""
    shape = images.shape[1:3]
    red = np.zeros(shape, dtype=np.uint8)
    brightest = np.zeros(shape, dtype=np.uint16)
    darkest = np.full(shape, np.iinfo(np.uint16).max, dtype=np.uint16)
    for image in images:
        blue, green, bright = cv2.split(image)
        cv2.max(red, cv2.subtract(bright, blue), dst=red)
        brightness = cv2.add(bright, np.right_shift(green, 1), dtype=cv2.CV_16U)
        cv2.max(brightest, brightness, dst=brightest)
        cv2.min(darkest, brightness, dst=darkest)
    swings = cv2.subtract(brightest, darkest) >= SWING_LEAST
    return np.asarray((red >= RED_LEAST * SATURATION_LEAST) & swings)


def _flickers(series: npt.NDArray[np.int16]) -> Bools:
    """Which pixels [N, K, 3] have a flame's colour when brightest, and go up and down. [K]."""
    bright = _brightness(series)
    top = np.take_along_axis(series, bright.argmax(axis=0)[None, :, None], axis=0)[0]
    blue, green, _ = top.T
    coloured = _fire_coloured(top) & (green >= blue - GREEN_UNDER_BLUE)
    way = np.abs(np.diff(bright, axis=0)).sum(axis=0)
    # The extremes do not count: a drop of rain crosses a pixel in one picture.
    ordered = np.sort(bright, axis=0)
    swing = ordered[-2] - ordered[1]
    return np.asarray(coloured & (swing >= SWING_LEAST) & (way >= REVERSALS * swing))


def _fire_coloured(pixels: npt.NDArray[np.int16]) -> Bools:
    """Which pixels [..., 3] are as red as flames."""
    blue, green, red = (pixels[..., channel] for channel in range(3))
    saturated = red - blue >= SATURATION_LEAST * red
    return np.asarray((red >= RED_LEAST) & saturated & (red - green >= RED_OVER_GREEN))


def _brightness(series: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """Red plus half of green of pixels [..., 3]: blue says nothing of a flame."""
    return np.asarray(series[..., 2] + (series[..., 1] >> 1), dtype=np.int16)


def _leave_out_others(mask: Mask, images: Images) -> None:
    """Clear, in place, regions of a mask [H, W] of one rhythm, of one hue, or that travel."""
    near = cv2.dilate(mask, np.ones((REACH_PX, REACH_PX), np.uint8))
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(near)
    for label, (x, y, width, height, _) in enumerate(statistics[1:].tolist(), start=1):
        place = (slice(y, y + height), slice(x, x + width))
        inside = (labels[place] == label) & (mask[place] > 0)
        if np.count_nonzero(inside) < _FEW:
            mask[place][inside] = 0
            continue
        region = images[:, place[0], place[1]].astype(np.int16)
        bright = _brightness(region)
        if _is_in_step(bright[:, inside]) or _has_one_hue(region[:, inside]) or _travels(bright):
            mask[place][inside] = 0


def _is_in_step(bright: npt.NDArray[np.int16]) -> bool:
    """Whether pixels [N, K] follow one rhythm, as those of a lamp do."""
    energies = np.linalg.eigvalsh(np.cov(bright.astype(np.float64)))
    return bool(energies[-1] > IN_STEP * energies.sum())


def _has_one_hue(series: npt.NDArray[np.int16]) -> bool:
    """Whether the fire-coloured among pixels [N, K, 3] differ in brightness only."""
    coloured = series[_fire_coloured(series)].astype(np.float64)
    return bool((coloured[:, 1] / coloured[:, 2]).std() < HUE_SPREAD_LEAST)


def _travels(bright: npt.NDArray[np.int16]) -> bool:
    """Whether a picture [N, h, w] is the same at the end of the burst, but elsewhere.

    What travels goes on in the second half as in the first; a flame that leans leans back.
    """
    first, middle, last = (
        bright[index].astype(np.float32) for index in (0, len(bright) // 2, len(bright) - 1)
    )
    way, likeness = _shift(first, last)
    if likeness < ALIKE or np.hypot(*way) < SHIFT_LEAST:
        return False
    halves = [_shift(first, middle)[0], _shift(middle, last)[0]]
    lengths = [float(np.hypot(*half)) for half in halves]
    along = float(halves[0] @ halves[1])
    return min(lengths) >= HALF_SHIFT_LEAST and along >= STEADY * lengths[0] * lengths[1]


def _shift(before: npt.NDArray[np.float32], after: npt.NDArray[np.float32]) -> tuple[Floats, float]:
    """How far a picture [h, w] moved, px right and down, and how alike it is then, 0..1."""
    window = cv2.createHanningWindow((before.shape[1], before.shape[0]), cv2.CV_32F)
    way, likeness = cv2.phaseCorrelate(before, after, window)
    return np.asarray(way, dtype=np.float64), float(likeness)
