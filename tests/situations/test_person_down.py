"""Person down: upright, then fast down to the ground, and staying there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.evaluation.cases import read_cases
from gardefou.evaluation.harness import play as play_case
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.percept import Foreground, Lying
from gardefou.situations.person_down import PersonDown
from gardefou.situations.scene import Observation, Scene
from gardefou.situations.situation import Situation
from support.scenes import Body, scene

STEP_S = 0.2
STANDING: Body = (7, 300, 400, 60, 200)
FALLING: Body = (7, 330, 405, 110, 110)
LYING: Body = (7, 380, 410, 190, 60)
SEATED: Body = (7, 300, 400, 130, 180)


def seen(time: float, bodies: Iterable[Body], score: float = 0.6) -> Scene:
    """A scene in which the network sees every track's body."""
    here = scene(time, bodies)
    count = len(here.tracks)
    kinds = np.full(count, int(ObjectClass.PERSON), dtype=np.int64)
    return replace(here, detections=Detections(here.tracks.boxes, np.full(count, score), kinds))


def play(*parts: tuple[Body | None, float]) -> list[list[Observation]]:
    """What is observed in each scene while a body is in one posture after another, so long, s."""
    detector = PersonDown()
    postures = [body for body, lasts in parts for _ in range(round(lasts / STEP_S))]
    return [
        detector.update(seen(step * STEP_S, [body] if body else []))
        for step, body in enumerate(postures)
    ]


def test_a_body_that_stood_fell_and_stays_is_signalled_where_it_lies() -> None:
    observed = play((STANDING, 2), (FALLING, 0.4), (LYING, 4))
    assert not any(observed[:17])
    (last,) = observed[-1]
    assert last.situation is Situation.PERSON_DOWN
    x, y = np.mean(last.region, axis=0) * (640, 480)
    assert (x, y) == (pytest.approx(380, abs=5), pytest.approx(380, abs=5))


def test_a_seated_body_that_left_its_seat_is_signalled() -> None:
    assert play((SEATED, 2), (FALLING, 0.4), ((7, 390, 425, 190, 60), 4))[-1]


def test_whoever_lies_down_where_they_sit_is_not() -> None:
    on_the_seat: Body = (7, 310, 410, 190, 60)
    assert not any(play((SEATED, 2), (FALLING, 0.4), (on_the_seat, 6)))


def test_whoever_lies_from_the_start_is_not() -> None:
    assert not any(play((LYING, 20)))


def test_whoever_comes_down_slowly_is_not() -> None:
    assert not any(play((STANDING, 2), (FALLING, 3), (LYING, 6)))


def test_whoever_crouches_or_sits_down_is_not() -> None:
    crouching: Body = (7, 300, 400, 70, 90)
    on_a_low_chair: Body = (7, 300, 400, 120, 125)
    assert not any(play((STANDING, 2), (crouching, 8)))
    assert not any(play((STANDING, 2), (on_a_low_chair, 8)))


def test_whoever_gets_up_at_once_is_not() -> None:
    assert not any(play((STANDING, 2), (LYING, 1), (STANDING, 4)))


def test_the_observation_ends_when_the_body_stands_again() -> None:
    observed = play((STANDING, 2), (FALLING, 0.4), (LYING, 4), (STANDING, 2))
    assert observed[-11]
    assert not observed[-1]


def test_a_body_that_becomes_background_is_held_to_lie_there_for_a_while() -> None:
    observed = play((STANDING, 2), (FALLING, 0.4), (LYING, 4), (None, 40))
    assert observed[31 + 125]
    assert not observed[-1]


def test_a_flat_thing_that_was_there_before_is_no_fallen_body() -> None:
    mat: Body = (9, 380, 410, 190, 60)
    detector = PersonDown()
    for step in range(60):
        bodies = [STANDING, mat] if step < 10 else [mat]
        assert detector.update(seen(step * STEP_S, bodies)) == []


def test_a_bag_that_someone_puts_down_is_not() -> None:
    bag: Body = (9, 380, 400, 80, 60)
    bent: Body = (7, 320, 400, 100, 130)
    detector = PersonDown()
    for step in range(80):
        body = bent if 10 <= step < 15 else (7, 300 - max(0, step - 15) * 10, 400, 60, 200)
        bodies = [body] if step < 12 else [body, bag]
        assert detector.update(seen(step * STEP_S, bodies)) == []


def test_the_foreground_alone_shows_that_a_body_stays() -> None:
    detector = PersonDown()
    for step in range(12):
        detector.update(seen(step * STEP_S, [STANDING if step < 10 else FALLING]))
    blob = Foreground(np.array([[285.0, 350, 475, 410]]), np.array([0.6]), 0.04, reliable=True)
    observed = [
        detector.update(replace(seen(step * STEP_S, []), foreground=blob)) for step in range(12, 24)
    ]
    assert observed[-1]


def looked_at(box: tuple[float, float, float, float], score: float = 0.5) -> Lying:
    return Lying(np.array([box], dtype=np.float64), np.array([score]))


