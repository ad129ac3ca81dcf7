"""The alert policy: hysteresis, merging, cool-down, and the life of an alert."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.alerting.alert import AlertClosed, AlertEvent, AlertOpened
from gardefou.alerting.policy import AlertPolicy, Timing
from gardefou.situations.scene import Observation
from gardefou.situations.situation import Situation

FIRE, INTRUSION = Situation.FIRE, Situation.ZONE_INTRUSION
TIMINGS = {
    FIRE: Timing(open_after_s=1.0, close_after_s=2.0, cool_down_s=3.0),
    INTRUSION: Timing(open_after_s=1.0, close_after_s=2.0, cool_down_s=3.0),
}


def seen(
    situation: Situation = INTRUSION,
    zone: str | None = "lawn",
    at: tuple[float, float] = (0.1, 0.1),
    strength: float = 1.0,
) -> Observation:
    x, y = at
    region = np.array([[x, y], [x + 0.1, y], [x + 0.1, y + 0.1], [x, y + 0.1]])
    return Observation(situation, "cam", 0.0, region, strength, zone)


def run(policy: AlertPolicy, moments: list[tuple[float, list[Observation]]]) -> list[AlertEvent]:
    return [event for time, seen_now in moments for event in policy.update(seen_now, time)]


def every(
    start: float, stop: float, *observations: Observation, step: float = 0.2
) -> list[tuple[float, list[Observation]]]:
    return [(float(t), list(observations)) for t in np.arange(start, stop, step).round(3)]


def opened(events: list[AlertEvent]) -> list[float]:
    return [event.alert.opened_at for event in events if isinstance(event, AlertOpened)]


def closed(events: list[AlertEvent]) -> list[float]:
    return [event.closed_at for event in events if isinstance(event, AlertClosed)]


def test_a_lasting_observation_opens_one_alert_after_the_set_time_and_closes_it_once() -> None:
    policy = AlertPolicy("cam", TIMINGS)
    events = run(policy, [*every(0, 10, seen()), *every(10, 20)])
    assert opened(events) == pytest.approx([1.0])
    assert closed(events) == pytest.approx([9.8])
    assert policy.open_alerts == []


def test_a_flicker_opens_nothing() -> None:
    policy = AlertPolicy("cam", TIMINGS)
    moments = [(i * 0.2, [seen()] if i % 4 == 0 else []) for i in range(200)]
    assert run(policy, moments) == []


def test_a_short_absence_does_not_close_the_alert() -> None:
    policy = AlertPolicy("cam", TIMINGS)
    events = run(policy, [*every(0, 5, seen()), *every(5, 6.8), *every(6.8, 12, seen())])
    assert len(opened(events)) == 1
    assert closed(events) == []


def test_after_a_closing_no_alert_opens_at_that_place_before_the_cool_down_is_over() -> None:
    policy = AlertPolicy("cam", TIMINGS)
    events = run(policy, [*every(0, 2, seen()), *every(2, 4.2), *every(4.2, 12, seen())])
    assert len(opened(events)) == 2
    # Last seen at 1.8 s, closed two seconds later, then quiet for three.
    assert opened(events)[1] == pytest.approx(6.8, abs=0.21)


def test_two_zones_are_two_alerts_and_two_bodies_in_one_zone_are_one() -> None:
    both = [seen(zone="lawn"), seen(zone="lawn", at=(0.8, 0.8)), seen(zone="roof")]
    events = run(AlertPolicy("cam", TIMINGS), every(0, 3, *both))
    zones = sorted(str(e.alert.zone_id) for e in events if isinstance(e, AlertOpened))
    assert zones == ["lawn", "roof"]


def test_without_zones_near_observations_merge_and_far_ones_do_not() -> None:
    near = [seen(FIRE, None, (0.1, 0.1)), seen(FIRE, None, (0.22, 0.1))]
    far = seen(FIRE, None, (0.8, 0.8))
    assert len(opened(run(AlertPolicy("cam", TIMINGS), every(0, 3, *near)))) == 1
    assert len(opened(run(AlertPolicy("cam", TIMINGS), every(0, 3, *near, far)))) == 2


def test_weak_observations_need_longer() -> None:
    events = run(AlertPolicy("cam", TIMINGS), every(0, 10, seen(strength=0.5)))
    assert opened(events) == pytest.approx([2.0])


def test_a_gap_in_the_stream_is_no_evidence() -> None:
    policy = AlertPolicy("cam", {INTRUSION: Timing(5.0, 60.0, 0.0)})
    assert run(policy, [(0.0, [seen()]), (100.0, [seen()])]) == []


def test_the_end_of_the_stream_closes_what_is_open_at_its_last_sight() -> None:
    policy = AlertPolicy("cam", TIMINGS)
    run(policy, [*every(0, 3, seen()), *every(3, 4)])
    assert closed(policy.close()) == pytest.approx([2.8])
    assert policy.close() == []


def test_an_alert_carries_what_where_and_when_and_nothing_about_a_person() -> None:
    events = run(AlertPolicy("cam", TIMINGS, mandate_id="m-1"), every(0, 2, seen()))
    alert = events[0].alert
    assert set(alert.__slots__) == {
        "id", "mandate_id", "camera_id", "situation", "zone_id", "opened_at", "region"
    }  # fmt: skip
    assert alert.id.version == 7
    assert (alert.mandate_id, alert.camera_id, alert.situation) == ("m-1", "cam", INTRUSION)


moments = st.lists(
    st.tuples(
        st.floats(0, 5),
        st.lists(
            st.builds(
                seen,
                st.sampled_from([FIRE, INTRUSION]),
                st.sampled_from([None, "a", "b"]),
                st.tuples(st.floats(0, 0.9), st.floats(0, 0.9)),
                st.floats(0, 1),
            ),
            max_size=4,
        ),
    ),
    max_size=60,
)


@given(moments)
def test_every_alert_opens_once_then_closes_once(
    steps: list[tuple[float, list[Observation]]],
) -> None:
    policy, time = AlertPolicy("cam", TIMINGS), 0.0
    events: list[AlertEvent] = []
    for step, observations in steps:
        time += step
        events += policy.update(observations, time)
    events += policy.close()
    openings = [e.alert.id for e in events if isinstance(e, AlertOpened)]
    closings = [e.alert.id for e in events if isinstance(e, AlertClosed)]
    assert len(set(openings)) == len(openings)
    assert sorted(openings) == sorted(closings)
    for event in events:
        if isinstance(event, AlertClosed):
            assert event.alert.opened_at <= event.closed_at <= time
