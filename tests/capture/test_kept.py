"""Kept packets give the very frames that the stream gave, and the ring's length can change."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from gardefou.capture.file import FileSource
from gardefou.capture.kept import KeptStretch
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.reader import ReadSettings
from gardefou.capture.ring import EncodedPacket, PacketRing
from gardefou.perception.store import data_dir

SKY = PrivacyMask([np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.3], [0.0, 0.3]])])


@pytest.mark.parametrize("bursts", [False, True])
def test_frames_are_those_of_the_stream(models_dir: Path, bursts: bool) -> None:
    clip = data_dir() / "clips" / "vtest.avi"
    settings = ReadSettings("lawn", masks=SKY, bursts=bursts)
    seen = []
    with FileSource(clip, settings) as source:
        for frame in source.frames():
            seen.append(frame)
            if frame.time >= 5.0:
                break
        kept = KeptStretch(source.ring.since(-math.inf), source.codec_parameters, settings)

    again = list(kept.frames())[: len(seen)]
    assert (kept.start, round(kept.span_s)) == (0.0, 5)
    assert [each.time for each in again] == [each.time for each in seen]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(again, seen, strict=True))
    assert [each.burst is None for each in again] == [each.burst is None for each in seen]
    assert any(each.burst is not None for each in again) is bursts


def test_nothing_kept_is_nothing_seen(models_dir: Path) -> None:
    with FileSource(data_dir() / "clips" / "vtest.avi", ReadSettings("lawn")) as source:
        empty = KeptStretch((), source.codec_parameters, ReadSettings("lawn"))
    assert (empty.start, empty.span_s, list(empty.frames())) == (0.0, 0.0, [])


def test_a_ring_made_longer_keeps_more_and_made_shorter_forgets_at_once() -> None:
    ring = PacketRing(seconds=10.0)
    for second in range(100):
        ring.append(EncodedPacket(float(second), 1.0, True, b"x"))
        if second == 20:
            assert ring.span_s == 10.0
            ring.keep(60.0)
    assert ring.span_s == 60.0
    ring.keep(10.0)
    assert ring.span_s == 10.0
    assert ring.size_bytes == 11
