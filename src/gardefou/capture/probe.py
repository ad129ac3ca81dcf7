"""A short look at a live stream before it is used: what it says of itself, how it arrives.

No picture is decoded into anything that is kept or shown: packets are counted and timed.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Final

import av

from gardefou.capture.link import Link
from gardefou.capture.live import failure
from gardefou.capture.notice import Notice
from gardefou.capture.opening import only_video
from gardefou.capture.reader import stream_info
from gardefou.capture.source import StreamInfo
from gardefou.errors import CaptureError

LISTEN_S: Final = 3.0
"""How long packets are counted after the first, s: two keyframes of most cameras."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a stream says of itself and how it came.

    ``open_s`` until the camera had answered and described its stream, ``first_s`` from the
    beginning to the first keyframe, s; ``rate`` packets a second and ``kbit_s`` as they came;
    ``keyframe_s`` between keyframes, None when fewer than two came.
    """

    info: StreamInfo
    open_s: float
    first_s: float | None
    rate: float | None
    kbit_s: float | None
    keyframe_s: float | None


def probe(
    link: Link, stopped: threading.Event | None = None, listen_s: float = LISTEN_S
) -> Probe | Notice:
    """Connect, listen for ``listen_s`` and let go; a `Notice` says why it could not be read."""
    began = time.monotonic()
    try:
        with link.open() as container:
            stream = only_video(container, link.name)
            info, open_s = stream_info(stream), time.monotonic() - began
            arrivals = _Arrivals(began)
            for packet in link.packets(container, stream, stopped or threading.Event()):
                if packet.size:
                    arrivals.add(packet.size, packet.is_keyframe)
                if arrivals.span_s >= listen_s:
                    break
    except CaptureError as error:
        return Notice.of(error.key, **error.fields)
    except (av.FFmpegError, OSError, ValueError) as error:
        return failure(error, link.name, was_running=False)
    return Probe(
        info, open_s, arrivals.first_s, arrivals.rate, arrivals.kbit_s, arrivals.keyframe_s
    )


class _Arrivals:
    """Sizes and times of the packets that came."""

    def __init__(self, began: float) -> None:
        self._began = began
        self._first = self._last = 0.0
        self._count = self._bytes = 0
        self._keyframes: list[float] = []

    def add(self, size: int, is_keyframe: bool) -> None:
        """A packet has come."""
        now = time.monotonic()
        if not self._count:
            self._first = now
        self._count, self._bytes, self._last = self._count + 1, self._bytes + size, now
        if is_keyframe:
            self._keyframes.append(now)

    @property
    def span_s(self) -> float:
        """Time from the first packet to the last, s."""
        return self._last - self._first

    @property
    def first_s(self) -> float | None:
        """Time from the beginning to the first keyframe, s."""
        return self._keyframes[0] - self._began if self._keyframes else None

    @property
    def rate(self) -> float | None:
        """Packets a second."""
        return (self._count - 1) / self.span_s if self.span_s > 0 else None

    @property
    def kbit_s(self) -> float | None:
        """Thousands of bits a second."""
        return self._bytes * 8e-3 / self.span_s if self.span_s > 0 else None

    @property
    def keyframe_s(self) -> float | None:
        """Mean time between keyframes, s."""
        if len(self._keyframes) < 2:
            return None
        return (self._keyframes[-1] - self._keyframes[0]) / (len(self._keyframes) - 1)
