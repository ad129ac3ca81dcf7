"""A complete video file as a source of frames."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, Self

import av
from av.container import InputContainer

from gardefou.capture.address import without_password
from gardefou.capture.clock import StreamClock, nominal_rate
from gardefou.capture.frame import Frame
from gardefou.capture.gate import Sleep, WakeGate
from gardefou.capture.notice import Notice
from gardefou.capture.opening import only_video, open_container
from gardefou.capture.pace import Pace
from gardefou.capture.parameters import CodecParameters
from gardefou.capture.reader import ReadSettings, StreamReader
from gardefou.capture.ring import PacketRing
from gardefou.capture.source import StreamInfo
from gardefou.errors import CaptureError

FORMATS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,avi,matroska,webm,mpegts,mpeg,mpegvideo,h264,hevc,m4v,mjpeg,obu,ivf,"
    "flv,asf,ogg,mxf,nut,gif,dv,vc1,mp3,aac,wav,flac"
)
"""Demuxers of complete files; none that follows a reference to another file or address. The sound
formats are there only so that the refusal says what the file is."""

FILE_OPTIONS: Final = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
"""Makes FFmpeg read the named file and nothing else."""

MAX_DEMUX_ERRORS: Final = 100
"""Consecutive unreadable packets after which the rest of a file is given up."""

MISSING_SHARE: Final = 0.02
"""Share of the announced pictures, or of the announced length, whose absence goes unnoticed:
containers often announce a few too many."""

_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")


@dataclass(frozen=True, slots=True)
class FileReport:
    """What was found in a file so far; complete when `FileSource.frames` has ended.

    ``duration_s``: stream time of the last frame shown. ``changes``: how often the picture changed
    size.
    """

    packets: int
    decoded: int
    analysed: int
    corrupt: int
    changes: int
    clock_repairs: int
    duration_s: float
    is_truncated: bool
    notices: tuple[Notice, ...]


class FileSource:
    """Frames of a regular, complete video file, in seconds from its first frame.

    Only the video stream is read; sound never leaves the demuxer. Raises `CaptureError` when the
    path names no such file, when it grows while it is read, or when nothing in it can be decoded.
    """

    def __init__(
        self, path: str | Path, settings: ReadSettings, ring: PacketRing | None = None
    ) -> None:
        self._name = str(path)
        self._identity = regular_file(self._name)
        try:
            self._container = open_container(f"file:{self._name}", FILE_OPTIONS)
        except (av.FFmpegError, ValueError) as error:
            raise CaptureError("capture.not_video", path=self._name) from error
        try:
            self._stream = only_video(self._container, self._name)
        except CaptureError:
            self._container.close()
            raise
        self._rate = nominal_rate(self._stream.average_rate, self._stream.guessed_rate)
        time_base = self._stream.time_base or Fraction(1, 90000)
        self._clock = StreamClock(time_base, self._rate)
        self._ring = PacketRing() if ring is None else ring
        self.gate = WakeGate(settings.sleep) if settings.sleep is not Sleep.NEVER else None
        """Tells when pictures go undecoded; None where all are decoded."""
        self._reader = StreamReader(
            self._stream, settings, self._ring, self._clock, Pace(settings.analysis_fps), self.gate
        )
        self._announced_pictures = self._stream.frames
        self._announced_s = _announced_length(self._container, self._stream)
        self._is_truncated = False
        self._is_closed = False

    @property
    def info(self) -> StreamInfo:
        """The stream as it is now."""
        return self._reader.info

    @property
    def codec_parameters(self) -> CodecParameters:
        """What a decoder for the packets in `ring` must know."""
        return self._reader.parameters

    @property
    def ring(self) -> PacketRing:
        """Encoded packets of the last seconds before the frame given last."""
        return self._ring

    @property
    def epoch(self) -> int:
        """Counts how often the picture changed size; exact for the frame given last."""
        return self._reader.epoch

    @property
    def report(self) -> FileReport:
        """What was found so far."""
        counts = self._reader.counts
        return FileReport(
            packets=counts.packets,
            decoded=counts.decoded,
            analysed=counts.analysed,
            corrupt=counts.corrupt,
            changes=self._reader.epoch,
            clock_repairs=self._clock.repairs,
            duration_s=self._clock.shown or 0.0,
            is_truncated=self._is_truncated,
            notices=self._notices(),
        )

    def frames(self) -> Iterator[Frame]:
        """Frames to analyse, once, in the order of their time; they end when it is closed."""
        try:
            for packet in self._packets():
                yield from self._reader.feed(packet)
            if self._is_closed:
                return
            yield from self._reader.flush()
        finally:
            self._reader.close()
        self._is_truncated = self._is_truncated or self._lacks_pictures()
        self._refuse_growth()
        counts = self._reader.counts
        if counts.decoded == 0 or counts.corrupt >= counts.packets:
            raise CaptureError("capture.nothing_decodable", path=self._name, codec=self.info.codec)

    def close(self) -> None:
        """Close the file, from the thread that reads it; harmless when repeated."""
        self._is_closed = True
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _packets(self) -> Iterator[av.Packet[av.VideoStream]]:
        """Packets of the video stream; unreadable places are passed over and counted."""
        errors = 0
        while errors < MAX_DEMUX_ERRORS and not self._is_closed:
            try:
                for packet in self._container.demux(self._stream):
                    errors = 0
                    if packet.is_keyframe:
                        self._refuse_growth()
                    yield packet
                    if self._was_closed():  # PyAV would read freed memory.
                        return
                return
            except av.FFmpegError:
                errors += 1
                self._reader.counts.corrupt += 1
        self._is_truncated = not self._is_closed

    def _was_closed(self) -> bool:
        return self._is_closed

    def _refuse_growth(self) -> None:
        if regular_file(self._name) != self._identity:
            raise CaptureError("capture.growing", path=self._name)

    def _lacks_pictures(self) -> bool:
        """Whether the file ends before the end that its header announces."""
        if self._announced_pictures:
            enough = self._announced_pictures * (1 - MISSING_SHARE) - 1
            return self._reader.counts.packets < enough
        if self._announced_s is None:
            return False
        return self._end() < self._announced_s * (1 - MISSING_SHARE) - 1.0

    def _end(self) -> float:
        return (self._clock.shown or 0.0) + float(1 / self._rate)

    def _notices(self) -> tuple[Notice, ...]:
        notices = []
        counts = self._reader.counts
        if self._is_truncated:
            seconds = round(self._end(), 1)
            notices.append(Notice.of("capture.truncated", path=self._name, seconds=seconds))
        if counts.corrupt:
            notices.append(Notice.of("capture.corrupt", path=self._name, count=counts.corrupt))
        if self._reader.epoch:
            notices.append(Notice.of("capture.changed", path=self._name, count=self._reader.epoch))
        return tuple(notices)


def regular_file(name: str) -> tuple[int, int, int, int]:
    """Device, inode, size and modification time of a readable, regular, non-empty file.

    Raises `CaptureError` for anything else.
    """
    try:
        found = os.stat(name)
        kind = _refusal(found)
        if kind is None:
            with open(name, "rb"):
                return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        key = "capture.address" if _ADDRESS.match(name) else "capture.missing"
        raise CaptureError(key, path=without_password(name)) from error
    except OSError as error:
        raise CaptureError("capture.unreadable", path=name) from error
    raise CaptureError(kind, path=name)


def _refusal(found: os.stat_result) -> str | None:
    if stat.S_ISDIR(found.st_mode):
        return "capture.folder"
    if not stat.S_ISREG(found.st_mode):
        return "capture.not_regular"
    if found.st_size == 0:
        return "capture.empty"
    return None


def _announced_length(container: InputContainer, stream: av.VideoStream) -> float | None:
    """Seconds of video that the header announces; None where only the sound's may be known."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    if container.duration is None or any(other.type == "audio" for other in container.streams):
        return None
    return container.duration / 1e6
