"""What a decoder must know of a stream before its first packet."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
from av.codec.context import ThreadType
from av.video.codeccontext import VideoCodecContext


@dataclass(frozen=True, slots=True)
class CodecParameters:
    """Enough to make a fresh decoder for packets kept earlier.

    ``codec`` is the decoder's name, ``tag`` the container's four characters, ``extradata`` the
    out-of-band headers (for example an MP4's parameter sets) or None when they travel in the
    stream. ``size`` is the stored width and height, px. ``rotation``: degrees counter-clockwise
    that turn the stored picture upright. ``aspect``: width to height of a stored pixel as the
    container states it, None when it does not.
    """

    codec: str
    tag: str
    extradata: bytes | None
    size: tuple[int, int]
    pixel_format: str | None
    bits_per_sample: int
    time_base: Fraction
    aspect: Fraction | None
    rotation: int = 0

    @classmethod
    def of(cls, stream: av.VideoStream) -> CodecParameters:
        """The parameters that the container states for a stream."""
        context = stream.codec_context
        return cls(
            codec=context.name,
            tag=context.codec_tag,
            extradata=context.extradata,
            size=(context.width, context.height),
            pixel_format=context.pix_fmt,
            bits_per_sample=context.bits_per_coded_sample,
            time_base=stream.time_base or Fraction(1, 90000),
            aspect=stream.sample_aspect_ratio,
        )

    def new_decoder(self, *, skips_loop_filter: bool = False) -> VideoCodecContext:
        """A decoder that has seen nothing yet."""
        context = av.CodecContext.create(self.codec, "r")
        if not isinstance(context, VideoCodecContext):
            raise TypeError(f"{self.codec} is not a video codec")
        context.extradata = self.extradata
        context.width, context.height = self.size
        context.codec_tag = self.tag
        if self.pixel_format is not None:
            context.pix_fmt = self.pixel_format
        if self.bits_per_sample:
            context.bits_per_coded_sample = self.bits_per_sample
        prepare(context, skips_loop_filter=skips_loop_filter)
        return context


def prepare(context: VideoCodecContext, *, skips_loop_filter: bool = False) -> None:
    """Settings of every decoder here: its own thread only, packets' times carried to frames."""
    context.thread_count = 1
    context.thread_type = ThreadType.NONE
    context.copy_opaque = True
    if skips_loop_filter:
        # Keyframes are smoothed: what drifts from the sent picture starts from it again.
        context.options = {"skip_loop_filter": "nokey"}
