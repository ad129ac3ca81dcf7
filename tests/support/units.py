"""A stream as a camera sends it: H.264 access units, made from the demo clip."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from gardefou.geometry.arrays import Image

RATE = 10
"""Frames a second."""


def demo_pictures(clip: Path, start_s: float, seconds: float, size: tuple[int, int]) -> list[Image]:
    """A stretch of a clip at its own rate, enlarged to ``size``."""
    pictures = []
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        rate = float(stream.average_rate or RATE)
        for index, frame in enumerate(container.decode(stream)):
            if index >= (start_s + seconds) * rate:
                break
            if index >= start_s * rate:
                scaled = frame.reformat(*size, format="bgr24", interpolation="BILINEAR")
                pictures.append(np.asarray(scaled.to_ndarray(), dtype=np.uint8))
    return pictures


def write_units(path: Path, pictures: list[Image], rate: int = RATE, bitrate: int = 0) -> Path:
    """Encode pictures as a camera does: no B-frames, a keyframe a second; ``bitrate`` bit/s."""
    height, width = pictures[0].shape[:2]
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(rate), Fraction(1, rate)
    encoder.options = {"preset": "ultrafast", "bf": "0", "g": str(rate), "threads": "1"}
    if bitrate:
        encoder.bit_rate = bitrate
    packets = []
    for picture in pictures:
        packets += encoder.encode(av.VideoFrame.from_ndarray(picture, format="bgr24"))
    packets += encoder.encode(None)
    with path.open("wb") as file:
        for packet in packets:
            data = bytes(packet)
            file.write(struct.pack(">I", len(data)) + data)
    return path
