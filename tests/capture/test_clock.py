"""Stream time never runs backwards, whatever the timestamps do."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.capture.clock import (
    DEFAULT_RATE,
    MAX_DISAGREEMENT_S,
    StreamClock,
    nominal_rate,
)

TICK = Fraction(1, 90000)
RATE = Fraction(25)
STEP = 3600
UTC = 1_700_000_000.0

ticks = st.one_of(st.none(), st.integers(-(1 << 34), 1 << 34))


def shown(clock: StreamClock, stamps: list[int | None]) -> list[float]:
    return [clock.frame(clock.packet(stamp, stamp)) for stamp in stamps]


def live(clock: StreamClock, arrivals: list[tuple[int | None, float]]) -> list[float]:
    return [clock.frame(clock.packet(pts, pts, arrival)) for pts, arrival in arrivals]


@given(st.lists(st.tuples(ticks, ticks), max_size=60))
def test_a_files_time_never_decreases_and_starts_at_zero(
    stamps: list[tuple[int | None, int | None]],
) -> None:
    clock = StreamClock(TICK, RATE)
    times = [clock.frame(clock.packet(pts, dts)) for pts, dts in stamps]
    assert times == sorted(times)
    assert all(time >= 0 for time in times)
    assert times[:1] in ([], [0.0])


@given(st.lists(st.tuples(ticks, ticks, st.floats(-1, 100)), max_size=60))
def test_live_time_never_decreases_and_stays_near_arrival(
    steps: list[tuple[int | None, int | None, float]],
) -> None:
    clock = StreamClock(TICK, RATE, utc=UTC)
    arrival, last = 0.0, -1.0
    for pts, dts, step in steps:
        arrival += step
        time = clock.frame(clock.packet(pts, dts, arrival))
        assert time >= last
        last = time
    assert last <= UTC + sum(max(step, 0) for _, _, step in steps) + 2 * MAX_DISAGREEMENT_S + 1


@given(st.integers(0, 1 << 32), st.lists(st.integers(1, 90000), min_size=1, max_size=50))
def test_an_even_or_uneven_file_keeps_its_own_steps(start: int, steps: list[int]) -> None:
    stamps = [start]
    for step in steps:
        stamps.append(stamps[-1] + step)
    times = shown(StreamClock(TICK, RATE), list(stamps))
    assert times == pytest.approx([(stamp - start) / 90000 for stamp in stamps])


@pytest.mark.parametrize("bits", [32, 33])
@given(st.integers(1, 40))
def test_a_clock_that_wraps_runs_on(bits: int, before: int) -> None:
    stamps: list[int | None] = [
        ((1 << bits) - before * STEP + index * STEP) % (1 << bits) for index in range(80)
    ]
    clock = StreamClock(TICK, RATE)
    assert shown(clock, stamps) == pytest.approx([index / 25 for index in range(80)])
    assert clock.repairs == 0


def test_a_wrap_between_decoding_and_showing_is_unwrapped() -> None:
    clock = StreamClock(TICK, RATE)
    top = 1 << 33
    packets = [((top + (k - 3) * STEP) % top, (top + (k - 5) * STEP) % top) for k in range(10)]
    times = [clock.packet(pts, dts) for pts, dts in packets]
    assert times == pytest.approx([k / 25 for k in range(10)])


def test_missing_stamps_advance_by_the_nominal_rate() -> None:
    clock = StreamClock(TICK, RATE)
    assert shown(clock, [0, None, None, 3 * STEP]) == pytest.approx([0, 0.04, 0.08, 0.12])
    assert clock.repairs == 2


def test_a_file_without_any_stamp_runs_at_its_nominal_rate() -> None:
    assert shown(StreamClock(TICK, RATE), [None] * 4) == pytest.approx([0, 0.04, 0.08, 0.12])


@pytest.mark.parametrize("jump", [-50 * STEP, -(10**9), 10**9, 90000 * 3600])
def test_a_jump_in_a_file_counts_as_one_frame(jump: int) -> None:
    stamps: list[int | None] = [0, STEP, 2 * STEP + jump, 3 * STEP + jump]
    clock = StreamClock(TICK, RATE)
    assert shown(clock, stamps) == pytest.approx([0, 0.04, 0.08, 0.12])
    assert clock.repairs == 1


def test_a_pause_in_a_file_is_kept() -> None:
    assert shown(StreamClock(TICK, RATE), [0, 900000]) == pytest.approx([0, 10.0])


def test_a_slow_file_keeps_its_long_steps() -> None:
    clock = StreamClock(Fraction(1), Fraction(1, 60))
    assert shown(clock, [0, 60, 120]) == pytest.approx([0, 60, 120])


def test_a_repeated_stamp_stands_still_and_a_stuck_clock_does_not() -> None:
    times = shown(StreamClock(TICK, RATE), [0, 0, STEP, *[STEP] * 10])
    assert times[:4] == pytest.approx([0, 0, 0.04, 0.04])
    assert times[-1] == pytest.approx(0.04 + 8 * 0.04)


def test_reordered_frames_are_timed_by_their_own_stamp() -> None:
    clock = StreamClock(TICK, RATE)
    packets = [(0, -2), (3, -1), (1, 0), (2, 1), (4, 2)]
    times = [clock.packet(pts * STEP, dts * STEP) for pts, dts in packets]
    assert times == pytest.approx([0, 0.12, 0.04, 0.08, 0.16])


def test_reordered_frames_without_decoding_stamps_are_timed_too() -> None:
    clock = StreamClock(TICK, RATE)
    times = [clock.packet(pts * STEP) for pts in (0, 3, 1, 2, 4)]
    assert times == pytest.approx([0, 0.12, 0.04, 0.08, 0.16])


def test_a_frame_of_unknown_time_follows_the_one_before() -> None:
    clock = StreamClock(TICK, RATE)
    assert clock.frame(clock.packet(0, 0)) == 0
    assert clock.frame(None) == pytest.approx(0.04)


def test_live_time_is_utc_of_arrival_and_advances_by_the_streams_clock() -> None:
    clock = StreamClock(TICK, RATE, utc=UTC)
    jitter = [0.0, 0.09, 0.10, 0.11, 0.17]
    times = live(clock, [(k * STEP, 500 + late) for k, late in enumerate(jitter)])
    assert times == pytest.approx([UTC + k / 25 for k in range(5)], abs=1e-3)


@pytest.mark.parametrize("jump", [10**9, -(10**9), STEP])
def test_a_real_gap_in_a_live_stream_is_measured_against_arrival(jump: int) -> None:
    clock = StreamClock(TICK, RATE, utc=UTC)
    times = live(clock, [(0, 0.0), (STEP, 0.04), (STEP + jump, 60.0)])
    assert times[-1] == pytest.approx(UTC + 60, abs=0.1)


def test_a_camera_whose_clock_runs_fast_stays_near_the_truth() -> None:
    clock = StreamClock(TICK, RATE, utc=UTC)
    # One part in a hundred fast, for an hour.
    last = live(clock, [(int(k * STEP * 1.01), k / 25) for k in range(90000)])[-1]
    assert last == pytest.approx(UTC + 3600, abs=1.0)
    assert clock.repairs == 0


def test_a_burst_after_a_stall_keeps_moving_and_comes_back_to_the_truth() -> None:
    clock = StreamClock(TICK, RATE, utc=UTC)
    before = [(k * STEP, k / 25) for k in range(25)]
    burst = [(k * STEP, 11 + k / 1000) for k in range(25, 275)]
    after = [(k * STEP, k / 25) for k in range(280, 1500)]
    times = live(clock, [*before, *burst, *after])
    moving = [later - earlier for earlier, later in pairwise(times)]
    assert min(moving) > 0
    assert times[-1] == pytest.approx(UTC + 1499 / 25, abs=MAX_DISAGREEMENT_S)


def test_a_new_connection_never_goes_back_before_time_already_given_out() -> None:
    clock = StreamClock(TICK, RATE, utc=UTC - 3600, not_before=UTC)
    times = live(clock, [(k * STEP, k / 25) for k in range(50)])
    assert times[0] >= UTC
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("stated", "believed"),
    [
        ((Fraction(10),), Fraction(10)),
        ((None, Fraction(0), Fraction(90000)), DEFAULT_RATE),
        ((Fraction(1000), Fraction(15)), Fraction(15)),
    ],
)
def test_an_absurd_rate_is_not_believed(stated: tuple[Fraction], believed: Fraction) -> None:
    assert nominal_rate(*stated) == believed
