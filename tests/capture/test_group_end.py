"""The last wanted picture before a keyframe goes undecoded where the analysis can do without it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.capture.burst import BurstCollector
from gardefou.capture.file import FileReport, FileSource
from gardefou.capture.frame import Frame
from gardefou.capture.group_end import LEAST_APART_S, CanSpare, GroupEnd
from gardefou.capture.live import LiveSource
from gardefou.capture.pace import Pace
from gardefou.capture.reader import ReadSettings
from support.clips import write_clip

SETTINGS = ReadSettings("cam")
GROUP_OF_50 = {"g": "50"}


def always(given: float, time: float) -> bool:
    return True


def never(given: float, time: float) -> bool:
    return False


def read(
    path: Path, can_spare: CanSpare = never, settings: ReadSettings = SETTINGS
) -> tuple[list[Frame], FileReport]:
    with FileSource(path, settings) as source:
        source.spare_where(can_spare)
        return list(source.frames()), source.report


def beats(frames: list[Frame]) -> list[int]:
    """Which of the clip's frames, 25 a second, were given out."""
    return [round(frame.time * 25) for frame in frames]


@pytest.fixture(scope="module")
def camera_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds as cameras send them: 25 frames a second, a keyframe every two seconds."""
    folder = tmp_path_factory.mktemp("group_end")
    return write_clip(folder / "clip.mp4", frames=300, options=GROUP_OF_50)


def test_what_the_analysis_can_spare_is_not_decoded_and_the_rest_is_the_same(
    camera_clip: Path,
) -> None:
    """Once three keyframes told their distance, the end of each group from 41 on is let go."""
    whole, of_all = read(camera_clip)
    some, report = read(camera_clip, always)
    left = sorted({*beats(whole)} - {*beats(some)})
    assert left == [145, 195, 245, 295]
    by_beat = dict(zip(beats(whole), whole, strict=True))
    for beat, frame in zip(beats(some), some, strict=True):
        np.testing.assert_array_equal(frame.image, by_beat[beat].image)
    assert of_all.decoded - report.decoded == 3 * 5  # No keyframe lets the last group's end go.
    assert report.packets == 300
    assert not report.is_truncated


def test_it_is_asked_after_the_frame_before_and_a_no_changes_nothing(camera_clip: Path) -> None:
    asked: list[tuple[int, int]] = []

    def refuses(given: float, time: float) -> bool:
        asked.append((round(given * 25), round(time * 25)))
        return False

    whole, of_all = read(camera_clip)
    same, report = read(camera_clip, refuses)
    assert asked == [(140, 145), (190, 195), (240, 245), (290, 295)]
    assert beats(same) == beats(whole)
    assert report.decoded == of_all.decoded


def test_the_frame_before_says_that_the_next_may_go(camera_clip: Path) -> None:
    frames, _ = read(camera_clip)
    near = [round(frame.time * 25) for frame in frames if frame.next_may_go]
    assert near == [140, 190, 240, 290]


def test_a_picture_that_a_burst_needs_is_never_left(tmp_path: Path) -> None:
    """Bursts of 10 begin every 25 frames; in groups of 40 some of them fall on a group's end."""
    path = write_clip(tmp_path / "clip.mp4", frames=400, options={"g": "40"})
    settings = ReadSettings("cam", bursts=True)
    whole, _ = read(path, never, settings)
    some, _ = read(path, always, settings)
    left = {*beats(whole)} - {*beats(some)}
    assert left
    bursts = [[frame.burst for frame in each if frame.burst] for each in (whole, some)]
    assert len(bursts[0]) == len(bursts[1])
    for one, other in zip(*bursts, strict=True):
        np.testing.assert_array_equal(one.times, other.times)
        np.testing.assert_array_equal(one.images, other.images)
    needed = {round(time * 25) for burst in bursts[0] for time in burst.times}
    assert not any(needed & set(range(beat, beat // 40 * 40 + 40)) for beat in left)


def test_a_keyframe_that_does_not_come_costs_the_one_picture_only(tmp_path: Path) -> None:
    """The stream's groups are of 50 frames, then one of 75: nobody could know."""
    path = tmp_path / "clip.h264"
    parts = [(150, "50"), (75, "75"), (50, "50")]
    joined = b""
    for index, (frames, group) in enumerate(parts):
        part = write_clip(tmp_path / f"{index}.h264", frames=frames, options={"g": group})
        joined += part.read_bytes()
    path.write_bytes(joined)
    whole, _ = read(path)
    some, report = read(path, always)
    left = sorted({*beats(whole)} - {*beats(some)})
    assert left == [145, 195]
    by_beat = dict(zip(beats(whole), whole, strict=True))
    for beat, frame in zip(beats(some), some, strict=True):
        np.testing.assert_array_equal(frame.image, by_beat[beat].image)
    assert report.corrupt == 0


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"x264-params": "intra-refresh=1"}, "clip.mkv"),
        ({"bf": "2", "preset": "veryfast", "g": "50"}, "clip.mp4"),
    ],
    ids=["no keyframes", "pictures held back"],
)
def test_where_keyframes_or_the_order_of_pictures_are_others_none_is_left(
    tmp_path: Path, options: Mapping[str, str], name: str
) -> None:
    path = write_clip(tmp_path / name, frames=200, options=options)
    whole, of_all = read(path)
    some, report = read(path, always)
    assert beats(some) == beats(whole)
    assert report.decoded == of_all.decoded
    assert not any(frame.next_may_go for frame in some)


