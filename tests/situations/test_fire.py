"""Fire is signalled where evidence lasts and no moving body explains it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.percept import Flames
from gardefou.situations.fire import Fire
from gardefou.situations.scene import Scene
from gardefou.situations.situation import Situation
from support.scenes import Body, scene

PLACE = (300.0, 200.0, 340.0, 260.0)


def burning(
    time: float,
    bodies: list[Body] | None = None,
    kind: ObjectClass = ObjectClass.PERSON,
    smoke: bool = False,
    score: float = 0.7,
) -> Scene:
    """A scene with evidence of fire at one place; the network sees the bodies with this score."""
    flames = Flames(np.array([PLACE]), np.array([0.8]), np.array([smoke]))
    here = scene(time, bodies or [], kind)
    count = len(here.tracks)
    found = Detections(here.tracks.boxes, np.full(count, score), here.tracks.classes)
    return replace(here, flames=flames, detections=found)


def test_evidence_is_signalled_with_its_place_and_strength() -> None:
    (seen,) = Fire().update(burning(1.0))
    assert seen.situation is Situation.FIRE
    assert seen.zone_id is None
    assert seen.strength == 0.8
    assert seen.region[0].tolist() == [300 / 640, 200 / 480]


def test_evidence_holds_until_the_next_is_due_and_no_longer() -> None:
    fire = Fire()
    fire.update(burning(1.0))
    assert fire.update(scene(2.4, []))[0].time == 2.4
    assert not fire.update(scene(2.6, []))


def test_a_burst_without_flames_ends_it() -> None:
    fire = Fire()
    fire.update(burning(1.0))
    none = Flames(np.zeros((0, 4)), np.zeros(0), np.zeros(0, dtype=np.bool_))
    assert not fire.update(replace(scene(2.0, []), flames=none))


def test_an_orange_coat_explains_what_flickers_even_just_after_it_left() -> None:
    fire = Fire()
    coat: list[Body] = [(1, 320.0, 270.0, 60.0, 120.0)]
    assert not fire.update(burning(1.0, coat))
    assert not fire.update(burning(4.0))
    assert fire.update(burning(6.0))


def test_a_vehicle_explains_flames_only_while_it_travels() -> None:
    driving, standing = Fire(), Fire()
    for step in range(6):
        time = 0.2 * step
        away: list[Body] = [(1, 20.0 + 60 * step, 280.0, 120.0, 100.0)]
        here: list[Body] = [(1, 320.0, 280.0, 120.0, 100.0)]
        last_driving = driving.update(burning(time, away, ObjectClass.CAR))
        last_standing = standing.update(burning(time, here, ObjectClass.CAR))
    assert not last_driving
    assert last_standing


def test_a_cloud_that_drifts_as_a_body_is_still_smoke_but_a_crowd_is_not() -> None:
    drifting, crowd = Fire(), Fire()
    for step in range(6):
        time = 0.2 * step
        cloud: list[Body] = [(1, 320.0, 580.0 - 60 * step, 120.0, 100.0)]
        people: list[Body] = [(1, 310.0, 270.0, 30.0, 90.0), (2, 335.0, 270.0, 30.0, 90.0)]
        smoke = drifting.update(burning(time, cloud, ObjectClass.BODY, smoke=True))
        explained = crowd.update(burning(time, people, smoke=True))
    assert smoke
    assert not explained


def test_a_cloud_that_the_network_half_takes_for_a_person_is_still_smoke() -> None:
    fire = Fire()
    cloud: list[Body] = [(1, 320.0, 300.0, 140.0, 200.0)]
    assert fire.update(burning(1.0, cloud, smoke=True, score=0.4))
    assert not fire.update(burning(1.2, cloud, smoke=True, score=0.6))


def test_a_person_who_walks_counts_once() -> None:
    fire = Fire()
    for step in range(6):
        half: list[Body] = [(1, 20.0 + 56 * step, 275.0, 20.0, 90.0)]
        seen = fire.update(burning(10.0 * step, half))
    assert seen


def test_after_a_reset_nothing_is_remembered() -> None:
    fire = Fire()
    fire.update(burning(1.0, [(1, 320.0, 270.0, 60.0, 120.0)]))
    fire.reset()
    assert fire.update(burning(1.2))
    fire.reset()
    assert not fire.update(scene(1.4, []))
