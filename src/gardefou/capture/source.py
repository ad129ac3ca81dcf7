"""What every source of frames offers, whether a file or a camera."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, Self

from gardefou.capture.frame import Frame
from gardefou.capture.parameters import CodecParameters
from gardefou.capture.ring import PacketRing


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """A stream as its container states it; ``width`` and ``height`` of stored pictures, px.

    ``rate`` is the nominal frames a second. ``has_audio`` says that the container announces sound;
    it is never read.
    """

    codec: str
    width: int
    height: int
    rate: float
    has_audio: bool


class Source(Protocol):
    """Frames of one camera, chosen for analysis, and its last packets."""

    @property
    def info(self) -> StreamInfo:
        """The stream as it is now; changes with `epoch`."""
        ...

    @property
    def codec_parameters(self) -> CodecParameters:
        """What a decoder for the packets in `ring` must know."""
        ...

    @property
    def ring(self) -> PacketRing:
        """Encoded packets of the last seconds."""
        ...

    @property
    def epoch(self) -> int:
        """Counts how often the picture changed size or codec; state from before is void."""
        ...

    def frames(self) -> Iterator[Frame]:
        """Frames in the order of their time."""
        ...

    def close(self) -> None:
        """Let go of the stream; harmless when repeated."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...
