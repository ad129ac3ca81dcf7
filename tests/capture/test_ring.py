"""The packet ring: bounded, always from a keyframe on, decodable again to the same pixels."""

from __future__ import annotations

import threading
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.capture.file import FileSource
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.reader import ReadSettings
from gardefou.capture.replay import decode_ring
from gardefou.capture.ring import EncodedPacket, PacketRing
from support.clips import RATE, write_clip

CLIPS = {
    "avcc.mp4": {},
    "annexb.h264": {},
    "stream.ts": {},
    "reordered.mp4": {"options": {"bf": "2", "preset": "veryfast"}},
    "divx3.avi": {"codec": "msmpeg4"},
    "mpeg4.avi": {"codec": "mpeg4"},
    "jpeg.avi": {"codec": "mjpeg"},
}


def packet(time: float, is_keyframe: bool = False, size: int = 10) -> EncodedPacket:
    return EncodedPacket(time, 0.04, is_keyframe, bytes(size))


@pytest.mark.parametrize("name", CLIPS)
def test_pictures_from_the_ring_equal_those_from_the_file(tmp_path: Path, name: str) -> None:
    path = write_clip(tmp_path / name, **CLIPS[name])  # type: ignore[arg-type]
    with av.open(str(path)) as container:
        expected = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    with FileSource(path, ReadSettings("cam")) as source:
        assert sum(1 for _ in source.frames()) > 0
        kept = list(decode_ring(source.ring.since(0.0), source.codec_parameters))
    assert len(kept) == len(expected) == 50
    assert [time for time, _ in kept] == pytest.approx([index / RATE for index in range(50)])
    # The scaler's rounding differs between its paths; the decoded planes do not.
    for (_, image), wanted in zip(kept, expected, strict=True):
        assert np.abs(image.astype(int) - wanted).max() <= 2


def test_a_late_start_decodes_from_the_keyframe_before_it(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4")
    with FileSource(path, ReadSettings("cam")) as source:
        list(source.frames())
        times = [time for time, _ in decode_ring(source.ring.since(1.0), source.codec_parameters)]
    assert times[0] == pytest.approx(0.8)
    assert times[-1] == pytest.approx(49 / RATE)


def test_evidence_is_masked_too(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4")
    everything = PrivacyMask([np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])])
    with FileSource(path, ReadSettings("cam")) as source:
        list(source.frames())
        images = [
            image
            for _, image in decode_ring(source.ring.since(0), source.codec_parameters, everything)
        ]
    assert all((image == 128).all() for image in images)


def test_real_surveillance_video_decodes_again(footage: Path) -> None:
    with FileSource(footage / "pets09_s2l1_vtest.avi", ReadSettings("cam")) as source:
        frames = iter(source.frames())
        for frame in frames:
            if frame.time >= 5.0:
                break
        times = [time for time, _ in decode_ring(source.ring.since(3.0), source.codec_parameters)]
    assert times[0] <= 3.0
    assert times[-1] == pytest.approx(5.0, abs=0.11)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 400)), max_size=120))
def test_the_ring_is_bounded_and_begins_at_a_keyframe(stream: list[tuple[bool, int]]) -> None:
    ring = PacketRing(seconds=1.0, limit_bytes=2000)
    for index, (is_keyframe, size) in enumerate(stream):
        ring.append(packet(index / 10, is_keyframe, size))
        kept = ring.since(-1)
        assert ring.size_bytes == sum(len(one.data) for one in kept) <= 2000
        assert len(ring) == len(kept)
        assert not kept or kept[0].is_keyframe


def test_the_last_seconds_are_there_and_little_more() -> None:
    ring = PacketRing(seconds=2.0)
    for index in range(1000):
        ring.append(packet(index / 25, index % 25 == 0))
    assert 2.0 <= ring.span_s < 3.0 + 0.05


def test_since_begins_at_the_keyframe_at_or_before() -> None:
    ring = PacketRing()
    for index in range(30):
        ring.append(packet(float(index), index % 10 == 0))
    assert ring.since(10.0)[0].time == 10.0
    assert ring.since(19.5)[0].time == 10.0
    assert ring.since(-5.0)[0].time == 0.0
    assert ring.since(99.0)[0].time == 20.0


def test_an_empty_ring_gives_nothing() -> None:
    ring = PacketRing()
    ring.append(packet(0.0))
    assert ring.since(0.0) == []
    assert ring.span_s == 0.0


def test_a_group_larger_than_the_limit_is_forgotten_until_the_next_keyframe() -> None:
    ring = PacketRing(limit_bytes=100)
    ring.append(packet(0.0, True, 60))
    ring.append(packet(1.0, False, 60))
    assert len(ring) == 0
    ring.append(packet(2.0, False, 60))
    assert len(ring) == 0
    ring.append(packet(3.0, True, 60))
    assert [one.time for one in ring.since(0.0)] == [3.0]


def test_cutting_leaves_only_later_groups() -> None:
    ring = PacketRing()
    for index in range(30):
        ring.append(packet(float(index), index % 10 == 0))
    ring.cut_before(10.0)
    assert ring.since(0.0)[0].time == 10.0
    ring.clear()
    assert (len(ring), ring.size_bytes) == (0, 0)


def test_reading_while_writing_always_begins_at_a_keyframe() -> None:
    ring = PacketRing(seconds=0.5)
    done = threading.Event()
    seen: list[bool] = []

    def read() -> None:
        while not done.is_set():
            seen.extend(kept[0].is_keyframe for kept in [ring.since(0.0)] if kept)

    reader = threading.Thread(target=read)
    reader.start()
    for index in range(5000):
        ring.append(packet(index / 25, index % 5 == 0))
    done.set()
    reader.join()
    assert all(seen)
