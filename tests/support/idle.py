"""Films of a room in which nothing happens, and then somebody walks in."""

from __future__ import annotations

from collections.abc import Container, Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import PictureType

from gardefou.geometry.arrays import Image

RATE = 10
SIZE = (320, 192)
ROOM = np.random.default_rng(5).integers(60, 180, (12, 20, 3)).repeat(16, 0).repeat(16, 1)


def room(seed: int, visitor: tuple[int, int] | None = None) -> Image:
    """A room in a sensor's noise, with a visitor of 8 by 20 pixels where one is."""
    picture = ROOM + np.random.default_rng(seed).normal(0, 2, ROOM.shape[:2])[..., None]
    if visitor is not None:
        x, y = visitor
        picture[y : y + 20, x : x + 8] = 20
    return np.clip(picture, 0, 255).astype(np.uint8)


def write(
    path: Path,
    pictures: Iterable[Image],
    group: int = 2 * RATE,
    bits: int | None = None,
    reordered: int = 0,
    keyframes: Container[int] = (),
) -> Path:
    """A film with a keyframe every ``group`` pictures; ``bits`` a second, constant.

    ``reordered`` pictures in a row are B-frames; ``keyframes`` more pictures that are keyframes.
    """
    options = {"bf": str(reordered), "g": str(group), "sc_threshold": "0", "preset": "veryfast"}
    if reordered:
        options |= {"b-adapt": "0"}
    if bits is not None:
        options |= {"nal-hrd": "cbr", "maxrate": str(bits), "bufsize": str(bits)}
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        if bits is not None:
            stream.bit_rate = bits
        for index, image in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = index, Fraction(1, RATE)
            if index in keyframes:
                frame.pict_type = PictureType.I
            target.mux(stream.encode(frame))
        target.mux(stream.encode())
    return path


def still_then_visitor(still_s: float = 30.0, visit_s: float = 4.0) -> Iterable[Image]:
    """Nobody for some seconds, then somebody who crosses the room."""
    for index in range(round(still_s * RATE)):
        yield room(index)
    for index in range(round(visit_s * RATE)):
        yield room(1000 + index, (40 + 4 * index, 80))
