"""From the decoder's picture to the picture that is analysed: size, aspect, rotation, masks."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

import av
import cv2
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

from gardefou.capture.masks import PrivacyMask
from gardefou.geometry.arrays import Image, Size

ANALYSIS_PIXELS: Final = 640 * 360
"""Pixels of an analysed picture unless the caller says otherwise."""

SQUARE_TOLERANCE: Final = 0.02
"""Pixels whose width and height differ by less than this share count as square."""

_TURNS: Final = {
    90: cv2.ROTATE_90_COUNTERCLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_CLOCKWISE,
}

_PLANAR: Final = frozenset({"yuv420p", "yuvj420p"})
"""What nearly all cameras send: brightness, and colour at half the resolution."""

_MUCH_SMALLER: Final = 2.0
"""Reduction of width and height from which colour keeps enough detail in that format."""


def analysis_size(width: int, height: int, budget: int = ANALYSIS_PIXELS) -> Size:
    """The largest even size of the same shape that has at most ``budget`` pixels; never enlarged.

    >>> analysis_size(1920, 1080), analysis_size(320, 240), analysis_size(768, 576)
    ((640, 360), (320, 240), (554, 414))
    """
    scale = min(1.0, math.sqrt(budget / (width * height)))
    return _even(width * scale), _even(height * scale)


def _even(length: float) -> int:
    return max(2, int(length + 1e-6) // 2 * 2)


def square_pixels(width: int, height: int, aspect: Fraction | None) -> tuple[int, int]:
    """Size with square pixels of a picture whose pixels have this aspect (width to height).

    The longer side is cut down, so that nothing is enlarged.

    >>> square_pixels(720, 576, Fraction(16, 15)), square_pixels(640, 540, Fraction(1281, 1280))
    ((720, 540), (640, 540))
    """
    if not aspect or abs(float(aspect) - 1) < SQUARE_TOLERANCE:
        return width, height
    if aspect > 1:
        return width, max(1, round(height / aspect))
    return max(1, round(width * aspect)), height


class Converter:
    """Makes BGR pictures of decoded frames, upright, with square pixels and masked.

    A picture that becomes much smaller is reduced in the decoder's own pixel format, which has half
    as many values, and made BGR at the final size; others go through one pass of the scaler.
    ``budget``: most pixels of the result, None keeps the full size and the stored pixel shape.
    ``interpolation``: a fast one reads only some of the pixels, for pictures where noise is cheap.
    """

    def __init__(
        self,
        masks: PrivacyMask,
        budget: int | None,
        interpolation: Interpolation = Interpolation.AREA,
    ) -> None:
        self._masks = masks
        self._budget = budget
        self._interpolation = interpolation
        self._reducer = VideoReformatter()
        self._scaler = VideoReformatter()

    def picture(
        self, frame: av.VideoFrame, rotation: int = 0, aspect: Fraction | None = None
    ) -> Image:
        """The frame as an image [H, W, 3] BGR.

        ``rotation`` in degrees counter-clockwise turns it upright; ``aspect`` is that of the stored
        pixels.
        """
        size = self.size_of(frame.width, frame.height, aspect)
        way = self._interpolation
        if self._is_reduced_first(frame, size):
            frame = self._reducer.reformat(frame, *size, interpolation=way, threads=1)
        scaled = self._scaler.reformat(frame, *size, format="bgr24", interpolation=way, threads=1)
        image: Image = np.ascontiguousarray(scaled.to_ndarray(), dtype=np.uint8)
        turn = _TURNS.get(rotation % 360)
        if turn is not None:
            image = np.asarray(cv2.rotate(image, turn), dtype=np.uint8)
        self._masks.burn(image)
        return image

    def _is_reduced_first(self, frame: av.VideoFrame, size: Size) -> bool:
        """Whether a frame is made smaller before it is made BGR; fast filters read less anyway."""
        return (
            self._interpolation is Interpolation.AREA
            and frame.format.name in _PLANAR
            and min(frame.width / size[0], frame.height / size[1]) >= _MUCH_SMALLER
        )

    def size_of(self, width: int, height: int, aspect: Fraction | None = None) -> Size:
        """Size before rotation of the picture made of a stored frame of this size."""
        if self._budget is None:
            return width, height
        return analysis_size(*square_pixels(width, height, aspect), self._budget)
