"""Packets whose pictures nobody wants are not decoded, and those that are wanted stay the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from gardefou.capture.backlog import Backlog
from gardefou.capture.file import FileReport, FileSource
from gardefou.capture.frame import Frame
from gardefou.capture.pace import Pace
from gardefou.capture.reader import ReadSettings
from support.clips import GROUP, write_clip


def read(path: Path, settings: ReadSettings) -> tuple[list[Frame], FileReport]:
    with FileSource(path, settings) as source:
        return list(source.frames()), source.report


def read_whole(
    path: Path, settings: ReadSettings, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[Frame], FileReport]:
    """The same with every packet decoded."""
    with monkeypatch.context() as patch:
        patch.setattr(Backlog, "of", lambda codec, extradata: None)
        return read(path, settings)


def assert_alike(some: list[Frame], all_: list[Frame]) -> None:
    assert [frame.time for frame in some] == [frame.time for frame in all_]
    for one, other in zip(some, all_, strict=True):
        np.testing.assert_array_equal(one.image, other.image)
        assert (one.burst is None) == (other.burst is None)
        if one.burst is not None and other.burst is not None:
            np.testing.assert_array_equal(one.burst.times, other.burst.times)
            np.testing.assert_array_equal(one.burst.images, other.burst.images)


@pytest.mark.parametrize("bursts", [False, True])
@pytest.mark.parametrize("name", ["clip.mp4", "clip.ts", "clip.mkv"])
def test_the_end_of_a_group_is_not_decoded_and_the_pictures_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, bursts: bool
) -> None:
    path = write_clip(tmp_path / name, frames=100)
    settings = ReadSettings("cam", bursts=bursts)
    whole, of_all = read_whole(path, settings, monkeypatch)
    some, report = read(path, settings)
    assert_alike(some, whole)
    assert of_all.decoded == 100
    assert report.decoded < 100
    assert report.duration_s == of_all.duration_s


def test_at_one_picture_a_group_the_rest_of_the_group_is_not_decoded(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", frames=5 * GROUP, rate=GROUP)
    frames, report = read(path, ReadSettings("cam", analysis_fps=1.0))
    assert len(frames) == 5
    assert report.decoded == 4 + GROUP  # The last group's end is decoded: no keyframe lets it go.


@pytest.mark.parametrize(
    ("options", "codec"),
    [
        ({"bf": "2", "preset": "veryfast"}, "libx264"),
        ({"bf": "2", "preset": "veryfast", "x264-params": "open-gop=1"}, "libx264"),
        ({"x264-params": "intra-refresh=1"}, "libx264"),
        ({}, "mpeg4"),
    ],
)
def test_where_pictures_may_need_earlier_ones_every_packet_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: Mapping[str, str], codec: str
) -> None:
    path = write_clip(tmp_path / "clip.mkv", frames=60, codec=codec, options=options)
    whole, _ = read_whole(path, ReadSettings("cam"), monkeypatch)
    some, report = read(path, ReadSettings("cam"))
    assert_alike(some, whole)
    assert report.decoded == 60


def test_of_pictures_that_stand_alone_only_the_wanted_are_decoded(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mkv", codec="mjpeg", frames=51)
    frames, report = read(path, ReadSettings("cam"))
    assert len(frames) == report.decoded == 11


def test_asking_a_pace_what_it_would_take_changes_nothing() -> None:
    pace, asked = Pace(5.0), Pace(5.0)
    for frame in range(50):
        time = frame / 25
        assert asked.would_take(time) == asked.would_take(time) == pace.takes(time)
        assert asked.takes(time) == (frame % 5 == 0)
