"""What a stream that ended took is given back at once, not when Python's collector comes to it."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import av
import pytest
from av.container import InputContainer

from gardefou.capture.file import FileSource
from gardefou.capture.gate import Sleep
from gardefou.capture.link import FileLoop
from gardefou.capture.live import LiveSettings, LiveSource
from gardefou.capture.reader import ReadSettings
from support.clips import SIZE, write_clip

DEADLINE_S = 60.0
"""Longest wait for something that must happen; generous, so that a busy machine does not fail."""

PACKETS = 30
"""After so many the connection breaks."""


@dataclass(frozen=True)
class Breaking:
    """A file as a camera whose connection always breaks soon.

    ``found``: decoders that were there when it was opened, each time.
    """

    loop: FileLoop
    found: list[int] = field(default_factory=list)
    name: str = "camera"
    silence_s: float = 5.0
    nap_s: float = 0.0

    def open(self) -> InputContainer:
        self.found.append(count())
        return self.loop.open()

    def packets(
        self, container: InputContainer, stream: av.VideoStream, stopped: threading.Event
    ) -> Iterator[av.Packet[av.VideoStream]]:
        yield from islice(self.loop.packets(container, stream, stopped), PACKETS)
        raise OSError("the network is gone")


@pytest.fixture(autouse=True)
def nothing_collected() -> Iterator[None]:
    """Until the test is over nothing goes but by its own count of references."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def count() -> int:
    """Decoders and open files of videos in this process."""
    return sum(isinstance(each, (av.CodecContext, InputContainer)) for each in gc.get_objects())


@pytest.mark.parametrize("sleep", list(Sleep))
def test_a_lost_connection_leaves_no_decoder(tmp_path: Path, sleep: Sleep) -> None:
    before = count()
    link = Breaking(FileLoop(write_clip(tmp_path / "clip.mp4"), paced=False))
    waits = LiveSettings(first_retry_s=0.05, longest_retry_s=0.1)
    settings = ReadSettings("cam", sleep=sleep, bursts=True)
    deadline = time.monotonic() + DEADLINE_S
    with LiveSource(link, settings, waits) as source:
        while len(link.found) < 4:
            source.latest(timeout=0.02)
            assert time.monotonic() < deadline, source.health
    assert set(link.found) == {before}
    assert source.info.codec == "h264", "what is known of it stays"
    assert source.codec_parameters.size == SIZE
    assert source.health.packets >= 3 * PACKETS
    assert count() == before


@pytest.mark.parametrize("sleep", list(Sleep))
def test_a_file_that_was_read_leaves_no_decoder(tmp_path: Path, sleep: Sleep) -> None:
    before = count()
    path = write_clip(tmp_path / "clip.mp4")
    with FileSource(path, ReadSettings("cam", sleep=sleep, bursts=True)) as source:
        assert list(source.frames())
        assert source.report.packets == 50
    del source
    assert count() == before
