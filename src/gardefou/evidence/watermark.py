"""A watermark that names whoever looks, burnt into the picture: visible, small, all over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Final

import av
import av.error
import cv2
import numpy as np
from av.codec.context import ThreadType
from av.video import VideoStream

from gardefou.errors import OutputError
from gardefou.evidence.snapshot import JPEG_QUALITY
from gardefou.geometry.arrays import Image, Ints

OPACITY: Final = 0.3
"""How much of a pixel the text replaces, 0..1: it is read, and what it covers is seen."""

_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX
_HEIGHT_SHARE: Final = 0.024
"""Height of the text as a share of the picture's."""

_SMALLEST_PX: Final = 9.0
_HERSHEY_PX: Final = 21.0
"""Height of a capital letter of the font at scale 1, px."""

_ROWS: Final = 5
"""Rows of text over a picture: whatever part is cut out of it holds one."""

_BLACK, _WHITE = 16, 235
"""Brightness of the darkest and the lightest in a film (ITU-R BT.709, limited range)."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How a marked clip is encoded by x264: preset, constant rate factor, pictures a keyframe."""

    preset: str
    crf: str
    group: int


KEPT: Final = Effort("veryfast", "23", 250)
"""For a clip that leaves the system and is kept."""

SHOWN: Final = Effort("ultrafast", "27", 20)
"""For a clip that is looked at now: somebody waits for it. Less CPU, more bytes; a keyframe each
2 s, to jump to."""


def watermark_text(name: str, time: float) -> str:
    """The text for a viewer at a time, UTC s; ``name`` in ASCII, as names of accounts are.

    >>> watermark_text("a.petit", 0.0)
    'a.petit 1970-01-01 00:00:00 UTC'
    """
    return f"{name} {datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:%M:%S} UTC"


def stamp(image: Image, text: str) -> None:
    """Burn the text into a picture [H, W, 3] BGR, in place, in rows from edge to edge."""
    height, width = image.shape[:2]
    light, dark = _layers(height, width, text)
    for layer, colour in ((dark, 0.0), (light, 255.0)):
        where = layer > 0
        image[where] = (image[where] * (1 - OPACITY) + colour * OPACITY).astype(np.uint8)


def stamped_jpeg(data: bytes, text: str) -> bytes:
    """A JPEG with the text burnt in; raises `OutputError` when it is no picture."""
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise OutputError("evidence.not_decoded")
    image = np.asarray(decoded, np.uint8)
    stamp(image, text)
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()


def stamped_clip(data: bytes, text: str, effort: Effort = KEPT) -> bytes:
    """An MP4 with the text burnt into every picture and no sound; it is encoded anew.

    The same clip, text and effort give the same bytes. Raises `OutputError` when it cannot be
    decoded.
    """
    made = BytesIO()
    try:
        with (
            av.open(BytesIO(data), "r") as source,
            av.open(made, "w", format="mp4") as target,
        ):
            shown = source.streams.video[0]
            stream = target.add_stream("libx264", rate=shown.average_rate or 25)
            assert isinstance(stream, VideoStream)
            stream.width, stream.height, stream.pix_fmt = shown.width, shown.height, "yuv420p"
            stream.time_base = shown.time_base
            stream.options = {"crf": effort.crf, "preset": effort.preset, "bf": "0"}
            for context in (shown.codec_context, stream.codec_context):
                context.thread_count, context.thread_type = 1, ThreadType.NONE
            stream.codec_context.gop_size = effort.group
            light, dark = map(np.flatnonzero, _layers(shown.height, shown.width, text))
            for frame in source.decode(shown):
                target.mux(stream.encode(_stamped(frame, light, dark)))
            target.mux(stream.encode(None))
    except (av.error.FFmpegError, IndexError) as error:
        raise OutputError("evidence.not_decoded") from error
    return made.getvalue()


def _stamped(frame: av.VideoFrame, light: Ints, dark: Ints) -> av.VideoFrame:
    """The frame with the text in its brightness, as a copy: the decoder goes on from its own.

    ``light`` and ``dark`` number the pixels [N], row after row. Only brightness is changed, which
    spares the way to colours and back.
    """
    planes = np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)
    bright = planes[: frame.height].reshape(-1)
    for where, level in ((dark, _BLACK), (light, _WHITE)):
        kept = bright[where] * np.float32(1 - OPACITY)
        bright[where] = (kept + np.float32(level * OPACITY)).astype(np.uint8)
    written = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    written.pts, written.time_base = frame.pts, frame.time_base
    written.color_range, written.colorspace = frame.color_range, frame.colorspace
    return written


def _layers(height: int, width: int, text: str) -> tuple[Image, Image]:
    """Where the text is light, and where its dark rim is. [H, W] uint8"""
    scale = max(height * _HEIGHT_SHARE, _SMALLEST_PX) / _HERSHEY_PX
    (length, tall), _ = cv2.getTextSize(text, _FONT, scale, 1)
    light = np.zeros((height, width), np.uint8)
    dark = np.zeros((height, width), np.uint8)
    pitch = length + 4 * tall
    for row in range(_ROWS):
        y = int((row + 0.5) * height / _ROWS + tall / 2)
        for x in range(-(row % 2) * pitch // 2, width, pitch):
            cv2.putText(dark, text, (x, y), _FONT, scale, 255, 3)
            cv2.putText(light, text, (x, y), _FONT, scale, 255, 1)
    dark[light > 0] = 0
    return light, dark
