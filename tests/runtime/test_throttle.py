"""The analysis rate falls when frames are dropped for long, and comes back when none are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.runtime.throttle import CALM_S, LEAST, LOOK_S, STEP, SURE_S, Throttle


def played(throttle: Throttle, seconds: float, offered: int, dropped: int, start: float) -> float:
    """Rounds of a second with the same counts; the share at the end."""
    for second in range(round(seconds) + 1):
        throttle.update(offered, dropped, start + second)
    return throttle.share


def test_nothing_dropped_leaves_the_whole_rate() -> None:
    assert played(Throttle(), 600, 400, 0, 0.0) == 1.0


def test_drops_that_go_on_lower_the_rate_by_a_step() -> None:
    assert played(Throttle(), SURE_S, 100, 15, 0.0) == pytest.approx(STEP)


def test_a_burst_of_drops_lowers_nothing() -> None:
    throttle = Throttle()
    played(throttle, LOOK_S, 100, 30, 0.0)

    assert played(throttle, 10, 100, 0, LOOK_S + 1) == 1.0


def test_a_few_drops_among_many_frames_are_no_full_machine() -> None:
    assert played(Throttle(), 60, 1000, 20, 0.0) == 1.0


def test_many_drops_lower_the_rate_to_what_was_managed() -> None:
    """Of 100 frames 40 were managed: 0.8 to the fourth is 0.41, to the fifth 0.33."""
    assert played(Throttle(), SURE_S, 100, 60, 0.0) == pytest.approx(STEP**5)


def test_the_rate_never_falls_below_the_least() -> None:
    assert played(Throttle(), 600, 100, 90, 0.0) == pytest.approx(LEAST)


def test_the_rate_comes_back_when_it_is_calm() -> None:
    throttle = Throttle()
    played(throttle, SURE_S, 100, 15, 0.0)

    assert played(throttle, CALM_S + LOOK_S, 100, 0, SURE_S + 1) == 1.0


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
