"""Nobody sees alerts on a day without a current habilitation and two valid trainings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.governance.habilitation import Habilitation, Obstacle, Training, obstacle

DAY = date(2026, 6, 15)
GOOD = Training(date(2026, 1, 10), date(2027, 1, 9), "ATT-1")
GIVEN = Habilitation("The mayor", date(2026, 6, 1), date(2026, 6, 30), GOOD, GOOD)


def test_a_current_one_with_both_trainings_lets_through() -> None:
    assert obstacle([GIVEN], DAY) is None


@pytest.mark.parametrize("day", [GIVEN.start, GIVEN.end])
def test_first_and_last_day_are_included(day: date) -> None:
    assert obstacle([GIVEN], day) is None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (replace(GIVEN, start=date(2026, 6, 16)), Obstacle.NOT_YET),
        (replace(GIVEN, end=date(2026, 6, 14)), Obstacle.ENDED),
        (replace(GIVEN, revoked=True), Obstacle.REVOKED),
        (
            replace(GIVEN, data_protection=replace(GOOD, expires=date(2026, 6, 14))),
            Obstacle.DATA_PROTECTION,
        ),
        (
            replace(GIVEN, processing=replace(GOOD, expires=date(2026, 6, 14))),
            Obstacle.PROCESSING,
        ),
        (
            replace(GIVEN, processing=replace(GOOD, done=date(2026, 6, 16))),
            Obstacle.PROCESSING,
        ),
    ],
)
def test_what_is_missing_is_named(given: Habilitation, why: Obstacle) -> None:
    assert obstacle([given], DAY) is why


def test_without_any_there_is_none() -> None:
    assert obstacle([], DAY) is Obstacle.NONE_GIVEN


def test_one_current_among_several_is_enough_and_the_last_one_says_why_none_is() -> None:
    ended = replace(GIVEN, end=date(2026, 6, 2))
    assert obstacle([GIVEN, ended], DAY) is None
    assert obstacle([replace(GIVEN, revoked=True), ended], DAY) is Obstacle.ENDED


days = st.integers(-60, 60).map(lambda n: DAY + timedelta(days=n))


@given(days, days, days, days, days, days, days)
def test_it_lets_through_exactly_on_days_that_everything_covers(
    day: date, start: date, end: date, a: date, b: date, c: date, d: date
) -> None:
    habilitation = Habilitation("M", start, end, Training(a, b, "x"), Training(c, d, "y"))

    is_free = obstacle([habilitation], day) is None

    assert is_free is (start <= day <= end and a <= day <= b and c <= day <= d)
