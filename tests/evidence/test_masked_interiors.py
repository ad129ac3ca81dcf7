"""C7: what lies behind a mask changes nothing, from the analysed frame to the stored evidence."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from gardefou.capture.file import FileSource
from gardefou.capture.masks import MARGIN_PX, PrivacyMask
from gardefou.capture.reader import ReadSettings
from gardefou.capture.ring import PacketRing
from gardefou.evidence.clip import BlurredStretch, write_clip
from gardefou.evidence.finder import Finder
from gardefou.evidence.heads import HeadRecord
from gardefou.evidence.job import Footage
from gardefou.evidence.pictures import pictures
from gardefou.geometry.arrays import Image
from support.clips import scene

SIZE = (320, 240)
WINDOW = np.array([[0.5, 0.2], [0.8, 0.2], [0.8, 0.7], [0.5, 0.7]])
MASK = PrivacyMask([WINDOW])
FRAMES = 50


def interior(index: int, which: int) -> Image:
    """One of two lives behind the same window; the street outside is the same."""
    image = scene(index, SIZE)
    inside = np.random.default_rng(1000 * which + index).integers(0, 256, (120, 96, 3))
    image[48:168, 160:256] = inside
    return image


def film(path: Path, which: int) -> Path:
    """Without loss, so that the street is the same to the bit."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264rgb", rate=25, options={"qp": "0", "g": "10"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "rgb24"
        for index in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(interior(index, which), format="bgr24")
            container.mux(stream.encode(frame.reformat(format="rgb24")))
        container.mux(stream.encode(None))
    return path


def analysed(path: Path) -> list[Image]:
    with FileSource(path, ReadSettings("gate", masks=MASK), PacketRing(1e9)) as source:
        return [frame.image.copy() for frame in source.frames()]


def footage(path: Path) -> Footage:
    with FileSource(path, ReadSettings("gate"), PacketRing(1e9)) as source:
        for _ in source.frames():
            pass
        return Footage(tuple(source.ring.since(0.0)), source.codec_parameters)


def test_two_interiors_are_one_to_analysis_and_evidence(tmp_path: Path, nobody: Finder) -> None:
    paths = [film(tmp_path / f"{which}.mp4", which) for which in (1, 2)]
    bare = [
        next(iter(pictures(footage(path), PrivacyMask(), 10**6, lambda _: True))).image
        for path in paths
    ]
    assert (bare[0] != bare[1]).any(), "the two interiors must differ where no mask is"

    frames = [analysed(path) for path in paths]
    assert len(frames[0]) == len(frames[1]) > 0
    for one, other in zip(*frames, strict=True):
        assert (one == other).all()
    hidden = MASK.covered(SIZE) > 0
    assert hidden.sum() > 96 * 120
    assert MARGIN_PX > 0

    clips = []
    for path in paths:
        made = tmp_path / f"{path.stem}-clip.mp4"
        stretch = BlurredStretch(footage(path), 0.0, 1.5, HeadRecord.empty(), MASK, nobody)
        for _ in write_clip(stretch, made):
            pass
        clips.append(made)
    decoded = []
    for path in clips:
        with av.open(str(path)) as container:
            decoded.append([each.to_ndarray(format="bgr24") for each in container.decode(video=0)])
    assert len(decoded[0]) == len(decoded[1]) > 0
    for one, other in zip(*decoded, strict=True):
        assert (one == other).all()
