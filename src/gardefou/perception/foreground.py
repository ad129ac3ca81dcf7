"""What moves in front of one fixed camera: a background model and the bodies that differ from it.

The background is a mixture of Gaussians for each pixel (Zivkovic, 2004: OpenCV's MOG2) on a small
picture. Learning follows stream time, not the number of frames.
"""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np

from gardefou.geometry.arrays import Floats, Image, Size
from gardefou.perception.blobs import Mask, bodies
from gardefou.perception.brightness import brightness
from gardefou.perception.percept import Foreground

# Tuned on PETS 2009, on a car park and offices seen from above, and on roads, at 2 to 30 fps.
WORKING_SIZE: Final[Size] = (320, 180)
"""The model's picture fits into this, px: five times cheaper than 640x360."""

MEMORY_S: Final = 50.0
"""Time constant of learning, s. A body that stops is background after about a tenth of it."""

YOUNG_MEMORY_S: Final = 12.0
"""The same at the start, s: what stood in the first pictures and left fades sooner."""

LEARNING_S: Final = 1.0
"""Time after a start during which boxes are not to be relied on, s."""

UPHEAVAL: Final = 0.6
"""Share of the picture from which a change is no body but the light or the camera."""

_VARIANCE_THRESHOLD: Final = 20.0
"""Squared Mahalanobis distance from which a pixel is foreground (MOG2's own default is 16)."""

_SHADOW_DARKEST: Final = 0.5
"""Darkest shadow, as a share of the background's brightness."""

_SHADOW: Final = 127
"""MOG2's mark of a shadow; bodies are marked 255."""

_MODES: Final = 4
_CLOSING: Final[Size] = (3, 5)
"""Gaps bridged within a body, px of the working picture: taller than wide, so that people who
walk side by side stay apart."""


class ForegroundModel:
    """The background of one camera, learned from its pictures.

    Detects every moving body whatever its kind; a body that stays becomes background within some
    seconds. Shadows are left out, a change of exposure is compensated.
    """

    def __init__(self) -> None:
        self._exposure = _Exposure()
        self._mixture = cv2.createBackgroundSubtractorMOG2(
            varThreshold=_VARIANCE_THRESHOLD, detectShadows=True
        )
        self._mixture.setShadowThreshold(_SHADOW_DARKEST)
        self._mixture.setNMixtures(_MODES)
        self._closing = cv2.getStructuringElement(cv2.MORPH_RECT, _CLOSING)
        self.reset()

    def reset(self) -> None:
        """Forget the background, as after a break in the stream."""
        self._started: float | None = None
        self._last = 0.0
        self._shape: tuple[int, ...] = ()

    def update(self, image: Image, time: float) -> Foreground:
        """Learn a picture [H, W, 3] at a stream time, s, and return what moves in it.

        Boxes are in pixels of the picture. Pictures come in order of time; a picture of another
        shape starts anew.
        """
        small = _shrunk(image)
        if self._started is None or small.shape != self._shape or time < self._last:
            return self._start(small, time)
        elapsed = time - self._last
        self._last = time
        rate = self._rate(elapsed, time - self._started)
        shaded = self._mixture.apply(self._exposure.corrected(small, elapsed), learningRate=rate)
        _, moving = cv2.threshold(shaded, _SHADOW, 255, cv2.THRESH_BINARY)
        mask = np.asarray(cv2.medianBlur(moving, 3), dtype=np.uint8)
        share = cv2.countNonZero(mask) / mask.size
        if share > UPHEAVAL:
            return self._start(small, time, share)
        boxes, fills = self._bodies(mask, (image.shape[1], image.shape[0]))
        return Foreground(boxes, fills, share, time - self._started >= LEARNING_S)

    def _start(self, small: Image, time: float, share: float = 0.0) -> Foreground:
        self._started = self._last = time
        self._shape = small.shape
        self._exposure = _Exposure()
        self._mixture.apply(self._exposure.corrected(small, 0.0), learningRate=1.0)
        return Foreground(np.zeros((0, 4)), np.zeros(0), share, reliable=False)

    def _rate(self, elapsed: float, age: float) -> float:
        memory = min(YOUNG_MEMORY_S + age, MEMORY_S)
        return 1.0 - math.exp(-elapsed / memory)

    def _bodies(self, mask: Mask, size: Size) -> tuple[Floats, Floats]:
        """Boxes in px of the full picture and the share of each that moves."""
        closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, self._closing)
        outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        fragments = np.array([cv2.boundingRect(outline) for outline in outlines], dtype=np.float64)
        fragments = fragments.reshape(-1, 4)
        fragments[:, 2:] += fragments[:, :2]
        boxes, fills = bodies(fragments, mask)
        scale = (size[0] / mask.shape[1], size[1] / mask.shape[0])
        return boxes * np.array([*scale, *scale]), fills


class _Exposure:
    """The camera's gain, a median over sparse pixels so that a few bodies do not count."""

    _SAMPLING: Final = 6
    _MEMORY_S: Final = 60.0
    _STRONGEST: Final = 2.0
    _UNSEEN: Final = 0.01
    _DARK: Final = 8.0

    def __init__(self) -> None:
        self._usual: Floats | None = None

    def corrected(self, image: Image, elapsed: float) -> Image:
        """The picture as it would be at the gain that the camera had before."""
        bright = brightness(image[:: self._SAMPLING, :: self._SAMPLING]) + self._DARK
        if self._usual is None:
            self._usual = bright
        gain = float(np.median(bright / self._usual))
        gain = min(max(gain, 1 / self._STRONGEST), self._STRONGEST)
        self._usual += (bright - self._usual) * (1.0 - math.exp(-elapsed / self._MEMORY_S))
        if abs(gain - 1.0) < self._UNSEEN:
            return image
        return cv2.convertScaleAbs(image, alpha=1.0 / gain)  # type: ignore[return-value]


def _shrunk(image: Image) -> Image:
    """The picture within `WORKING_SIZE`: by whole factors first, which averages noise cheaply."""
    scale = min(WORKING_SIZE[0] / image.shape[1], WORKING_SIZE[1] / image.shape[0], 1.0)
    target = (max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1))
    factor = int(1 / scale)
    coarse = (image.shape[1] // factor, image.shape[0] // factor)
    if factor > 1:
        whole = image[: coarse[1] * factor, : coarse[0] * factor]
        image = cv2.resize(whole, coarse, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    if (image.shape[1], image.shape[0]) == target:
        return image
    return cv2.resize(image, target, interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]
