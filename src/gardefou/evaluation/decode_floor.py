"""What only decoding a stream costs: every frame, loop filter on, one thread, no conversion."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av

from gardefou.capture.clock import nominal_rate
from gardefou.capture.file import FILE_OPTIONS, regular_file
from gardefou.capture.link import CameraLink
from gardefou.capture.live import failure
from gardefou.capture.opening import only_video, open_container
from gardefou.capture.parameters import CodecParameters, prepare
from gardefou.capture.replay import decoded_frames
from gardefou.capture.ring import EncodedPacket
from gardefou.errors import CaptureError

FLOOR_S: Final = 20.0
"""Most stream time that the floor is measured on, s."""

CAMERAS: Final = ("rtsp://", "rtsps://", "http://", "https://")
"""What an address of a camera begins with, as in the site document."""

RECORDED_S: Final = 10.0
"""Stream time that is taken from a camera to measure its floor on, s."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: a file or a camera's stream.

    ``floor`` measures decoding anew each time it is called, CPU seconds a second of stream.
    """

    address: str
    is_file: bool
    fps: float
    size: tuple[int, int]
    codec: str
    floor: Callable[[], float]


def subject(address: str) -> Subject:
    """Look at a file or address. Raises `CaptureError` when it cannot be read."""
    if address.lower().startswith(CAMERAS):
        return _camera(address)
    regular_file(address)
    try:
        with open_container(f"file:{address}", FILE_OPTIONS) as container:
            stream = only_video(container, address)
            fps = float(nominal_rate(stream.average_rate, stream.guessed_rate))
            context = stream.codec_context
            size, codec = (context.width, context.height), stream.codec.canonical_name
    except av.FFmpegError as error:
        raise CaptureError("load.bench.unreadable", path=address) from error
    return Subject(address, True, fps, size, codec, lambda: file_floor(Path(address)))


def file_floor(video: Path, most_s: float = FLOOR_S) -> float:
    """CPU seconds a second of stream of decoding a file's first ``most_s`` seconds.

    Raises `CaptureError` when nothing in it can be decoded.
    """
    frames = 0
    with open_container(f"file:{video}", FILE_OPTIONS) as container:
        stream = only_video(container, str(video))
        fps = float(nominal_rate(stream.average_rate, stream.guessed_rate))
        prepare(stream.codec_context)
        before = time.thread_time()
        try:
            for _ in container.decode(stream):
                frames += 1
                if frames >= most_s * fps:
                    break
        except av.FFmpegError as error:
            raise CaptureError("load.bench.unreadable", path=video) from error
        spent = time.thread_time() - before
    if not frames:
        raise CaptureError("load.bench.unreadable", path=video)
    return spent / (frames / fps)


def _camera(address: str) -> Subject:
    """A camera's stream, some seconds of it taken to be decoded later."""
    link = CameraLink(address)
    try:
        with link.open() as container:
            stream = only_video(container, link.name)
            fps = float(nominal_rate(stream.average_rate, stream.guessed_rate))
            codec = stream.codec.canonical_name
            parameters = CodecParameters.of(stream)
            kept = _recorded(link, container, stream)
    except (av.FFmpegError, OSError) as error:
        notice = failure(error, link.name, was_running=False)
        raise CaptureError(notice.key, **dict(notice.fields)) from error
    seconds = kept[-1].time - kept[0].time if len(kept) > 1 else 0.0
    if seconds <= 0:
        raise CaptureError("load.bench.unreadable", path=link.name)

    def floor() -> float:
        before = time.thread_time()
        for _ in decoded_frames(kept, parameters):
            pass
        return (time.thread_time() - before) / seconds

    # What a camera states of its rate is often wrong, what it sends is not.
    measured = (len(kept) - 1) / seconds
    return Subject(address, False, measured or fps, parameters.size, codec, floor)


def _recorded(
    link: CameraLink, container: av.container.InputContainer, stream: av.VideoStream
) -> list[EncodedPacket]:
    """Packets of some seconds, from the first keyframe on, timed by the stream's own stamps."""
    kept: list[EncodedPacket] = []
    base = float(stream.time_base or 1 / 90000)
    deadline = time.monotonic() + 3 * RECORDED_S
    for packet in link.packets(container, stream, threading.Event()):
        stamp = packet.dts if packet.dts is not None else packet.pts
        if packet.size == 0 or stamp is None or not (kept or packet.is_keyframe):
            continue
        kept.append(EncodedPacket(stamp * base, 0.0, packet.is_keyframe, bytes(packet)))
        if kept[-1].time - kept[0].time >= RECORDED_S or time.monotonic() >= deadline:
            break
    return kept
