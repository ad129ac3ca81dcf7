"""Ways to a live stream: a camera's address, or a file played endlessly at its own pace."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import av
from av.container import InputContainer

from gardefou.capture.address import without_password
from gardefou.capture.clock import StreamClock, nominal_rate
from gardefou.capture.file import FILE_OPTIONS, regular_file
from gardefou.capture.opening import open_container
from gardefou.errors import CaptureError

OPEN_TIMEOUT_S: Final = 12.0
"""Longest wait for a connection and its first keyframe; seconds."""

READ_TIMEOUT_S: Final = 3.0
"""Longest silence of a connected stream before it is opened again; seconds. A camera slower than
one picture in three seconds needs a longer one."""

PROBE_S: Final = 2.0
"""Longest look at the stream before it starts when its description is incomplete; seconds."""

UDP_BUFFER_BYTES: Final = 4 * 1024 * 1024
"""Socket buffer for a stream over UDP: a keyframe of a 4K camera must fit."""

NAP_S: Final = 0.2
"""How long the packets of a sleeping camera may gather before they are read, s: five wakings of the
reading thread a second instead of one a packet. 8 Mb/s are 200 kB meanwhile, which a TCP connection
holds; over UDP they could be lost."""

REORDER_S: Final = 0.3
"""Longest wait for a UDP packet that was overtaken; seconds."""

SCHEMES: Final = frozenset({"rtsp", "rtsps", "http", "https", "rtmp", "rtmps", "srt"})
"""Kinds of address a camera may have."""

_PROTOCOLS: Final = "rtsp,rtsps,rtp,srtp,udp,tcp,tls,http,https,httpproxy,crypto,rtmp,rtmps,srt"


class Transport(StrEnum):
    """How RTSP carries the pictures."""

    TCP = "tcp"
    UDP = "udp"


class Link(Protocol):
    """A way to a live stream, which may be opened any number of times."""

    @property
    def name(self) -> str:
        """What a person may see: no user name, no password."""
        ...

    @property
    def silence_s(self) -> float:
        """Longest time that opening or reading may block, seconds."""
        ...

    @property
    def nap_s(self) -> float:
        """How long packets may wait to be read without being lost, seconds."""
        ...

    def open(self) -> InputContainer:
        """Connect. Raises `av.FFmpegError` or `CaptureError`."""
        ...

    def packets(
        self, container: InputContainer, stream: av.VideoStream, stopped: threading.Event
    ) -> Iterator[av.Packet[av.VideoStream]]:
        """The stream's packets until it ends. Raises `av.FFmpegError`."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class CameraLink:
    """A camera on the network. Raises `CaptureError` when the address is none.

    ``address`` may hold a user name and password; it is never shown as it is.
    """

    address: str
    transport: Transport = Transport.TCP
    open_timeout_s: float = OPEN_TIMEOUT_S
    read_timeout_s: float = READ_TIMEOUT_S

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.address)
            is_address = parts.scheme.lower() in SCHEMES and bool(parts.hostname)
        except ValueError:
            is_address = False
        if not is_address:
            raise CaptureError("capture.live.bad_address", address=self.name)

    def __repr__(self) -> str:
        return f"CameraLink({self.name!r}, {self.transport.value})"

    @property
    def name(self) -> str:
        """The address without user name and password."""
        return without_password(self.address)

    @property
    def silence_s(self) -> float:
        """Longest time that opening or reading may block, seconds."""
        return max(self.open_timeout_s, self.read_timeout_s)

    @property
    def nap_s(self) -> float:
        """How long packets may wait to be read: over UDP not at all, seconds."""
        return NAP_S if self.transport is Transport.TCP else 0.0

    def open(self) -> InputContainer:
        """Connect; sound is not even asked for."""
        timeout = (self.open_timeout_s, self.read_timeout_s)
        began = time.monotonic()
        try:
            return open_container(self.address, self._options(), timeout)
        except av.FFmpegError as error:
            # A timeout while connecting comes out of FFmpeg under many names.
            if time.monotonic() - began >= self.open_timeout_s:
                raise CaptureError("capture.live.silent", address=self.name) from error
            raise

    def packets(
        self, container: InputContainer, stream: av.VideoStream, stopped: threading.Event
    ) -> Iterator[av.Packet[av.VideoStream]]:
        """The stream's packets as they arrive. Raises `CaptureError` after a silence."""
        last = time.monotonic()
        for packet in container.demux(stream):
            if stopped.is_set():
                return
            is_silent = time.monotonic() - last >= self.read_timeout_s
            yield packet
            # At the first timeout FFmpeg hands out the picture that its parser still held, and
            # would wait once more for nothing. What the caller did meanwhile is no silence.
            if is_silent:
                raise CaptureError("capture.live.silent", address=self.name)
            last = time.monotonic()

    def _options(self) -> dict[str, str]:
        probe_us = str(int(PROBE_S * 1e6))
        options = {
            "protocol_whitelist": _PROTOCOLS,
            "analyzeduration": probe_us,
            "fpsprobesize": "0",
        }
        if urlsplit(self.address).scheme.lower().startswith("rtsp"):
            options |= {
                "rtsp_transport": self.transport.value,
                "allowed_media_types": "video",
                "timeout": str(int(self.open_timeout_s * 1e6)),
                "max_delay": str(int(REORDER_S * 1e6)),
                "buffer_size": str(UDP_BUFFER_BYTES),
            }
        return options


@dataclass(frozen=True, slots=True)
class FileLoop:
    """A file played endlessly at its own pace, as if a camera sent it; for the demonstration.

    ``paced`` False for the pace of whoever takes its frames; for measuring.
    """

    path: Path
    silence_s: float = OPEN_TIMEOUT_S
    paced: bool = True

    def __post_init__(self) -> None:
        regular_file(str(self.path))

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self.path)

    @property
    def nap_s(self) -> float:
        """How long packets may wait to be read: paced as if a camera sent them, seconds."""
        return NAP_S if self.paced else 0.0

    def open(self) -> InputContainer:
        """Open the file."""
        return open_container(f"file:{self.path}", FILE_OPTIONS)

    def packets(
        self, container: InputContainer, stream: av.VideoStream, stopped: threading.Event
    ) -> Iterator[av.Packet[av.VideoStream]]:
        """The file's packets, each when it is due if paced, from the start again after the last."""
        rate = nominal_rate(stream.average_rate, stream.guessed_rate)
        clock = StreamClock(stream.time_base or Fraction(1, 90000), rate)
        started = time.monotonic()
        while True:
            for packet in container.demux(stream):
                if packet.size == 0:
                    continue
                due = started + clock.packet(packet.dts or packet.pts, packet.dts)
                if stopped.wait(max(0.0, due - time.monotonic()) if self.paced else 0.0):
                    return
                yield packet
            container.seek(0)
