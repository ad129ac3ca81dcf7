"""Which bodies a frame holds: what the network names, what moves, and nothing twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.geometry.arrays import Floats
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.percept import Foreground, Percept
from gardefou.runtime.bodies import BODY_SCORE, moving_bodies

SIZE = (640, 360)
BOX = (100.0, 100.0, 140.0, 200.0)
NONE = np.zeros((0, 4))


def percept(
    detections: list[tuple[tuple[float, ...], float, ObjectClass]],
    moving: list[tuple[float, ...]],
    reliable: bool = True,
) -> Percept:
    boxes = np.array([each[0] for each in detections], dtype=np.float64).reshape(-1, 4)
    found = Detections(
        boxes,
        np.array([each[1] for each in detections], dtype=np.float64),
        np.array([int(each[2]) for each in detections], dtype=np.int64),
    )
    regions: Floats = np.array(moving, dtype=np.float64).reshape(-1, 4)
    return Percept(
        "cam", 1.0, SIZE, found, Foreground(regions, np.ones(len(regions)), 0.1, reliable)
    )


def test_a_person_counts_standing_still() -> None:
    bodies = moving_bodies(percept([(BOX, 0.6, ObjectClass.PERSON)], []))
    assert bodies.classes.tolist() == [ObjectClass.PERSON]
    assert bodies.scores.tolist() == [0.6]


def test_another_thing_counts_only_where_something_moves() -> None:
    thing = (BOX, 0.6, ObjectClass.OTHER)
    assert len(moving_bodies(percept([thing], []))) == 0
    far = (400.0, 100.0, 440.0, 200.0)
    assert moving_bodies(percept([thing], [far])).classes.tolist() == [ObjectClass.BODY]
    assert moving_bodies(percept([thing], [BOX])).classes.tolist() == [ObjectClass.OTHER]


def test_motion_is_a_second_witness_of_a_detection() -> None:
    [score] = moving_bodies(percept([(BOX, 0.5, ObjectClass.CAR)], [BOX])).scores
    assert score == pytest.approx(1 - 0.5 * 0.6)


def test_motion_that_nothing_explains_is_an_unnamed_body() -> None:
    bodies = moving_bodies(percept([], [BOX]))
    assert bodies.boxes.tolist() == [list(BOX)]
    assert bodies.classes.tolist() == [ObjectClass.BODY]
    assert bodies.scores.tolist() == [BODY_SCORE]


def test_motion_that_half_lies_in_a_body_is_that_body_s() -> None:
    wider = (100.0, 100.0, 179.0, 200.0)
    assert len(moving_bodies(percept([(BOX, 0.6, ObjectClass.PERSON)], [wider]))) == 1
    widest = (100.0, 100.0, 181.0, 200.0)
    assert len(moving_bodies(percept([(BOX, 0.6, ObjectClass.PERSON)], [widest]))) == 2


def test_a_region_larger_than_half_the_frame_is_no_body() -> None:
    assert len(moving_bodies(percept([], [(0.0, 0.0, 640.0, 181.0)]))) == 0
    assert len(moving_bodies(percept([], [(0.0, 0.0, 640.0, 180.0)]))) == 1


def test_a_background_that_is_not_known_says_nothing() -> None:
    bodies = moving_bodies(
        percept(
            [(BOX, 0.6, ObjectClass.PERSON), (BOX, 0.6, ObjectClass.OTHER)],
            [BOX, (300.0, 100.0, 340.0, 200.0)],
            reliable=False,
        )
    )
    assert bodies.classes.tolist() == [ObjectClass.PERSON]
    assert bodies.scores.tolist() == [0.6]


spans = st.tuples(st.floats(0, 600), st.floats(0, 320), st.floats(2, 300), st.floats(2, 300)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)
detections = st.tuples(spans, st.floats(0.15, 1), st.sampled_from(ObjectClass))


@given(st.lists(detections, max_size=6), st.lists(spans, max_size=6), st.booleans())
def test_no_named_body_is_lost_and_no_score_leaves_its_range(
    found: list[tuple[tuple[float, ...], float, ObjectClass]],
    moving: list[tuple[float, ...]],
    reliable: bool,
) -> None:
    bodies = moving_bodies(percept(found, moving, reliable))
    people = sum(each[2] is ObjectClass.PERSON for each in found)
    assert int((bodies.classes == int(ObjectClass.PERSON)).sum()) == people
    assert ((bodies.scores > 0) & (bodies.scores <= 1)).all()
    assert len(bodies) <= len(found) + len(moving)
