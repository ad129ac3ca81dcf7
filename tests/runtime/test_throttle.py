"""The analysis rate falls when frames are dropped for long, and comes back when none are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.runtime.throttle import CALM_S, LEAST, LONG_S, LOOK_S, STEP, SURE_S, Throttle
from support import full_machine


def played(throttle: Throttle, seconds: float, offered: int, dropped: int, start: float) -> float:
    """Rounds of a second with the same counts; the share at the end."""
    for second in range(round(seconds) + 1):
        throttle.update(offered, dropped, start + second)
    return throttle.share


def test_nothing_dropped_leaves_the_whole_rate() -> None:
    assert played(Throttle(), 600, 400, 0, 0.0) == 1.0


def test_drops_that_go_on_lower_the_rate_to_less_than_what_was_managed() -> None:
    """Of 100 frames 86 were managed, of which 0.95 is 82: 0.9 to the second is 0.81."""
    assert played(Throttle(), SURE_S, 100, 14, 0.0) == pytest.approx(STEP**2)


def test_a_burst_of_drops_lowers_nothing() -> None:
    throttle = Throttle()
    played(throttle, LOOK_S, 100, 30, 0.0)

    assert played(throttle, 10, 100, 0, LOOK_S + 1) == 1.0


def test_hardly_any_drops_among_many_frames_are_no_full_machine() -> None:
    assert played(Throttle(), 60, 1000, 10, 0.0) == 1.0


def test_a_few_drops_that_go_on_for_long_lower_the_rate_by_a_step() -> None:
    throttle = Throttle()
    assert played(throttle, LONG_S - 1, 1000, 20, 0.0) == 1.0

    assert played(throttle, 1, 1000, 20, LONG_S) == pytest.approx(STEP)


def test_a_few_drops_of_one_camera_among_others_lower_nothing() -> None:
    throttle = Throttle()
    for second in range(120):
        throttle.update(1000, 20, float(second), of_one=True)

    assert throttle.share == 1.0


def test_many_drops_lower_the_rate_at_once() -> None:
    """Of 100 frames 40 were managed, of which 0.95 is 38: 0.9 to the tenth is 0.35."""
    assert played(Throttle(), SURE_S, 100, 60, 0.0) == pytest.approx(STEP**10)


def test_the_rate_never_falls_below_the_least() -> None:
    assert played(Throttle(), 600, 100, 90, 0.0) == pytest.approx(LEAST)


def test_the_rate_comes_back_when_it_is_calm() -> None:
    throttle = Throttle()
    played(throttle, SURE_S, 100, 15, 0.0)

    assert played(throttle, 2 * CALM_S + LOOK_S, 100, 0, SURE_S + 1) == 1.0


def test_a_step_up_that_brings_a_few_drops_is_taken_back() -> None:
    throttle = Throttle()
    low = played(throttle, SURE_S, 100, 60, 0.0)
    now = SURE_S
    while throttle.share == low:
        now += 1
        throttle.update(100, 0, now)

    assert played(throttle, SURE_S, 100, 3, now + 1) == low


@pytest.mark.parametrize("demand", [1.1, 1.33, 2.0])
def test_a_full_machine_drops_hardly_a_frame_once_its_level_is_found(demand: float) -> None:
    moments = full_machine.played(Throttle(), lambda time: demand, 600, cameras=16, seed=1)

    rate, dropped = full_machine.between(moments, 120, 600)

    assert dropped <= 0.01
    assert rate >= 0.9 * 16 * full_machine.FPS / demand


def test_a_machine_that_just_keeps_up_analyses_at_the_whole_rate() -> None:
    moments = full_machine.played(Throttle(), lambda time: 0.97, 600, cameras=16, seed=1)

    assert {each.share for each in moments} == {1.0}


def test_after_other_work_ended_the_whole_rate_is_back_within_four_minutes() -> None:
    def demand(time: float) -> float:
        return 2.0 if 60 <= time < 120 else 0.9

    moments = full_machine.played(Throttle(), demand, 360, cameras=16, seed=1)

    assert min(each.share for each in moments) < 0.6
    assert moments[-1].share == 1.0


def test_after_a_failed_step_up_the_next_waits_twice_as_long() -> None:
    throttle = Throttle()
    played(throttle, SURE_S, 100, 60, 0.0)
    low, now = throttle.share, SURE_S
    waits = []
    for _ in range(2):
        start = now
        while throttle.share == low:
            now += 1
            throttle.update(100, 0, now)
        waits.append(now - start)
        while throttle.share > low:
            now += 1
            throttle.update(100, 15, now)

    assert waits[1] >= 2 * waits[0] - LOOK_S


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=400))
def test_the_share_stays_within_its_bounds_whatever_comes(seen: list[tuple[int, int]]) -> None:
    throttle = Throttle()
    for second, (analysed, dropped) in enumerate(seen):
        share = throttle.update(analysed + dropped, dropped, float(second))
        assert LEAST - 1e-9 <= share <= 1.0
