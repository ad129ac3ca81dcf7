"""Bursts: consecutive small pictures, once a second, only where they are asked for."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from gardefou.capture.burst import BURST_FRAMES, BURST_PIXELS, Burst, BurstCollector
from gardefou.capture.file import FileSource
from gardefou.capture.frame import Frame
from gardefou.capture.masks import COLOUR, PrivacyMask
from gardefou.capture.playback import variant
from gardefou.capture.reader import ReadSettings
from support.clips import write_clip

SETTINGS = ReadSettings("gate", bursts=True)


def collected(times: list[float]) -> list[Burst]:
    collector, found = BurstCollector(), []
    for time in times:
        if collector.wants(time):
            collector.add(time, np.zeros((2, 2, 3), dtype=np.uint8))
        burst = collector.take()
        if burst is not None:
            found.append(burst)
    return found


def frames(path: Path, settings: ReadSettings = SETTINGS) -> list[Frame]:
    with FileSource(path, settings) as source:
        return list(source.frames())


@pytest.mark.parametrize(("rate", "step"), [(10, 0.1), (25, 0.04), (30, 1 / 30), (50, 0.04)])
def test_a_burst_starts_every_second_whatever_the_rate(rate: int, step: float) -> None:
    found = collected([index / rate for index in range(4 * rate)])
    assert [round(burst.times[0], 6) for burst in found] == [0.0, 1.0, 2.0, 3.0]
    assert all(np.diff(burst.times) == pytest.approx(step) for burst in found)


def test_a_stream_too_slow_has_no_bursts() -> None:
    assert collected([float(second) for second in range(40)]) == []


def test_a_gap_breaks_a_burst_off() -> None:
    times = [index / 25 for index in range(5)] + [3 + index / 25 for index in range(12)]
    (burst,) = collected(times)
    assert burst.times[0] == 3.0


def test_a_frame_carries_the_burst_that_ended_before_it(tmp_path: Path) -> None:
    read = frames(write_clip(tmp_path / "clip.mp4", frames=75, size=(640, 480)))
    carriers = [frame for frame in read if frame.burst is not None]
    assert len(carriers) == 3
    for frame in carriers:
        assert frame.burst is not None
        assert len(frame.burst.images) == BURST_FRAMES
        assert frame.burst.images[0].shape[0] * frame.burst.images[0].shape[1] <= BURST_PIXELS
        assert 0 <= frame.time - frame.burst.times[-1] < 0.2
        changes = [(a != b).any() for a, b in pairwise(frame.burst.images)]
        assert all(changes)


def test_without_being_asked_for_there_are_none(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", frames=50)
    assert all(frame.burst is None for frame in frames(path, ReadSettings("gate")))


def test_privacy_masks_hide_in_bursts_too(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", frames=50)
    left = PrivacyMask([np.array([[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]])])
    carriers = [each for each in frames(path, replace(SETTINGS, masks=left)) if each.burst]
    assert carriers
    for frame in carriers:
        assert frame.burst is not None
        width = frame.burst.images.shape[2]
        assert (frame.burst.images[:, :, : width // 2] == COLOUR).all()
        assert (frame.burst.images[:, :, width // 2 + 4 :] != COLOUR).any()


def test_a_held_picture_does_not_flicker(tmp_path: Path) -> None:
    read = frames(write_clip(tmp_path / "clip.mp4", frames=11))
    assert read[-1].burst is not None
    held = list(variant(read, hold_last_s=2.0))[len(read) :]
    assert held
    assert all(frame.burst is None for frame in held)
