"""How large a network's input is for a picture, and how boxes come back from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Floats, Image, Size

STEP: Final = 32
"""Coarsest stride of the networks used: an input's width and height are multiples of it, px."""


@lru_cache(maxsize=256)
def input_shape(size: Size, pixels: int) -> Size:
    """Width and height of the network input for a picture, at most ``pixels`` in area.

    Multiples of `STEP`, no larger than the picture needs, chosen so that the axis that loses more
    detail loses as little as the budget allows.

    >>> input_shape((1920, 1080), 416 * 256), input_shape((640, 480), 416 * 320)
    ((416, 256), (416, 320))
    """
    width, height = size
    best, best_scale = (STEP, STEP), 0.0
    for columns in range(STEP, _rounded_up(width) + 1, STEP):
        rows = min(pixels // columns // STEP * STEP, _rounded_up(height))
        needed = _rounded_up(round(columns * height / width))
        rows = min(rows, needed)
        scale = min(columns / width, rows / height)
        if scale > best_scale:
            best, best_scale = (columns, rows), scale
    return best


def _rounded_up(length: int) -> int:
    return max(-(-length // STEP) * STEP, STEP)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture lies in a network's input: its upper left part of ``placed`` pixels.

    ``picture`` and ``input`` are sizes in px. The rest of the input, if any, is padding.
    """

    picture: Size
    input: Size
    placed: Size

    @classmethod
    def filling(cls, picture: Size, input_size: Size) -> Placement:
        """The picture over the whole input, its sides scaled apart."""
        return cls(picture, input_size, input_size)

    @classmethod
    def within(cls, picture: Size, input_size: Size) -> Placement:
        """The picture as large as fits with its sides' ratio kept."""
        scale = min(input_size[0] / picture[0], input_size[1] / picture[1])
        placed = (round(picture[0] * scale), round(picture[1] * scale))
        return cls(picture, input_size, placed)

    def apply(self, image: Image) -> Image:
        """The network's input [H, W, 3] for a picture."""
        resized = image
        if self.placed != self.picture:
            resized = cv2.resize(image, self.placed, interpolation=cv2.INTER_LINEAR)  # type: ignore[assignment]
        if self.placed == self.input:
            return resized
        padded = np.full((self.input[1], self.input[0], 3), _PADDING, dtype=np.uint8)
        padded[: self.placed[1], : self.placed[0]] = resized
        return padded

    def to_picture(self, boxes: Floats) -> Floats:
        """Boxes in pixels of the input as boxes in pixels of the picture, clipped. [N, 4]."""
        ratio = (self.picture[0] / self.placed[0], self.picture[1] / self.placed[1])
        return box.clip(boxes * np.array([*ratio, *ratio]), self.picture)


_PADDING: Final = 114
"""Grey level of padding, 0..255, as in the training of NanoDet and YOLOX."""
