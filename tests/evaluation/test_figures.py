"""Tallies become figures, intervals are drawn over clips, labels follow from both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gardefou.evaluation.curves import FACTORS, curve
from gardefou.evaluation.figures import figures_of, intervals, tally
from gardefou.evaluation.maturity import CALIBRATE_FIRST, OPERATIONAL, maturity
from gardefou.governance.figures import Maturity
from support.evaluations import INTRUSION, a_case, clip_tally, expected, perfect, played


def test_a_case_is_tallied_by_its_own_score() -> None:
    case = a_case(expect=[expected(10, 20), expected(40, 50)])
    one = tally(played(case, [(10.4, 20), (30, 33)]), INTRUSION)
    assert (one.events, one.found, one.alerts, one.false) == (2, 1, 2, 1)
    assert one.delays == pytest.approx([1.0], abs=0.3)
    assert one.hours == pytest.approx(60 / 3600)


def test_an_optional_event_counts_only_when_found() -> None:
    case = a_case(expect=[expected(10, 20) | {"optional": True}])
    assert tally(played(case, []), INTRUSION).events == 0
    found = tally(played(case, [(10, 20)]), INTRUSION)
    assert (found.events, found.found) == (1, 1)


def test_figures_add_up_over_cases() -> None:
    figures = figures_of(
        [
            clip_tally("a.mp4", delays=(1.0,)),
            clip_tally("b.mp4", events=3, found=1, alerts=3, false=1, delays=(4.0,)),
        ]
    )
    assert (figures.events, figures.found, figures.recall) == (4, 2, 0.5)
    assert (figures.alerts, figures.false, figures.precision) == (4, 1, 0.75)
    assert figures.f1 == pytest.approx(2 * 0.5 * 0.75 / 1.25)
    assert figures.delay_s == 2.5
    assert figures.false_per_hour == pytest.approx(30)


def test_what_was_never_asked_is_undefined_and_silence_is_no_precision() -> None:
    quiet = figures_of([clip_tally("a.mp4", events=0, found=0, alerts=0, delays=())])
    assert (quiet.recall, quiet.precision, quiet.f1, quiet.delay_s) == (None, None, None, None)
    assert quiet.false_per_hour == 0
    silent = figures_of([clip_tally("a.mp4", found=0, alerts=0, delays=())])
    assert (silent.recall, silent.precision, silent.f1) == (0, None, 0)


def test_intervals_are_the_same_each_time_and_hold_the_figure() -> None:
    tallies = [clip_tally(f"{n}.mp4", found=n % 2, alerts=1 + n % 3, false=n % 3) for n in range(9)]
    first, again = intervals(tallies), intervals(tallies)
    assert first == again
    figures = figures_of(tallies)
    for name in ("recall", "precision", "f1", "false_per_hour"):
        ends, value = first[name], getattr(figures, name)
        assert ends is not None
        assert ends[0] <= value <= ends[1]
        assert ends[0] < ends[1]


def test_cases_of_one_clip_are_drawn_together() -> None:
    """Four cases that play one clip prove no more than one case."""
    one_clip = [clip_tally("a.mp4", found=n % 2) for n in range(4)]
    assert intervals(one_clip)["recall"] is None
    two_clips = [*one_clip, clip_tally("b.mp4")]
    assert intervals(two_clips)["recall"] == (0.5, 1.0)


def test_the_order_of_cases_changes_no_interval() -> None:
    tallies = [clip_tally(f"{n}.mp4", found=n % 2) for n in range(6)]
    assert intervals(tallies) == intervals(tallies[::-1])


def test_much_found_in_many_clips_and_hours_is_operational() -> None:
    figures = perfect(OPERATIONAL.events, OPERATIONAL.hours)
    assert maturity(figures) is Maturity.OPERATIONAL


@pytest.mark.parametrize(
    ("clips", "hours"),
    [(OPERATIONAL.events - 1, OPERATIONAL.hours), (OPERATIONAL.events, OPERATIONAL.hours / 2)],
)
def test_few_events_or_hours_make_nothing_operational(clips: int, hours: float) -> None:
    assert maturity(perfect(clips, hours)) is Maturity.CALIBRATE_FIRST


def test_it_is_the_lower_end_of_the_interval_that_makes_operational() -> None:
    tallies = [
        clip_tally(f"{n}.mp4", found=int(n % 4 > 0), alerts=int(n % 4 > 0), hours=1.0)
        for n in range(OPERATIONAL.events)
    ]
    figures = figures_of(tallies)
    assert (figures.recall or 0.0) == pytest.approx(0.75)
    assert OPERATIONAL.recall < 0.75
    assert maturity(figures) is Maturity.CALIBRATE_FIRST


def test_false_alarms_each_hour_keep_a_situation_from_being_operational() -> None:
    figures = replace(perfect(OPERATIONAL.events, OPERATIONAL.hours), false_per_hour=1.5)
    assert maturity(figures) is Maturity.CALIBRATE_FIRST


def test_little_measured_or_badly_found_is_experimental() -> None:
    assert maturity(perfect(CALIBRATE_FIRST.events - 1, 1.0)) is Maturity.EXPERIMENTAL
    bad = figures_of([clip_tally(f"{n}.mp4", found=n % 2, alerts=1) for n in range(40)])
    assert maturity(bad) is Maturity.EXPERIMENTAL


def test_derived_cases_prove_nothing() -> None:
    tallies = [clip_tally(f"{n}.mp4", derived=True, hours=1.0) for n in range(40)]
    assert maturity(figures_of(tallies)) is Maturity.EXPERIMENTAL


def test_the_curve_passes_through_what_was_measured_and_ends_in_silence() -> None:
    case = a_case(expect=[expected(10, 12), expected(40, 50)])
    result = played(case, [(10, 12), (25.0, 25.3), (40, 50)])
    points = curve([result], INTRUSION)
    assert len(points) == len(FACTORS)
    shipped = next(each for each in points if each.shipped)
    measured = figures_of([tally(result, INTRUSION)])
    assert (shipped.recall, shipped.precision) == (measured.recall, measured.precision)
    assert points[0].precision == pytest.approx(2 / 3)
    assert (shipped.recall, shipped.precision) == (1, 1)
    assert points[-1].recall == 0.5
    recalls = [each.recall for each in points]
    assert recalls == sorted(recalls, key=lambda value: -(value or 0))
