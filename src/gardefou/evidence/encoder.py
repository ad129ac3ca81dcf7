"""H.264 in MP4 as browsers play it: one video stream, nothing else."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import av
from av.codec.context import ThreadType
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from gardefou.errors import OutputError
from gardefou.geometry.arrays import Image, Size

ENCODER: Final = "libx264"
"""The only encoder used. MPEG-4 part 2 is no substitute where it is missing: browsers refuse it."""

QUALITY: Final = 27
"""Constant rate factor of x264, 0 best to 51: about 0.5 Mbit/s on PETS 2009 at 768x576."""

PRESET: Final = "veryfast"
"""Effort of x264. On 15 s of PETS 2009 the next slower preset took 70 % more CPU for no fewer
bytes, the next faster one half as many bytes again for no less CPU."""

KEYFRAME_S: Final = 2
"""A keyframe at least this often, so that a player can jump; seconds."""


def has_encoder() -> bool:
    """Whether clips can be encoded on this machine."""
    return ENCODER in av.codecs_available


class Mp4Writer:
    """Writes pictures of one size into an MP4 file that can be played while it loads.

    Use as a context; the file is complete when the context ends without an error. Frames stand on
    a grid of ``rate`` a second. Raises `OutputError` without an H.264 encoder, `OSError` when the
    file cannot be written.
    """

    def __init__(self, path: Path, size: Size, rate: int) -> None:
        if not has_encoder():
            raise OutputError("evidence.no_encoder")
        self._size = size
        self._tick = Fraction(1, rate)
        self._container = av.open(path, "w", format="mp4", options={"movflags": "+faststart"})
        self._stream = self._open_stream(rate)

    def _open_stream(self, rate: int) -> VideoStream:
        options = {"preset": PRESET, "crf": str(QUALITY), "bf": "0"}
        stream = self._container.add_stream(ENCODER, rate=rate, options=options)
        stream.width, stream.height = self._size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.gop_size = KEYFRAME_S * rate
        context.thread_count = 1
        context.thread_type = ThreadType.NONE
        context.color_range = ColorRange.MPEG
        context.colorspace = Colorspace.ITU709
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        return stream

    def write(self, image: Image, index: int) -> None:
        """Add a picture [H, W, 3] BGR at a place of the grid, each later than the one before."""
        frame = VideoFrame.from_ndarray(image, format="bgr24").reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, threads=1
        )
        frame.pts, frame.time_base, frame.duration = index, self._tick, 1
        self._container.mux(self._stream.encode(frame))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()
