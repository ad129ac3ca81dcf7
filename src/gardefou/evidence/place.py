"""A picture of a place to draw on: what stays while people pass; or its lines alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from gardefou.errors import OutputError
from gardefou.evidence.snapshot import JPEG_QUALITY
from gardefou.geometry.arrays import Image

PICTURES: Final = 7
"""Pictures of which the middle is taken: who stands for less than half of them is gone."""

FEWEST: Final = 3
"""Pictures that the middle needs at least: of one alone it would show whoever is in it."""

LINES_WIDTH: Final = 960
"""Most pixels across of a drawing."""

_PAPER: Final = 244
_INK: Final = 40
_SHARPEST: Final = 96.0
"""Change of brightness over two pixels that is drawn in full ink; set on the demonstration clip."""


def place_picture(jpegs: Sequence[bytes]) -> bytes:
    """The median of some live pictures, which are masked and head-blurred already, as JPEG.

    Raises `OutputError` when one is no picture, or they are of different sizes.
    """
    return _encoded(_median(jpegs))


def place_drawing(jpegs: Sequence[bytes]) -> bytes:
    """The lines of that median, dark on light, as JPEG: enough to draw on, and no image of anybody.

    Raises `OutputError` as `place_picture` does.
    """
    median = _median(jpegs)
    height, width = median.shape[:2]
    scale = min(1.0, LINES_WIDTH / width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    grey = cv2.cvtColor(cv2.resize(median, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.6)
    across = cv2.Scharr(smooth, cv2.CV_32F, 1, 0) / 16
    down = cv2.Scharr(smooth, cv2.CV_32F, 0, 1) / 16
    strength = np.clip(np.hypot(across, down) * 2 / _SHARPEST, 0.0, 1.0) ** 0.7
    return _encoded(np.asarray(_PAPER - (_PAPER - _INK) * strength, dtype=np.uint8))


def _median(jpegs: Sequence[bytes]) -> Image:
    decoded = [cv2.imdecode(np.frombuffer(each, np.uint8), cv2.IMREAD_COLOR) for each in jpegs]
    found = [np.asarray(each, np.uint8) for each in decoded if each is not None]
    if not found or len(found) != len(jpegs) or len({each.shape for each in found}) > 1:
        raise OutputError("evidence.not_decoded")
    return np.asarray(np.median(np.stack(found), axis=0), dtype=np.uint8)


def _encoded(image: Image) -> bytes:
    written, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not written:
        raise OutputError("evidence.not_encoded", width=image.shape[1], height=image.shape[0])
    return data.tobytes()