def after_standing(lying: Lying, lasts: float = 4) -> list[list[Observation]]:
    """A body that stood is lost; every other picture is looked at closely, and shows this."""
    detector = PersonDown()
    for step in range(10):
        detector.update(seen(step * STEP_S, [STANDING]))
    return [
        detector.update(replace(seen(step * STEP_S, []), lying=lying if step % 2 else None))
        for step in range(10, 10 + round(lasts / STEP_S))
    ]


def test_a_lost_body_that_closer_looks_see_lying_there_is_signalled() -> None:
    assert after_standing(looked_at((285, 350, 475, 410)))[-1]


def test_closer_looks_that_see_nobody_lying_at_the_place_signal_nothing() -> None:
    upright = looked_at((280, 200, 340, 400))
    compact = looked_at((300, 330, 380, 405))
    elsewhere = looked_at((20, 350, 130, 410))
    doubtful = looked_at((285, 350, 475, 410), score=0.2)
    for lying in (upright, compact, elsewhere, doubtful):
        assert not any(after_standing(lying))


def test_one_closer_look_is_not_enough() -> None:
    assert not any(after_standing(looked_at((285, 350, 475, 410)), lasts=1.2))


def test_whom_the_network_surely_sees_sit_at_the_place_does_not_lie_there() -> None:
    detector = PersonDown()
    for step in range(10):
        detector.update(seen(step * STEP_S, [STANDING]))
    sitting: Body = (7, 300, 400, 90, 95)
    lying = looked_at((240, 350, 400, 405))
    for step in range(10, 40):
        here = replace(seen(step * STEP_S, [sitting], score=0.7), lying=lying)
        assert detector.update(here) == []


@pytest.mark.parametrize(("score", "is_told"), [(0.55, False), (0.4, True)])
def test_somebody_who_sits_and_a_look_that_shows_them_lying_are_weighed(
    score: float, is_told: bool
) -> None:
    detector = PersonDown()
    for step in range(10):
        detector.update(seen(step * STEP_S, [STANDING]))
    sitting: Body = (7, 300, 400, 90, 95)
    lying = looked_at((240, 350, 400, 405), score=0.45)
    told = []
    for step in range(10, 40):
        here = replace(seen(step * STEP_S, [sitting], score=score), lying=lying)
        told += detector.update(here)
    assert bool(told) == is_told


def test_a_weak_sight_of_somebody_upright_yields_to_a_surer_look_and_the_other_way_round() -> None:
    beside: Body = (8, 330, 405, 70, 130)
    for score, falls in ((0.4, True), (0.55, False)):
        detector = PersonDown()
        for step in range(10):
            detector.update(seen(step * STEP_S, [STANDING]))
        lying = looked_at((285, 350, 475, 410), score=0.5)
        for step in range(10, 30):
            here = replace(seen(step * STEP_S, [beside], score=score), lying=lying)
            observed = detector.update(here)
        assert bool(observed) == falls


def test_a_body_whose_head_is_out_of_the_picture_is_taller_than_what_is_seen() -> None:
    cut: Body = (7, 300, 200, 110, 200)
    lying: Body = (7, 400, 300, 330, 110)
    observed = play((cut, 2), ((7, 340, 260, 180, 150), 0.4), (lying, 4))
    assert observed[-1]
    whole: Body = (7, 300, 240, 110, 200)
    lower: Body = (7, 400, 340, 330, 110)
    assert not any(play((whole, 2), ((7, 340, 300, 180, 150), 0.4), (lower, 4)))


def test_how_high_a_cut_body_lies_is_held_against_how_tall_it_may_be() -> None:
    falling: Body = (7, 340, 260, 180, 150)
    cut: Body = (7, 300, 200, 95, 200)
    lying: Body = (7, 400, 310, 330, 138)
    assert play((cut, 2), (falling, 0.4), (lying, 4))[-1]
    compact: Body = (7, 360, 310, 220, 138)
    assert not any(play((cut, 2), (falling, 0.4), (compact, 4)))


def test_reset_forgets() -> None:
    detector = PersonDown()
    for step in range(30):
        detector.update(seen(step * STEP_S, [STANDING if step < 10 else LYING]))
    detector.reset()
    assert detector.update(seen(6.0, [LYING])) == []


@given(
    st.lists(
        st.tuples(st.integers(60, 580), st.integers(250, 470), st.integers(190, 210)), max_size=40
    )
)
def test_upright_bodies_are_never_signalled_wherever_they_jump(
    ways: list[tuple[int, int, int]],
) -> None:
    detector = PersonDown()
    for step, (x, y, height) in enumerate(ways):
        assert detector.update(seen(step * STEP_S, [(7, x, y, 60, height)])) == []


def test_real_falls_are_found_and_real_lying_down_is_not_signalled(
    footage: Path, models_dir: Path
) -> None:
    ids = {
        "urfd-fall06",
        "urfd-fall06-reversed",
        "gmdcsa-s1-fall-14",
        "urfd-fall08",
        "assist-adl-08-low-chair-sitting-slowly",
        "assist-adl-12-sitting-laying-down-quickly",
        "assist-01-imm-back",
    }
    cases = [case for case in read_cases(footage / "cases.yaml") if case.id in ids]
    with InferenceEngine(models_dir) as engine:
        for case in cases:
            score = play_case(case, footage, engine).score
            assert not score.missed, case.id
            assert not [a for a in score.false if a.situation is Situation.PERSON_DOWN], case.id
