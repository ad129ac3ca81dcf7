"""The rules of scoring, one by one, on alerts made by hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gardefou.evaluation.cases import Case
from gardefou.evaluation.scoring import CaseScore, SignalledAlert, score
from gardefou.situations.situation import Situation

FIRE, FALL, ZONE = Situation.FIRE, Situation.PERSON_DOWN, Situation.ZONE_INTRUSION
LEFT = ((0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0))
RIGHT = ((0.6, 0.0), (1.0, 0.0), (1.0, 1.0), (0.6, 1.0))
CLIP_S = 100.0


def event(start: float, end: float, **more: object) -> dict[str, object]:
    return {"situation": "fire", "start_s": start, "end_s": end, **more}


def case(*expect: dict[str, object], **more: object) -> Case:
    return Case.model_validate({"id": "a", "clip": "a.mp4", "expect": expect, **more})


def alert(
    opened: float,
    closed: float,
    situation: Situation = FIRE,
    region: tuple[tuple[float, float], ...] | None = None,
) -> SignalledAlert:
    return SignalledAlert(situation, opened, closed, region)


def scored(one: Case, *alerts: SignalledAlert) -> CaseScore:
    return score(one, alerts, CLIP_S)


def test_an_alert_that_opens_during_an_event_finds_it_and_its_delay_is_known() -> None:
    result = scored(case(event(10, 20)), alert(11.5, 21))
    assert result.events[0].delay_s == 1.5
    assert (result.missed, result.false) == ([], [])


def test_the_window_reaches_the_tolerance_to_either_side_and_no_further() -> None:
    for opened, found in ((7.9, False), (8.0, True), (22.0, True), (22.1, False)):
        result = scored(case(event(10, 20)), alert(opened, opened + 1))
        assert result.events[0].found is found
        assert bool(result.false) is not found
        assert bool(result.missed) is not found


def test_a_case_sets_its_own_tolerance() -> None:
    assert scored(case(event(10, 20), tolerance_s=4), alert(6, 7)).events[0].found
    assert not scored(case(event(10, 20), tolerance_s=1), alert(8.5, 9)).events[0].found


def test_the_last_frame_s_hold_prolongs_an_event_that_lasts_to_the_end() -> None:
    at_the_end = case(event(90, 99), hold_last_s=8)
    assert scored(at_the_end, alert(108, 109)).events[0].found
    before_it = case(event(80, 90), hold_last_s=8)
    assert not scored(before_it, alert(95, 96)).events[0].found


def test_an_alert_of_another_situation_finds_nothing() -> None:
    result = scored(case(event(10, 20), never=["person_down"]), alert(11, 12, FALL))
    assert result.missed
    assert [each.situation for each in result.false] == [FALL]


def test_an_alert_of_a_situation_that_the_case_does_not_judge_is_ignored() -> None:
    result = scored(case(event(10, 20)), alert(50, 60, ZONE))
    assert (result.alerts, result.false) == ([], [])


def test_regions_must_overlap_where_both_are_given() -> None:
    there = case(event(10, 20, region=LEFT))
    assert scored(there, alert(11, 12, region=LEFT)).events[0].found
    assert scored(there, alert(11, 12)).events[0].found
    elsewhere = scored(there, alert(11, 12, region=RIGHT))
    assert elsewhere.missed
    assert elsewhere.false


def test_an_alert_still_open_from_an_event_just_ended_finds_the_next() -> None:
    two = case(event(10, 20), event(25, 30))
    result = scored(two, alert(10, 26))
    assert [each.delay_s for each in result.events] == [0.0, 0.0]
    assert result.false == []


def test_one_still_open_from_an_event_long_ended_does_not() -> None:
    result = scored(case(event(10, 20), event(25.1, 30)), alert(10, 26))
    assert [each.found for each in result.events] == [True, False]


def test_an_alert_that_closed_before_the_next_event_does_not_find_it() -> None:
    result = scored(case(event(10, 20), event(24, 30)), alert(10, 21))
    assert [each.found for each in result.events] == [True, False]


def test_an_alert_that_stays_open_long_after_its_event_is_false_though_it_found_it() -> None:
    assert scored(case(event(10, 20)), alert(11, 30)).false == []
    result = scored(case(event(10, 20)), alert(11, 30.1))
    assert result.events[0].found
    assert len(result.false) == 1


def test_the_last_event_it_served_counts_for_that() -> None:
    result = scored(case(event(10, 20), event(24, 40)), alert(11, 49))
    assert result.false == []


def test_every_alert_of_a_situation_ruled_out_is_false() -> None:
    result = scored(case(never=["fire"]), alert(11, 12), alert(40, 41))
    assert len(result.false) == 2


def test_an_optional_event_counts_only_when_found() -> None:
    optional = case(event(10, 20, optional=True))
    assert scored(optional).missed == []
    found = scored(optional, alert(11, 12))
    assert found.events[0].found
    assert found.false == []


def test_the_first_of_several_alerts_gives_the_delay() -> None:
    result = scored(case(event(10, 20)), alert(14, 15), alert(11, 12))
    assert result.events[0].delay_s == 1.0
    assert result.false == []


spans = st.tuples(st.floats(0, 90), st.floats(0, 10)).map(lambda each: (each[0], sum(each)))


@given(st.lists(spans, max_size=4), st.lists(spans, max_size=6))
def test_every_event_is_found_or_missed_and_more_alerts_find_no_less(
    events: list[tuple[float, float]], alerts: list[tuple[float, float]]
) -> None:
    one = case(*(event(*span) for span in events))
    given_alerts = [alert(*span) for span in alerts]
    result = score(one, given_alerts, CLIP_S)
    found = sum(each.found for each in result.events)
    assert found + len(result.missed) == len(events)
    assert set(result.false) <= set(result.alerts)
    more = score(one, [*given_alerts, alert(0, 100)], CLIP_S)
    assert sum(each.found for each in more.events) >= found


@given(st.lists(spans, min_size=1, max_size=4))
def test_alerts_that_are_the_events_are_never_false(events: list[tuple[float, float]]) -> None:
    one = case(*(event(*span) for span in events))
    result = score(one, [alert(*span) for span in events], CLIP_S)
    assert (result.missed, result.false) == ([], [])
    assert all(each.delay_s is not None and each.delay_s <= 0 for each in result.events)
