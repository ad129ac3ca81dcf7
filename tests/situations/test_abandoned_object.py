"""Abandoned object: still, brought, sized like luggage, and alone for long enough."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.perception.percept import Statics
from gardefou.situations.abandoned_object import AbandonedObject
from gardefou.situations.person_heights import PersonHeights
from gardefou.situations.scene import Scene
from support.scenes import SIZE, Body, scene

BAG = (300.0, 260.0, 340.0, 300.0)
OWNER = (345.0, 180.0, 385.0, 300.0)
FAR = (540.0, 180.0, 580.0, 300.0)

Box = tuple[float, float, float, float]


def moment(
    time: float,
    people: tuple[Box, ...] = (),
    thing: Box = BAG,
    strength: float = 1.0,
    company: float = 0.0,
) -> Scene:
    """A scene with one still thing and the people seen."""
    statics = Statics(
        ids=np.array([4]),
        boxes=np.array([thing]),
        ages=np.array([time]),
        strengths=np.array([strength]),
        company=np.array([company]),
        people=np.array(people, dtype=np.float64).reshape(-1, 4),
    )
    return replace(scene(time, []), statics=statics)


def first_signalled(scenes: list[Scene], unattended_s: float = 10.0) -> float | None:
    detector = AbandonedObject(unattended_s)
    return next((each.time for each in scenes if detector.update(each)), None)


@pytest.mark.parametrize("fps", [1, 5, 12])
def test_a_thing_left_alone_is_signalled_after_the_set_time_at_any_rate(fps: int) -> None:
    first = first_signalled([moment(i / fps, (FAR,)) for i in range(20 * fps)])
    assert first == pytest.approx(10.0, abs=1.1 / fps)


def test_the_region_is_the_thing_s_box_in_fractions() -> None:
    detector = AbandonedObject(5.0)
    seen = [each for i in range(8) for each in detector.update(moment(float(i)))]
    assert seen[0].region.tolist() == [
        [BAG[0] / SIZE[0], BAG[1] / SIZE[1]],
        [BAG[2] / SIZE[0], BAG[1] / SIZE[1]],
        [BAG[2] / SIZE[0], BAG[3] / SIZE[1]],
        [BAG[0] / SIZE[0], BAG[3] / SIZE[1]],
    ]


def test_a_thing_beside_its_owner_is_attended() -> None:
    assert first_signalled([moment(float(i), (OWNER,)) for i in range(60)]) is None


def test_what_moves_beside_it_attends_it_when_no_network_sees_anybody() -> None:
    assert first_signalled([moment(float(i), company=2.0) for i in range(60)]) is None


@pytest.mark.parametrize(
    "thing",
    [(300.0, 0.0, 340.0, 40.0), (0.0, 260.0, 40.0, 300.0), (SIZE[0] - 40.0, 260.0, SIZE[0], 300.0)],
)
def test_what_the_upper_border_or_a_side_cuts_has_no_known_size(thing: Box) -> None:
    assert first_signalled([moment(float(i), (FAR,), thing) for i in range(60)]) is None


def test_a_panel_taken_for_a_weak_or_a_giant_person_attends_nothing() -> None:
    weak: Body = (7, 345, 300, 40, 120)
    giant: Body = (7, 345, 420, 60, 330)
    for body, score in ((weak, 0.2), (giant, 0.8)):
        scenes = []
        for i in range(20):
            here = scene(float(i), [body])
            tracks = replace(here.tracks, scores=np.array([score]))
            scenes.append(replace(moment(float(i), (FAR,)), tracks=tracks))
        assert first_signalled(scenes) == pytest.approx(10.0, abs=1.1)


def test_the_time_runs_from_the_owner_s_leaving() -> None:
    scenes = [moment(float(i), (OWNER,) if i < 20 else (FAR,)) for i in range(40)]
    assert first_signalled(scenes) == pytest.approx(29.0, abs=1.0)


def test_somebody_who_passes_sets_the_waiting_back_but_does_not_end_it() -> None:
    scenes = [moment(float(i), (OWNER,) if i == 5 else ()) for i in range(40)]
    first = first_signalled(scenes)
    assert first is not None
    assert 11.0 <= first <= 15.0


def test_a_signalled_thing_stays_so_while_people_pass_and_not_when_someone_stays() -> None:
    detector = AbandonedObject(5.0)
    said = [
        bool(detector.update(moment(float(i), (OWNER,) if i in (9, 15, 16, 17, 18) else ())))
        for i in range(20)
    ]
    assert all(said[6:15]), "one second of passing"
    assert not any(said[17:]), "three seconds of staying"


def test_a_box_of_a_person_that_is_the_thing_itself_attends_nothing() -> None:
    assert first_signalled([moment(float(i), (BAG,)) for i in range(20)]) is not None


def test_a_weak_thing_is_no_object() -> None:
    assert first_signalled([moment(float(i), strength=0.3) for i in range(60)]) is None


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param((300.0, 180.0, 340.0, 300.0), id="as tall as a person"),
        pytest.param((300.0, 292.0, 308.0, 300.0), id="too small"),
        pytest.param((300.0, 290.0, 360.0, 300.0), id="too slender"),
    ],
)
def test_what_has_not_the_size_of_luggage_is_none(thing: Box) -> None:
    assert first_signalled([moment(float(i), (FAR,), thing) for i in range(60)]) is None


def test_size_is_held_against_the_picture_where_nobody_was_seen() -> None:
    huge = (100.0, 100.0, 400.0, 400.0)
    assert first_signalled([moment(float(i), (), huge) for i in range(60)]) is None
    assert first_signalled([moment(float(i), (), BAG) for i in range(60)]) is not None


def test_a_gap_in_the_stream_is_not_waiting() -> None:
    detector = AbandonedObject(30.0)
    detector.update(moment(0.0))
    assert not detector.update(moment(600.0))


def test_reset_forgets_the_waiting_and_a_scene_without_statics_says_nothing() -> None:
    detector = AbandonedObject(5.0)
    for i in range(8):
        detector.update(moment(float(i)))
    detector.reset()
    assert not detector.update(moment(8.0))
    assert not detector.update(scene(9.0, []))


def test_heights_are_known_where_people_stood_and_unknown_far_from_there() -> None:
    heights = PersonHeights()
    heights.learn(np.array([FAR, (0.0, 100.0, 40.0, 300.0)]), SIZE)
    near, far = heights.at(np.array([300.0, 20.0]))
    assert near == pytest.approx(120.0), "the one cut off by the border does not count"
    assert np.isnan(far)


@given(st.lists(st.booleans(), min_size=1, max_size=80))
def test_nothing_is_signalled_before_its_time_whoever_comes_and_goes(beside: list[bool]) -> None:
    detector = AbandonedObject(5.0)
    alone = 0.0
    for second, is_beside in enumerate(beside):
        alone += 0.0 if is_beside or not second else 1.0
        said = detector.update(moment(float(second), (OWNER,) if is_beside else ()))
        assert alone >= 5.0 or not said
