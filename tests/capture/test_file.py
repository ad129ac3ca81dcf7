"""Video files: what is read, what is left out, and how a bad file is refused."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Discard

from gardefou.capture.file import FileReport, FileSource
from gardefou.capture.frame import Frame
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.reader import REDUCED, ReadSettings, StreamReader
from gardefou.capture.replay import decode_ring
from gardefou.capture.ring import PacketRing
from gardefou.errors import CaptureError
from support.clips import (
    GROUP,
    RATE,
    SIZE,
    cut,
    damage,
    join,
    scene,
    write_clip,
    write_sound,
    write_two_sizes,
    write_unknown_codec,
)

EVERY = ReadSettings("cam", analysis_fps=100.0)


def read(path: Path, settings: ReadSettings = EVERY) -> tuple[list[Frame], FileReport]:
    with FileSource(path, settings) as source:
        return list(source.frames()), source.report


def refusal(path: object) -> CaptureError:
    with pytest.raises(CaptureError) as caught, FileSource(str(path), EVERY) as source:
        list(source.frames())
    for language in ("en", "fr"):
        line = caught.value.in_language(language)
        assert "\n" not in line
    assert caught.value.exit_status == 1
    return caught.value


def test_every_fifth_frame_of_25_is_analysed_at_5(tmp_path: Path) -> None:
    frames, report = read(write_clip(tmp_path / "clip.mp4"), ReadSettings("cam"))
    assert [frame.time for frame in frames] == pytest.approx([k / 5 for k in range(10)])
    spared = 4 * 4  # The end of each group of ten but the last, after its second chosen picture.
    assert (report.packets, report.decoded, report.analysed) == (50, 50 - spared, 10)
    assert report.duration_s == pytest.approx(49 / RATE)
    assert report.notices == ()
    for frame in frames:
        shown = scene(round(frame.time * RATE))
        assert np.abs(frame.image.astype(int) - shown).mean() < 6


def test_every_frame_of_one_a_second_is_analysed(tmp_path: Path) -> None:
    frames, _ = read(write_clip(tmp_path / "clip.mp4", rate=1, frames=8), ReadSettings("cam"))
    assert [frame.time for frame in frames] == pytest.approx([float(k) for k in range(8)])


def test_irregular_times_are_kept(tmp_path: Path) -> None:
    times = [0.0, 0.3, 0.35, 1.0, 4.0, 4.5]
    path = write_clip(tmp_path / "clip.mkv", frames=6, times=times)
    frames, _ = read(path)
    assert [frame.time for frame in frames] == pytest.approx(times, abs=0.002)


def test_frames_are_small_upright_copies_with_masks_burnt_in(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", frames=3)
    left = np.array([[0.0, 0.0], [0.4, 0.0], [0.4, 1.0], [0.0, 1.0]])
    settings = ReadSettings("cam", 100.0, SIZE[0] * SIZE[1] // 4, PrivacyMask([left]))
    frames, _ = read(path, settings)
    assert {frame.size for frame in frames} == {(SIZE[0] // 2, SIZE[1] // 2)}
    assert all((frame.image[:, :38] == 128).all() for frame in frames)
    assert all(frame.image[:, 50:].std() > 1 for frame in frames)


def test_the_stream_is_described(tmp_path: Path) -> None:
    with FileSource(write_clip(tmp_path / "clip.mp4", with_audio=True), EVERY) as source:
        info = source.info
    assert (info.codec, info.width, info.height, info.rate) == ("h264", *SIZE, 25.0)
    assert info.has_audio


def test_no_sound_packet_ever_reaches_our_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_clip(tmp_path / "clip.mp4", with_audio=True)
    seen: list[str] = []
    feed = StreamReader.feed

    def watched(
        reader: StreamReader, packet: av.Packet[av.VideoStream], arrival: float = 0.0
    ) -> Iterator[Frame]:
        seen.append(packet.stream.type)
        return feed(reader, packet, arrival)

    monkeypatch.setattr(StreamReader, "feed", watched)
    with FileSource(path, EVERY) as source:
        streams = source._container.streams
        assert [stream.discard for stream in streams.audio] == [Discard.all]
        list(source.frames())
        assert not any(stream.codec_context.is_open for stream in streams.audio)
    assert set(seen) == {"video"}
    assert seen.count("video") >= 50


def test_the_ring_holds_the_last_seconds_at_most(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", frames=150)
    with FileSource(path, EVERY, PacketRing(seconds=2.0)) as source:
        for _ in source.frames():
            assert source.ring.span_s <= 2.0 + (GROUP + 1) / RATE
        assert source.ring.span_s >= 2.0
        assert source.ring.size_bytes < path.stat().st_size


def test_without_the_loop_filter_pictures_differ_a_little_and_evidence_does_not(
    tmp_path: Path,
) -> None:
    path = write_clip(tmp_path / "clip.mp4", options={"preset": "veryfast", "crf": "35"})
    smooth, _ = read(path)
    with FileSource(path, replace(EVERY, skips_loop_filter=True)) as source:
        rough = list(source.frames())
        kept = [image for _, image in decode_ring(source.ring.since(0), source.codec_parameters)]
    differences = [
        np.abs(one.image.astype(int) - other.image).mean()
        for one, other in zip(smooth, rough, strict=True)
    ]
    assert 0 < max(differences) < 6
    assert all(
        np.abs(frame.image.astype(int) - image).max() <= 2
        for frame, image in zip(smooth, kept, strict=True)
    )


def test_the_loop_filter_is_left_out_only_where_the_picture_becomes_much_smaller(
    tmp_path: Path,
) -> None:
    path = write_clip(tmp_path / "clip.mp4", options={"preset": "veryfast", "crf": "35"})

    def pictures(pixels: int, skips: bool | None) -> list[Frame]:
        with FileSource(
            path, replace(EVERY, analysis_pixels=pixels, skips_loop_filter=skips)
        ) as source:
            return list(source.frames())

    def alike(some: list[Frame], others: list[Frame]) -> bool:
        return all((a.image == b.image).all() for a, b in zip(some, others, strict=True))

    width, height = SIZE
    small, full = width * height // REDUCED, width * height
    assert not alike(pictures(small, False), pictures(small, True))
    assert alike(pictures(small, None), pictures(small, True))
    assert alike(pictures(full, None), pictures(full, False))


def test_a_file_that_broke_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "clip.mp4", frames=100)
    frames, report = read(cut(whole, 0.5, tmp_path / "cut.mp4"))
    assert 20 <= len(frames) < 80
    assert report.is_truncated
    assert "cut.mp4" in str(report.notices[0])


@pytest.mark.parametrize("name", ["clip.mkv", "clip.avi"])
def test_other_containers_that_broke_off_are_noticed_too(tmp_path: Path, name: str) -> None:
    codec = "mpeg4" if name.endswith("avi") else "libx264"
    whole = write_clip(tmp_path / name, frames=100, codec=codec)
    frames, report = read(cut(whole, 0.5, tmp_path / f"cut_{name}"))
    assert 20 <= len(frames) < 80
    assert report.is_truncated


@pytest.mark.parametrize("name", ["clip.mp4", "clip.h264", "clip.ts", "clip.avi", "clip.mkv"])
def test_reading_goes_on_after_a_damaged_stretch(tmp_path: Path, name: str) -> None:
    whole = write_clip(tmp_path / name, frames=100)
    frames, report = read(damage(whole, tmp_path / f"damaged_{name}"))
    assert report.corrupt > 0
    assert any("damaged" in notice.in_language("en") for notice in report.notices)
    times = [frame.time for frame in frames]
    assert times == sorted(times)
    assert 50 < len(frames) < 100
    last = frames[-1].image.astype(int)
    assert np.abs(last - scene(99)).mean() < 6


def test_what_the_decoder_calls_corrupt_is_never_analysed(tmp_path: Path) -> None:
    path = damage(write_clip(tmp_path / "clip.mp4", frames=100), tmp_path / "damaged.mp4")
    with av.open(str(path)) as container:
        good = 0
        for packet in container.demux(video=0):
            try:
                good += sum(not frame.is_corrupt for frame in packet.decode())
            except av.InvalidDataError:
                continue
    frames, report = read(path)
    assert len(frames) == report.analysed == good < 100


@pytest.mark.parametrize("name", ["clip.ts", "clip.h264"])
def test_a_change_of_size_starts_a_new_epoch_and_cuts_the_ring(tmp_path: Path, name: str) -> None:
    path = write_two_sizes(tmp_path / name)
    seen: list[tuple[int, tuple[int, int]]] = []
    with FileSource(path, EVERY) as source:
        for frame in source.frames():
            seen.append((source.epoch, frame.size))
            if source.epoch:
                assert source.info.width == 96
                assert source.codec_parameters.size == (96, 64)
        kept = list(decode_ring(source.ring.since(0.0), source.codec_parameters))
        report = source.report
    # In a transport stream the packet at the seam is flagged corrupt and left out.
    before = len(seen) - 30
    assert before in ({30} if name.endswith("h264") else {29, 30})
    assert seen == [(0, SIZE)] * before + [(1, (96, 64))] * 30
    assert {image.shape for _, image in kept} == {(64, 96, 3)}
    assert len(kept) == 30
    assert report.changes == 1
    assert report.duration_s == pytest.approx(59 / RATE, abs=0.1)


def test_a_file_cut_in_its_first_group_of_pictures_still_gives_frames(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "clip.ts", frames=50)
    tail = tmp_path / "tail.ts"
    tail.write_bytes(whole.read_bytes()[188 * 20 :])
    frames, _ = read(tail)
    assert 0 <= frames[0].time < GROUP / RATE
    assert len(frames) >= 30


def test_closing_ends_the_frames(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4")
    source = FileSource(path, EVERY)
    frames = source.frames()
    next(frames)
    source.close()
    assert list(frames) == []
    assert list(source.frames()) == []
    assert source.info.width == SIZE[0]
    assert source.report.analysed == 1


def test_a_name_of_any_bytes_is_read(tmp_path: Path) -> None:
    for name in (b"caf\xe9 100%d ?.mp4", "été:#1.mp4".encode()):
        path = tmp_path / os.fsdecode(name)
        write_clip(tmp_path / "clip.mp4", frames=2).rename(path)
        frames, _ = read(path)
        assert len(frames) == 2


def test_missing(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.mp4").key == "capture.missing"
    assert refusal("bad\0name").key == "capture.missing"


def test_a_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path).key == "capture.folder"


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    assert refusal(tmp_path / "empty.mp4").key == "capture.empty"


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """Root reads everything; give its rights up for the test."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.usefixtures("as_nobody")
def test_an_unreadable_file() -> None:
    assert refusal("/etc/shadow").key == "capture.unreadable"


