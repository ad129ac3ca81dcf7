"""Small clips made on the spot: each shows one thing that real files and cameras do."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from gardefou.geometry.arrays import Image

SIZE = (192, 128)
RATE = 25
GROUP = 10
"""Frames from one keyframe to the next."""

H264 = {"preset": "ultrafast", "bf": "0", "threads": "1", "sc_threshold": "0", "g": str(GROUP)}


def scene(index: int, size: tuple[int, int] = SIZE) -> Image:
    """A textured ground with a bright block that moves 4 px a frame; every frame differs."""
    width, height = size
    blocks = np.random.default_rng(7).integers(40, 120, (height // 16 + 1, width // 16 + 1, 3))
    ground = np.kron(blocks, np.ones((16, 16, 1))).astype(np.uint8)[:height, :width]
    left = 4 * index % (width - 24)
    ground[40:64, left : left + 24] = (40, 220, 240)
    return np.ascontiguousarray(ground)


def write_clip(
    path: Path,
    *,
    codec: str = "libx264",
    frames: int = 50,
    size: tuple[int, int] = SIZE,
    rate: int = RATE,
    times: list[float] | None = None,
    with_audio: bool = False,
    file_format: str | None = None,
    options: Mapping[str, str] | None = None,
) -> Path:
    """Write a clip of `scene` pictures; ``times`` (seconds) instead of an even rate."""
    muxer = {"movflags": "faststart"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", format=file_format, options=muxer) as container:
        given = dict(H264 if codec == "libx264" else {"threads": "1", "g": str(GROUP)})
        stream = container.add_stream(codec, rate=rate, options=given | dict(options or {}))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        if with_audio:
            _write_sound(container, frames / rate)
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(scene(index, size), format="bgr24")
            if times is not None:
                frame.pts, frame.time_base = round(times[index] * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_sound(path: Path, seconds: float = 1.0) -> Path:
    """Write a file that holds sound only."""
    with av.open(str(path), "w") as container:
        _write_sound(container, seconds)
    return path


def _write_sound(container: av.container.OutputContainer, seconds: float) -> None:
    stream = container.add_stream("aac", rate=16000, layout="mono")
    assert isinstance(stream, av.AudioStream)
    for start in range(0, int(16000 * seconds), 1024):
        wave = np.sin(np.arange(start, start + 1024) * 0.2).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 16000, start, Fraction(1, 16000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def cut(path: Path, share: float, to: Path) -> Path:
    """The first part of a file, as a copy that broke off."""
    data = path.read_bytes()
    to.write_bytes(data[: int(len(data) * share)])
    return to


def damage(path: Path, to: Path, start: float = 0.45, share: float = 0.08) -> Path:
    """A copy with a stretch of random bytes from ``start`` (share of the file) on."""
    data = bytearray(path.read_bytes())
    first, length = int(len(data) * start), int(len(data) * share)
    noise = np.random.default_rng(3).integers(0, 256, length, dtype=np.uint8)
    data[first : first + length] = noise.tobytes()
    to.write_bytes(data)
    return to


def join(parts: list[Path], to: Path) -> Path:
    """Files one after the other, as a camera that was set to another size records them."""
    to.write_bytes(b"".join(part.read_bytes() for part in parts))
    return to


def write_two_sizes(
    path: Path, sizes: tuple[tuple[int, int], ...] = (SIZE, (96, 64)), frames: int = 30
) -> Path:
    """A clip whose picture changes size midway (``.ts`` or ``.h264``)."""
    parts = []
    for index, size in enumerate(sizes):
        part = path.with_name(f"part{index}{path.suffix}")
        parts.append(write_clip(part, size=size, frames=frames))
    return join(parts, path)


def write_unknown_codec(path: Path) -> Path:
    """An AVI whose four-character code no decoder answers to."""
    write_clip(path, codec="mpeg4", frames=5)
    path.write_bytes(path.read_bytes().replace(b"FMP4", b"QZQZ"))
    return path
