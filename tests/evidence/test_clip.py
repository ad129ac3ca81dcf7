"""Clips: a silent film of the right stretch, masked, heads blurred, written whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import av
import numpy as np
import pytest

from gardefou.capture.masks import PrivacyMask
from gardefou.capture.parameters import CodecParameters
from gardefou.capture.ring import PacketRing
from gardefou.errors import OutputError
from gardefou.evidence import encoder
from gardefou.evidence.clip import CLIP_RATE, BlurredStretch, write_clip
from gardefou.evidence.finder import Finder, Found
from gardefou.evidence.heads import WITHIN_S, HeadRecord
from gardefou.evidence.job import Footage
from gardefou.geometry.arrays import Image
from support.clips import write_clip as write_sample


class Recorded(Protocol):
    ring: PacketRing
    codec_parameters: CodecParameters


RecordFile = Callable[[Path], Recorded]

NO_MASK = PrivacyMask()
RIGHT_HALF = np.array([[0.5, 0.0], [1.0, 0.0], [1.0, 1.0], [0.5, 1.0]])
ONE_PICTURE = 1 / CLIP_RATE


def stretch(
    footage: Footage,
    finder: Finder,
    start: float = 2.0,
    end: float = 7.0,
    mask: PrivacyMask = NO_MASK,
) -> BlurredStretch:
    return BlurredStretch(footage, start, end, HeadRecord.empty(), mask, finder)


def make(path: Path, pictures: BlurredStretch) -> Path:
    for _ in write_clip(pictures, path):
        pass
    return path


def pictures_of(path: Path) -> list[Image]:
    with av.open(str(path)) as container:
        return [
            np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)
            for frame in container.decode(video=0)
        ]


def test_a_clip_is_one_h264_stream_and_no_sound(
    footage_of: Footage, nobody: Finder, tmp_path: Path
) -> None:
    path = make(tmp_path / "clip.mp4", stretch(footage_of, nobody))
    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        video = container.streams.video[0]
        context = video.codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert not context.has_b_frames
        assert (context.width, context.height) == (320, 240)


def test_a_clip_lasts_as_long_as_its_stretch(
    footage_of: Footage, nobody: Finder, tmp_path: Path
) -> None:
    path = make(tmp_path / "clip.mp4", stretch(footage_of, nobody, 2.0, 7.0))
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        assert video.duration is not None
        assert video.time_base is not None
        assert float(video.duration * video.time_base) == pytest.approx(5.0, abs=ONE_PICTURE)
        assert video.frames == pytest.approx(50, abs=1)


def test_a_clip_begins_and_ends_where_its_stretch_does(footage_of: Footage, nobody: Finder) -> None:
    times = [picture.time for picture in stretch(footage_of, nobody, 2.0, 7.0)]
    assert times[0] == pytest.approx(2.0)
    assert times[-1] == pytest.approx(7.0, abs=ONE_PICTURE)
    assert np.all(np.diff(times) > 0)


def test_a_slow_stream_keeps_its_time(footage_of: Footage, nobody: Finder, tmp_path: Path) -> None:
    slow = [replace(packet, time=packet.time * 8) for packet in footage_of.packets]
    footage = replace(footage_of, packets=tuple(slow))
    path = make(tmp_path / "clip.mp4", stretch(footage, nobody, 8.0, 24.0))
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    assert frames[-1].time - frames[0].time == pytest.approx(16.0, abs=0.35)
    assert len(frames) == pytest.approx(50, abs=1)


def test_the_index_stands_before_the_pictures(
    footage_of: Footage, nobody: Finder, tmp_path: Path
) -> None:
    data = make(tmp_path / "clip.mp4", stretch(footage_of, nobody)).read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_a_privacy_mask_hides_its_part_of_every_picture(
    footage_of: Footage, nobody: Finder, tmp_path: Path
) -> None:
    masked = stretch(footage_of, nobody, mask=PrivacyMask([RIGHT_HALF]))
    for image in pictures_of(make(tmp_path / "clip.mp4", masked)):
        assert np.abs(image[:, 168:].astype(np.int64) - 128).max() <= 8
        assert np.ptp(image[:, :150]) > 50


def test_heads_are_blurred_in_every_picture(
    footage_of: Footage, nobody: Finder, one_head: Finder
) -> None:
    pairs = zip(stretch(footage_of, nobody), stretch(footage_of, one_head), strict=True)
    for plain, blurred in pairs:
        changed = (plain.image != blurred.image).any(axis=2)
        rows, columns = np.nonzero(changed)
        assert changed[100:140, 68:92].mean() > 0.9
        assert rows.min() >= 240 * 0.37 - 1
        assert rows.max() <= 240 * 0.63
        assert columns.max() <= 320 * 0.315


class FindsOnce:
    """Finds a head only in its third picture."""

    def __init__(self) -> None:
        self.looks = 0

    def find(self, image: Image) -> Found:
        self.looks += 1
        return Found(np.array([[0.2, 0.4, 0.3, 0.6]])) if self.looks == 3 else Found()


def test_a_head_found_once_is_blurred_in_the_pictures_around(
    footage_of: Footage, nobody: Finder
) -> None:
    pairs = zip(stretch(footage_of, nobody), stretch(footage_of, FindsOnce()), strict=True)
    blurred = [a.time for a, b in pairs if not np.array_equal(a.image, b.image)]
    assert blurred[0] > 2.0
    assert blurred[-1] - blurred[0] == pytest.approx(2 * WITHIN_S, abs=2 * ONE_PICTURE)
    assert blurred[-1] - blurred[0] <= 2 * WITHIN_S + 1e-6


def test_few_pictures_wait_in_memory(footage_of: Footage, nobody: Finder) -> None:
    pictures = stretch(footage_of, nobody, 0.0, 15.0)
    assert max(pictures.waiting for _ in pictures) <= 5


def test_a_clip_ends_where_the_picture_changes_size(
    record_file: RecordFile, nobody: Finder, tmp_path: Path
) -> None:
    first = record_file(write_sample(tmp_path / "first.h264", size=(192, 128)))
    second = record_file(write_sample(tmp_path / "second.h264", size=(96, 64)))
    later = [replace(packet, time=packet.time + 2.0) for packet in second.ring.since(0.0)]
    footage = Footage((*first.ring.since(0.0), *later), first.codec_parameters)
    pictures = list(stretch(footage, nobody, 0.0, 60.0))
    assert {picture.image.shape for picture in pictures} == {(128, 192, 3)}
    assert pictures[-1].time == pytest.approx(1.9, abs=ONE_PICTURE)


def test_no_picture_in_the_stretch_is_an_error_and_no_file(
    footage_of: Footage, nobody: Finder, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match="no picture"):
        make(tmp_path / "clip.mp4", stretch(footage_of, nobody, 100.0, 110.0))
    assert list(tmp_path.iterdir()) == []


def test_a_clip_dropped_half_way_leaves_nothing(
    footage_of: Footage, nobody: Finder, tmp_path: Path
) -> None:
    steps = write_clip(stretch(footage_of, nobody), tmp_path / "clip.mp4")
    for _ in range(40):
        next(steps)
    assert [path.name for path in tmp_path.iterdir()] == [".clip.mp4.part"]
    steps.close()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_earlier_files_and_no_part(
    footage_of: Footage, nobody: Finder, small_disk: Path
) -> None:
    earlier = small_disk / "snapshot.jpg"
    earlier.write_bytes(b"x" * 20_000)
    with pytest.raises(OutputError, match=f"make room .*{small_disk}"):
        make(small_disk / "clip.mp4", stretch(footage_of, nobody, 0.0, 15.0))
    assert [path.name for path in small_disk.iterdir()] == ["snapshot.jpg"]
    assert earlier.stat().st_size == 20_000


def test_without_an_encoder_the_cure_is_named(
    footage_of: Footage, nobody: Finder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "has_encoder", lambda: False)
    with pytest.raises(OutputError, match="libx264"):
        make(tmp_path / "clip.mp4", stretch(footage_of, nobody))
    assert list(tmp_path.iterdir()) == []