@pytest.mark.parametrize(
    "content",
    [
        b"hello " * 1000,
        np.random.default_rng(0).bytes(50_000),
        b"#EXTM3U\n#EXTINF:10,\nclip.mp4\n",
        b"ffconcat version 1.0\nfile clip.mp4\n",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    ],
    ids=["text", "noise", "playlist", "list of files", "session description"],
)
def test_what_is_not_a_video(tmp_path: Path, content: bytes) -> None:
    write_clip(tmp_path / "clip.mp4", frames=2)
    (tmp_path / "file.mp4").write_bytes(content)
    assert refusal(tmp_path / "file.mp4").key in {"capture.not_video", "capture.nothing_decodable"}


def test_a_recording_cut_before_its_index(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "clip.mov")
    assert refusal(cut(whole, 0.5, tmp_path / "cut.mov")).key == "capture.not_video"


def test_a_file_with_sound_only(tmp_path: Path) -> None:
    assert refusal(write_sound(tmp_path / "sound.mp4")).key == "capture.audio_only"


def test_an_unknown_codec(tmp_path: Path) -> None:
    error = refusal(write_unknown_codec(tmp_path / "odd.avi"))
    assert error.key == "capture.unknown_codec"
    assert "odd.avi" in str(error)


def test_nothing_decodable(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", frames=20)
    whole = path.read_bytes()
    start = whole.index(b"mdat") + 4
    (tmp_path / "zero.mp4").write_bytes(whole[:start] + bytes(len(whole) - start))
    assert refusal(tmp_path / "zero.mp4").key == "capture.nothing_decodable"


def test_a_pipe_and_a_device(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert stat.S_ISFIFO((tmp_path / "pipe.mp4").stat().st_mode)
    assert refusal(tmp_path / "pipe.mp4").key == "capture.not_regular"
    assert refusal("/dev/zero").key == "capture.not_regular"


def test_an_address_is_refused_and_its_password_not_shown() -> None:
    error = refusal("rtsp://admin:hunter2@10.0.0.7/stream")
    assert error.key == "capture.address"
    assert "hunter2" not in str(error)
    assert "hunter2" not in repr(error)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(path.read_bytes() + b"more"),
        lambda path: os.utime(path, ns=(1, 1)),
        lambda path: path.unlink(),
    ],
    ids=["grew", "rewritten", "gone"],
)
def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    path = write_clip(tmp_path / "clip.mp4", frames=60)
    with FileSource(path, EVERY) as source:
        frames = source.frames()
        next(frames)
        change(path)
        with pytest.raises(CaptureError) as caught:
            list(frames)
    assert caught.value.key in {"capture.growing", "capture.missing"}


def test_two_files_in_one_keep_time_running(tmp_path: Path) -> None:
    part = write_clip(tmp_path / "part.ts", frames=25)
    frames, report = read(join([part, part], tmp_path / "both.ts"))
    times = [frame.time for frame in frames]
    assert len(times) == 50 - report.corrupt >= 49
    assert times == pytest.approx([round(time * RATE) / RATE for time in times])
    assert times == sorted(set(times))
    assert times[-1] == pytest.approx(49 / RATE)
    assert report.changes == 0
