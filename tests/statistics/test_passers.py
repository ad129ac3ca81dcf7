"""Bodies followed for counting: each of them one body."""

from __future__ import annotations

import numpy as np
import pytest

from gardefou.geometry.arrays import Floats
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.statistics.passers import PasserTracker, single_bodies

SIZE = (640, 480)
NOTHING: Floats = np.zeros((0, 4))


def detections(*found: tuple[list[float], float, ObjectClass]) -> Detections:
    boxes, scores, classes = zip(*found, strict=True)
    return Detections(
        np.array(boxes, dtype=np.float64),
        np.array(scores, dtype=np.float64),
        np.array([int(each) for each in classes]),
    )


CAR = ([100.0, 100.0, 200.0, 160.0], 0.8, ObjectClass.CAR)
BONNET = ([110.0, 120.0, 150.0, 160.0], 0.4, ObjectClass.CAR)


def test_a_part_of_a_vehicle_is_no_further_vehicle() -> None:
    assert single_bodies(detections(BONNET, CAR), NOTHING).scores.tolist() == [0.8]


def test_a_person_before_a_vehicle_or_another_person_is_someone() -> None:
    person = (BONNET[0], 0.4, ObjectClass.PERSON)
    behind = ([100.0, 100.0, 155.0, 170.0], 0.8, ObjectClass.PERSON)
    assert len(single_bodies(detections(person, CAR), NOTHING)) == 2
    assert len(single_bodies(detections(person, behind), NOTHING)) == 2


def test_two_names_for_one_body_are_one() -> None:
    lorry = ([102.0, 100.0, 200.0, 162.0], 0.5, ObjectClass.TRUCK)
    (kept,) = single_bodies(detections(lorry, CAR), NOTHING).classes.tolist()
    assert kept == ObjectClass.CAR


@pytest.mark.parametrize(("moving", "count"), [(NOTHING, 0), (np.array([CAR[0]]), 1)])
def test_a_thing_counts_only_where_something_moves(moving: Floats, count: int) -> None:
    thing = (CAR[0], 0.6, ObjectClass.OTHER)
    assert len(single_bodies(detections(thing), moving)) == count


def test_a_body_is_followed_and_motion_alone_is_nobody() -> None:
    tracker = PasserTracker(seed=0)
    ids: set[int] = set()
    for index in range(5):
        moved = ([100.0 + 5 * index, 100.0, 200.0 + 5 * index, 160.0], 0.6, ObjectClass.CAR)
        ids.update(tracker.update(detections(moved), np.array([moved[0]]), index / 5, SIZE).ids)
    assert len(ids) == 1
    tracker.reset()
    nobody = Detections.empty()
    assert not len(tracker.update(nobody, np.array([[0.0, 0.0, 99.0, 99.0]]), 2.0, SIZE))
