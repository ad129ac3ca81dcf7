"""The wake gate: when a camera sleeps, what wakes it, and that nothing is lost meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.capture.file import FileSource
from gardefou.capture.frame import Frame, Role
from gardefou.capture.gate import PEEK_S, Depth, GateCounts, Sleep, WakeGate
from gardefou.capture.packet_sizes import PacketSizes
from gardefou.capture.reader import ReadSettings
from gardefou.capture.stillness import Stillness
from gardefou.geometry.arrays import Image
from support.idle import RATE, SIZE, room, still_then_visitor, write

Calm = Callable[[Frame], bool]


def watch(
    path: Path, calm: Calm = lambda frame: True, sleep: Sleep = Sleep.KEYFRAMES
) -> tuple[list[Frame], GateCounts]:
    """Read a file as a camera whose analysis answers at once."""
    frames = []
    with FileSource(path, ReadSettings("cam", sleep=sleep)) as source:
        assert source.gate is not None
        for frame in source.frames():
            frames.append(frame)
            if frame.role is not Role.LOOK:
                source.gate.answer(frame.time, calm(frame))
        assert not source.report.is_truncated
        assert source.report.notices == ()
        return frames, source.gate.counts


def analysed(frames: Iterable[Frame]) -> list[float]:
    return [round(frame.time, 3) for frame in frames if frame.role is not Role.LOOK]


def every(first: float, last: float) -> list[float]:
    return [round(k / 5, 3) for k in range(round(first * 5), round(last * 5) + 1)]


@pytest.mark.parametrize("bits", [None, 400_000])
def test_nothing_of_what_wakes_it_is_lost(tmp_path: Path, bits: int | None) -> None:
    frames, counts = watch(write(tmp_path / "clip.mp4", still_then_visitor(), bits=bits))
    assert counts.asleep_s > 10
    assert counts.undecoded > 100
    assert counts.wakes >= 1
    # From the last picture that was the same on, every frame is analysed, each once, at its time.
    assert analysed(frames)[-20:] == every(30.0, 33.8)
    times = [frame.time for frame in frames]
    assert times == sorted(times)


def test_movement_wakes_before_the_next_keyframe_at_a_variable_rate(tmp_path: Path) -> None:
    pictures = list(still_then_visitor(29.0, 0.8))
    frames, counts = watch(write(tmp_path / "clip.mp4", pictures + pictures[-9:-8] * 2))
    assert counts.wakes == 1
    late = [frame.time for frame in frames if frame.role is Role.LATE]
    assert late
    assert late[0] <= 28.0 <= late[-1]


def test_a_sleeping_camera_shows_a_look_every_two_seconds(tmp_path: Path) -> None:
    frames, counts = watch(write(tmp_path / "clip.mp4", still_then_visitor(40.0, 0.0)))
    looks = [frame.time for frame in frames if frame.role is Role.LOOK]
    assert np.diff(looks).min() == pytest.approx(2.0)
    assert counts.looks >= len(looks) >= 10
    assert all(frame.image.shape == (SIZE[1], SIZE[0], 3) for frame in frames)


def test_with_short_groups_only_every_second_keyframe_is_looked_at(tmp_path: Path) -> None:
    frames, _ = watch(write(tmp_path / "clip.mp4", still_then_visitor(30.0, 0.0), group=RATE))
    looks = [frame.time for frame in frames if frame.role is Role.LOOK]
    assert np.diff(looks) == pytest.approx(2.0)


def test_through_long_groups_it_dozes_and_wakes_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", still_then_visitor(30.0, 2.0), group=10 * RATE)
    frames, counts = watch(path)
    assert (counts.asleep_s, counts.undecoded) == (0.0, 0)
    assert counts.dozing_s > 15
    assert analysed(frames)[-13:] == every(29.4, 31.8)


def test_someone_in_the_scene_keeps_it_awake(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", still_then_visitor(20.0, 0.0))
    frames, counts = watch(path, calm=lambda frame: False)
    assert counts.asleep_s == 0.0
    assert analysed(frames) == every(0.0, 19.8)


def test_a_busy_camera_compares_one_picture_a_second_and_a_calm_one_each(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compared: list[float] = []
    update = Stillness.update

    def counted(self: Stillness, image: Image, time: float) -> bool:
        compared.append(round(time, 3))
        return update(self, image, time)

    monkeypatch.setattr(Stillness, "update", counted)
    path = write(tmp_path / "clip.mp4", still_then_visitor(16.0, 0.0))
    watch(path, calm=lambda frame: frame.time > 10.0)
    assert np.diff([each for each in compared if 1.0 <= each <= 10.0]) == pytest.approx(1.0)
    assert [each for each in compared if each > 10.2] == every(10.4, 15.8)


def test_an_analysis_that_does_not_answer_keeps_it_awake(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", still_then_visitor(20.0, 0.0))
    with FileSource(path, ReadSettings("cam", sleep=Sleep.KEYFRAMES)) as source:
        assert len([frame for frame in source.frames() if frame.role is Role.NOW]) == 100


def test_a_heartbeat_that_finds_somebody_wakes_it(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", still_then_visitor(60.0, 0.0))
    asked = 45.0
    frames, counts = watch(path, calm=lambda frame: frame.time < asked - 10)
    assert counts.wakes == 1
    # Awake from the heartbeat on: every frame to the end is analysed.
    late = [frame.time for frame in frames if frame.role is Role.LATE]
    assert analysed(frames)[-60:] == every(48.0, 59.8)
    assert late[0] < 48.0


def test_never_is_never(tmp_path: Path) -> None:
    with FileSource(
        write(tmp_path / "clip.mp4", still_then_visitor(1.0, 0.0)), ReadSettings("cam")
    ) as source:
        assert source.gate is None


@pytest.mark.parametrize("sleep", [Sleep.SURE, Sleep.PACKETS])
def test_where_sizes_never_proved_to_tell_the_end_of_each_group_goes_undecoded(
    tmp_path: Path, sleep: Sleep
) -> None:
    path = write(tmp_path / "clip.mp4", still_then_visitor(30.0, 0.0))
    frames, counts = watch(path, sleep=sleep)
    assert counts.asleep_s == 0.0
    assert counts.dozing_s > 15
    # Of two seconds the pictures after 1.4 s.
    assert counts.undecoded == pytest.approx(0.5 / 2.0 * counts.dozing_s * RATE, abs=6)
    looks = [frame.time for frame in frames if frame.role is Role.LOOK]
    assert np.diff(looks).min() == pytest.approx(2.0)


@pytest.mark.parametrize("bits", [None, 400_000])
def test_nothing_of_what_wakes_it_from_a_nap_is_lost(tmp_path: Path, bits: int | None) -> None:
    path = write(tmp_path / "clip.mp4", still_then_visitor(31.3, 4.0), bits=bits)
    frames, counts = watch(path, sleep=Sleep.SURE)
    assert counts.wakes == 1
    assert counts.undecoded > 40
    # From the keyframe on before whoever came, every frame is analysed, each once, at its time.
    assert analysed(frames)[-27:] == every(30.0, 35.2)
    times = [frame.time for frame in frames]
    assert times == sorted(times)


def test_who_stays_for_six_tenths_of_a_second_wakes_a_nap_wherever_in_the_group(
    tmp_path: Path,
) -> None:
    phases = range(0, 2 * RATE, 3)
    pictures = list(still_then_visitor(20.0 + 21.7 * len(phases), 0.0))
    starts = [20 * RATE + 20 * RATE * order + phase for order, phase in enumerate(phases)]
    for start in starts:
        pictures[start : start + 6] = [room(9000 + start + k, (40, 80)) for k in range(6)]
    path = write(tmp_path / "clip.mp4", pictures, bits=400_000)
    here = {k / RATE for start in starts for k in range(start, start + 6)}
    frames, counts = watch(path, lambda frame: round(frame.time, 1) not in here, Sleep.SURE)
    assert counts.wakes == len(starts)
    seen = {round(frame.time * RATE) for frame in frames if frame.role is not Role.LOOK}
    for start in starts:
        assert {k for k in range(start, start + 6) if k % 2 == 0} <= seen


@given(
    rate=st.sampled_from([5, 8, 10, 12.5, 15, 25, 30]),
    group_s=st.floats(0.5, 2.1),
    late=st.lists(st.booleans(), min_size=4, max_size=12),
)
def test_no_time_between_two_compared_pictures_is_longer_than_a_peek(
    rate: float, group_s: float, late: list[bool]
) -> None:
    """Groups of one length, and now and then a keyframe that comes a third later."""
    usual = max(round(group_s * rate), 1)
    wake, packet, compared = WakeGate(Sleep.SURE), 0, [0.0]
    for order, is_late in enumerate([False] * 4 + late):
        for index in range(usual + (usual // 3 if is_late else 0)):
            time = packet / rate
            wake.packet(time, 400, is_keyframe=index == 0)
            if index == 0 or (order > 1 and wake.is_peek_due(time)):
                wake.peeked(time)
                compared.append(time)
            packet += 1
    from_second = [each for each in compared if each >= 2 * usual / rate]
    assert np.diff(from_second).max() <= max(PEEK_S, 1 / rate) + 2e-3


def test_a_decoder_that_holds_pictures_back_dozes_instead_of_napping(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", still_then_visitor(31.0, 2.0), reordered=2)
    frames, counts = watch(path, sleep=Sleep.SURE)
    assert (counts.asleep_s, counts.undecoded) == (0.0, 0)
    assert counts.dozing_s > 10
    assert analysed(frames)[-10:] == every(31.0, 32.8)


def test_a_nap_in_which_the_keyframe_does_not_come_goes_on_as_a_doze(tmp_path: Path) -> None:
    pictures = list(still_then_visitor(48.0, 2.0))
    keyframes = set(range(0, 30 * RATE, 2 * RATE)) | {30 * RATE}
    path = write(tmp_path / "clip.mp4", pictures, group=600, keyframes=keyframes)
    frames, counts = watch(path, sleep=Sleep.SURE)
    assert 30 < counts.undecoded < 110
    assert counts.wakes == 1
    last = analysed(frames)[-15:]
    assert np.diff(last) == pytest.approx(0.2)
    assert last[0] < 48.0
    assert last[-1] >= 49.7


def test_a_small_far_person_is_a_change() -> None:
    still = Stillness()
    for index in range(60):
        still.update(room(index), index / 5)
    assert still.look(room(100), 14.0)
    somebody = room(101)
    somebody[100:108, 200:203] = 30
    assert not still.look(somebody, 16.0)
    assert still.look(room(102), 18.0)


def test_the_light_of_the_day_is_none() -> None:
    still = Stillness()
    for index in range(60):
        still.update(room(index), index / 5)
    for index in range(30):
        assert still.look(np.clip(room(index) + index, 0, 255).astype(np.uint8), 12.0 + 2 * index)


def test_a_place_that_changed_for_nothing_three_times_is_passed_over() -> None:
    still = Stillness()
    for index in range(60):
        still.update(room(index), index / 5)
    lamp = room(1)
    lamp[10:18, 10:18] = 250
    for _ in range(3):
        assert not still.look(lamp, 14.0)
        still.came_to_nothing(still.changed)
    assert still.look(lamp, 16.0)
    lamp[100:120, 200:208] = 250
    assert not still.look(lamp, 18.0)


def test_a_waking_for_nothing_counts_once_however_often_the_depth_changes_after_it() -> None:
    gate = WakeGate(Sleep.SURE)
    for index in range(60):
        gate.see(Frame("cam", index / 5, room(index)))
    lamp = room(1)
    lamp[10:18, 10:18] = 250
    gate.fall_asleep(Depth.NAPPING, 12.0)
    assert not gate.is_same(Frame("cam", 13.0, lamp))
    gate.wake()
    for _ in range(4):
        gate.fall_asleep(Depth.DOZING, 30.0)
    assert not gate.is_same(Frame("cam", 31.0, lamp))


def test_a_clock_that_ticks_is_not_loud_and_somebody_who_walks_is() -> None:
    sizes = PacketSizes()
    for packet in range(500):
        sizes.add(packet / 25, 1500 if packet % 25 == 0 else 200)
        sizes.learn(packet / 25)
        assert not sizes.is_loud
    for packet in range(500, 512):
        sizes.add(packet / 25, 900)
    assert sizes.is_loud


@pytest.mark.parametrize(("moving", "tell"), [(1500, True), (420, False)])
def test_sizes_tell_where_they_called_every_movement(moving: int, tell: bool) -> None:
    """A minute of stillness and a second of movement in turn; 400 bytes a packet are quiet."""
    empty, crossing = room(0), [room(0, (20 + 12 * index, 80)) for index in range(RATE)]
    gate, time = WakeGate(Sleep.PACKETS), 0.0
    for second in range(60):
        moves = second % 12 == 11
        for index in range(RATE):
            time += 1 / RATE
            gate.packet(time, moving if moves else 400, is_keyframe=index == 0)
            gate.see(Frame("cam", time, crossing[index] if moves else empty))
    assert gate.sizes_tell is tell
    assert gate.deepest is (Depth.ASLEEP if tell else Depth.NAPPING)


def test_a_gate_that_was_restarted_is_awake_and_knows_nothing() -> None:
    gate = WakeGate()
    gate.fall_asleep(Depth.ASLEEP, 5.0)
    gate.restart()
    assert gate.depth is Depth.AWAKE
    assert gate.depth_now(100.0) is Depth.AWAKE


def test_a_clock_in_the_picture_lets_it_sleep_and_whoever_enters_wakes_it(tmp_path: Path) -> None:
    def with_clock(pictures: Iterable[Image]) -> Iterable[Image]:
        for index, picture in enumerate(pictures):
            tens = index // (10 * RATE)
            picture[4:14, 40:48] = (20, 230)[tens % 2]
            picture[4:14, 50:58] = (20, 230)[index // RATE % 2]
            yield picture

    pictures = list(with_clock(still_then_visitor(120.0, 4.0)))
    frames, counts = watch(write(tmp_path / "clip.mp4", pictures))
    assert counts.asleep_s > 40
    assert analysed(frames)[-20:] == every(120.0, 123.8)


def test_a_place_where_somebody_is_seen_is_never_passed_over(tmp_path: Path) -> None:
    def blinking(pictures: Iterable[Image]) -> Iterable[Image]:
        for index, picture in enumerate(pictures):
            picture[90:110, 100:108] = (20, 230)[index // (10 * RATE) % 2]
            yield picture

    path = write(tmp_path / "clip.mp4", list(blinking(still_then_visitor(85.0, 0.0))))
    _, counts = watch(path, calm=lambda frame: frame.time > 60.0 or frame.time % 10 > 2.0)
    assert counts.asleep_s == 0.0
