"""Opening a container for its video alone: every other stream is discarded at the demuxer."""

from __future__ import annotations

from collections.abc import Mapping

import av
from av.container import InputContainer
from av.stream import Discard, Disposition

from gardefou.errors import CaptureError


def open_container(
    address: str,
    options: Mapping[str, str],
    timeout: tuple[float, float] | None = None,
) -> InputContainer:
    """Open an address for reading; ``timeout``: seconds to open and to wait for each packet.

    Raises `av.FFmpegError`.
    """
    return av.open(address, "r", options=dict(options), timeout=timeout, metadata_errors="replace")


def only_video(container: InputContainer, name: str) -> av.VideoStream:
    """The container's video stream; packets of all its other streams never leave the demuxer.

    ``name`` is what an error calls the container. Raises `CaptureError` when it has no video that
    can be decoded.
    """
    pictures = [
        stream
        for stream in container.streams.video
        if not stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails)
    ]
    if not pictures:
        has_sound = any(stream.type == "audio" for stream in container.streams)
        raise CaptureError("capture.audio_only" if has_sound else "capture.no_video", path=name)
    known = [stream for stream in pictures if stream.codec_context is not None]
    if not known:
        raise CaptureError("capture.unknown_codec", path=name)
    chosen = known[0]
    for stream in container.streams:
        if stream.index != chosen.index:
            stream.discard = Discard.all
    return chosen
