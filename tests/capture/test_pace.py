"""Frames are chosen evenly by stream time, never more than the budget."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.capture.pace import Pace


def taken(times: list[float], per_second: float = 5.0) -> list[float]:
    pace = Pace(per_second)
    return [time for time in times if pace.takes(time)]


@pytest.mark.parametrize(("rate", "every"), [(25, 5), (30, 6), (10, 2), (5, 1), (1, 1), (4, 1)])
def test_a_multiple_of_the_beat_gives_every_nth_frame(rate: int, every: int) -> None:
    times = [index / rate for index in range(120)]
    assert taken(times) == times[::every]


def test_an_uneven_multiple_stays_on_the_beat() -> None:
    times = [index / 12.5 for index in range(125)]
    chosen = taken(times)
    assert len(chosen) == 50
    assert max(abs(time - slot / 5) for slot, time in enumerate(chosen)) <= 0.04 + 1e-9


@given(st.lists(st.floats(0, 3), max_size=300), st.floats(0.5, 30))
def test_never_more_than_the_beat_allows(steps: list[float], per_second: float) -> None:
    times = [sum(steps[: index + 1]) for index in range(len(steps))]
    chosen = taken(times, per_second)
    for first, time in enumerate(chosen):
        inside = sum(1 for other in chosen[first:] if other - time < 1.0 - 1e-6)
        assert inside <= per_second + 2


@given(st.lists(st.floats(0, 3), min_size=1, max_size=100))
def test_no_pause_is_longer_than_the_stream_forces(steps: list[float]) -> None:
    times = [sum(steps[: index + 1]) for index in range(len(steps))]
    chosen = taken(times)
    assert chosen[0] == times[0]
    for earlier, later in pairwise(chosen):
        skipped = [time for time in times if earlier < time < later]
        assert all(time - earlier < 0.3 + 1e-6 for time in skipped)


def test_a_beat_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        Pace(0)


def test_another_beat_from_now_on() -> None:
    pace = Pace(5.0)
    before = [frame for frame in range(25) if pace.takes(frame / 25)]
    pace.change(2.5)
    after = [frame for frame in range(25, 100) if pace.takes(frame / 25)]

    assert before == [0, 5, 10, 15, 20]
    assert {second - first for first, second in pairwise(after)} == {10}
