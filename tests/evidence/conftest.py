"""A small recorded stream and its source, for tests of evidence."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from gardefou.capture.file import FileSource
from gardefou.capture.parameters import CodecParameters
from gardefou.capture.reader import ReadSettings
from gardefou.capture.ring import EncodedPacket, PacketRing
from gardefou.evidence.finder import Found
from gardefou.evidence.job import Footage
from gardefou.geometry.arrays import Floats, Image
from support.clips import write_clip

SECONDS = 16
RATE = 25


@dataclass
class Recorded:
    """A source whose stream the test controls."""

    ring: PacketRing
    codec_parameters: CodecParameters


def _recorded(path: Path) -> Recorded:
    """A whole file, as a camera's ring holds it after the last frame."""
    with FileSource(path, ReadSettings("gate"), PacketRing(1e9)) as source:
        for _ in source.frames():
            pass
        return Recorded(source.ring, source.codec_parameters)


@pytest.fixture(scope="session")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """16 s of a small stream at 25 frames a second with sound beside it, a keyframe each 0.4 s."""
    path = tmp_path_factory.mktemp("stream") / "gate.mp4"
    write_clip(path, frames=SECONDS * RATE, size=(320, 240), with_audio=True)
    return _recorded(path)


@pytest.fixture(scope="session")
def record_file() -> Callable[[Path], Recorded]:
    """Makes a `Recorded` of a file."""
    return _recorded


@pytest.fixture(scope="session")
def packets(stream: Recorded) -> list[EncodedPacket]:
    """The stream's packets in decoding order."""
    return stream.ring.since(0.0)


@pytest.fixture
def footage_of(stream: Recorded, packets: list[EncodedPacket]) -> Footage:
    """The whole stream as footage."""
    return Footage(tuple(packets), stream.codec_parameters)


@pytest.fixture
def live(stream: Recorded) -> Recorded:
    """The same stream before its first packet; the test appends packets as time goes by."""
    return Recorded(PacketRing(), stream.codec_parameters)


@dataclass(frozen=True)
class FixedFinder:
    """Finds the same regions in every picture, instead of the models."""

    regions: Floats = field(default_factory=lambda: np.zeros((0, 4)))

    def find(self, image: Image) -> Found:
        """The regions, [N, 4] in fractions of the frame."""
        return Found(self.regions)


@pytest.fixture
def nobody() -> FixedFinder:
    """Finds no head."""
    return FixedFinder()


@pytest.fixture
def one_head() -> FixedFinder:
    """Finds a head in the middle of the picture's left half."""
    return FixedFinder(np.array([[0.2, 0.4, 0.3, 0.6]]))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB; making one takes the right to mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("needs the right to mount a small tmpfs (root)")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
