"""A closed yard that a box crosses: a clip that raises alerts without any footage, and its site."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np

from gardefou.geometry.arrays import Image

RATE = 10
SIZE = (320, 240)
VISITS = ((4.0, 6.5), (14.0, 16.5))
"""When a box crosses the yard, s."""

YARD = """\
version: 1
name: Test
timezone: Europe/Paris
cameras:
  - id: yard
    name: Yard
    situations: [zone_intrusion]
    zones:
      - id: all
        situation: zone_intrusion
        act: test
        polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]
"""


def yard(time: float, visits: Sequence[tuple[float, float]] = VISITS) -> Image:
    """A still textured ground; during a visit a dark box with light bands walks to the right."""
    width, height = SIZE
    blocks = np.random.default_rng(5).integers(90, 150, (height // 8, width // 8, 3))
    ground = np.kron(blocks, np.ones((8, 8, 1))).astype(np.uint8)
    for start, end in visits:
        if start <= time < end:
            left = int(40 + 60 * (time - start))
            ground[120:200, left : left + 36] = 20
            ground[130:200:16, left + 4 : left + 32] = (230, 240, 250)
    return ground


def write_yard(
    path: Path, seconds: float = 20.0, visits: Sequence[tuple[float, float]] = VISITS
) -> Path:
    """Write the yard as H.264, a keyframe a second."""
    options = {"preset": "ultrafast", "threads": "1", "g": str(RATE), "bf": "0"}
    muxer = {"movflags": "faststart"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=muxer) as container:
        stream = container.add_stream("libx264", rate=RATE, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for index in range(round(seconds * RATE)):
            picture = av.VideoFrame.from_ndarray(yard(index / RATE, visits), format="bgr24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path
