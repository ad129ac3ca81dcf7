"""Figures are compared between groups, and what nobody could compare is said."""

from __future__ import annotations

from gardefou.evaluation.gaps import ASKED, gaps, never_compared
from gardefou.evaluation.tags import cut
from support.evaluations import INTRUSION, a_case, expected, played


def test_the_worst_and_the_best_group_are_named() -> None:
    tagged = cut(
        [
            played(a_case(id="day", expect=[expected(10, 20)]), [(10, 20)]),
            played(a_case(id="dusk", expect=[expected(10, 20)]), [(10, 20)]),
            played(a_case(id="night", expect=[expected(10, 20)]), []),
        ],
        {each: {"light": each} for each in ("day", "dusk", "night")},
    )
    gap = gaps(tagged)["light"][INTRUSION]
    assert (gap.worst, gap.worst_recall, gap.best_recall) == ("night", 0.0, 1.0)
    assert gap.difference == 1.0


def test_a_group_without_events_is_compared_with_nothing() -> None:
    tagged = cut(
        [
            played(a_case(id="day", expect=[expected(10, 20)]), [(10, 20)]),
            played(a_case(id="night"), []),
        ],
        {"day": {"light": "day"}, "night": {"light": "night"}},
    )
    assert gaps(tagged) == {}
    assert never_compared(tagged) == list(ASKED)


def test_what_could_not_be_compared_is_said_with_or_without_tags() -> None:
    tagged = cut(
        [
            played(a_case(id="a", expect=[expected(10, 20)]), [(10, 20)]),
            played(a_case(id="b", expect=[expected(10, 20)]), [(10, 20)]),
        ],
        {"a": {"mobility_aid": "wheelchair"}, "b": {"mobility_aid": "none"}},
    )
    assert never_compared(tagged) == ["light", "place", "skin_tone", "clothing"]
    assert gaps(tagged)["mobility_aid"][INTRUSION].difference == 0.0
    assert never_compared({}) == ["light", "place", "skin_tone", "mobility_aid", "clothing"]