def test_a_live_stream_asks_too(camera_clip: Path) -> None:
    source = LiveSource.loop(camera_clip, SETTINGS)
    asked: list[float] = []

    def spares(given: float, time: float) -> bool:
        asked.append(time - given)
        return True

    source.spare_where(spares)
    with source:
        for _ in source.frames():
            if len(asked) >= 2:
                break
    assert asked == pytest.approx([0.2] * len(asked), abs=0.02)


@given(
    rate=st.sampled_from([5, 8, 10, 12, 12.5, 15, 20, 25, 30]),
    group=st.integers(1, 120),
    offset=st.floats(0, 0.2),
    period=st.sampled_from([0.2, 0.25, 0.5, 1.0]),
)
def test_no_two_pictures_in_a_row_are_left_and_few(
    rate: float, group: int, offset: float, period: float
) -> None:
    """A stream of any rate and group: what is left is once in a while, and a keyframe follows."""
    pace = Pace(1 / period)
    end = GroupEnd(pace, None, always)
    taken: list[float] = []
    left: list[float] = []
    before: float | None = None
    pace.leave(offset)
    for frame in range(40 * group + 100):
        time = frame / rate
        if frame % group == 0:
            end.keyframe(time)
        if pace.would_take(time, before) and end.leaves(time, pace.step(time, before)):
            left.append(time)
        elif pace.takes(time):
            taken.append(time)
            end.gave(time)
        before = time
    assert all(later - time >= LEAST_APART_S for time, later in pairwise(left))
    longest = 2 * max(period, 1 / rate) + 1 / rate
    assert max(later - time for time, later in pairwise(taken)) <= longest + 1e-6
    keyframes = {round(each * group / rate, 6) for each in range(41 + 100 // group + 1)}
    for time in left:
        following = min((each for each in taken if each > time), default=None)
        assert following is None or round(following, 6) in keyframes


def test_keyframes_at_changing_distances_are_not_foreseen() -> None:
    end = GroupEnd(Pace(5.0), BurstCollector(), always)
    foreseen = []
    for time in (0.0, 2.0, 4.0, 5.0, 7.0, 9.04):
        end.keyframe(time)
        foreseen.append(end.foreseen)
    assert foreseen == [None, None, 6.0, None, None, pytest.approx(11.08)]
