"""The trail of heads: what analysis saw, for every moment of a clip."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from gardefou.evidence.heads import BRIDGE_S, HeadTrail
from gardefou.geometry.arrays import Floats
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.tracking.tracks import Tracks

SIZE = (640, 360)


def person_at(x: float) -> Floats:
    return np.array([[x, 100.0, x + 40.0, 220.0]])


def detected(
    *boxes: Floats, kind: ObjectClass = ObjectClass.PERSON, score: float = 0.2
) -> Detections:
    joined = np.concatenate(boxes) if boxes else np.zeros((0, 4))
    count = len(joined)
    return Detections(joined, np.full(count, score), np.full(count, int(kind), dtype=np.int64))


def tracked(
    box: Floats, kind: ObjectClass = ObjectClass.PERSON, measured: bool = True, track: int = 7
) -> Tracks:
    one = np.ones(1)
    return Tracks(
        np.array([track]),
        box,
        np.zeros((1, 2)),
        np.array([int(kind)]),
        one,
        one,
        np.array([measured]),
    )


def covers(regions: Floats, x: float, y: float = 108.0) -> bool:
    """Whether a point in pixels lies in one of the regions."""
    px, py = x / SIZE[0], y / SIZE[1]
    inside = (regions[:, 0] <= px) & (px <= regions[:, 2])
    return bool((inside & (regions[:, 1] <= py) & (py <= regions[:, 3])).any())


def test_the_head_of_a_weakly_detected_person_is_a_region() -> None:
    trail = HeadTrail()
    trail.add(10.0, SIZE, detected(person_at(100.0), score=0.2), Tracks.empty())
    assert covers(trail.regions(10.0), 120.0)


def test_the_head_of_a_track_that_is_only_predicted_is_a_region() -> None:
    trail = HeadTrail()
    trail.add(10.0, SIZE, Detections.empty(), tracked(person_at(100.0), measured=False))
    assert covers(trail.regions(10.0), 120.0)


def test_the_head_of_a_moving_body_without_a_name_is_a_region() -> None:
    trail = HeadTrail()
    trail.add(10.0, SIZE, Detections.empty(), tracked(person_at(100.0), kind=ObjectClass.BODY))
    assert covers(trail.regions(10.0), 120.0)


@pytest.mark.parametrize("kind", [ObjectClass.CAR, ObjectClass.BAG, ObjectClass.OTHER])
def test_a_thing_has_no_head(kind: ObjectClass) -> None:
    trail = HeadTrail()
    trail.add(10.0, SIZE, detected(person_at(100.0), kind=kind), tracked(person_at(100.0), kind))
    assert len(trail.regions(10.0)) == 0


def test_where_looks_are_sparse_heads_count_for_longer() -> None:
    every, every_second = HeadTrail(), HeadTrail()
    places = [20.0 + 60 * beat for beat in range(9)]
    for beat in range(9):
        seen = detected(person_at(60.0 * beat))
        every.add(10 + 0.2 * beat, SIZE, seen, Tracks.empty())
        if beat % 2 == 0:
            every_second.add(10 + 0.2 * beat, SIZE, seen, Tracks.empty())
    near = [beat for beat in range(9) if covers(every.regions(10.8), places[beat])]
    assert near == [2, 3, 4, 5, 6]
    far = [beat for beat in range(9) if covers(every_second.regions(10.8), places[beat])]
    assert far == [0, 2, 4, 6, 8]


def test_heads_seen_shortly_before_and_after_count() -> None:
    trail = HeadTrail()
    for time, x in ((10.0, 100.0), (10.2, 200.0), (10.4, 300.0), (10.6, 400.0)):
        trail.add(time, SIZE, detected(person_at(x)), Tracks.empty())
    regions = trail.regions(10.2, within_s=0.2)
    assert [covers(regions, x + 20) for x in (100, 200, 300, 400)] == [True, True, True, False]


def test_a_tracked_head_is_followed_between_two_analysed_frames() -> None:
    trail = HeadTrail()
    trail.add(10.0, SIZE, Detections.empty(), tracked(person_at(100.0)))
    trail.add(11.0, SIZE, Detections.empty(), tracked(person_at(300.0)))
    assert covers(trail.regions(10.5), 220.0)
    assert not covers(trail.regions(10.5), 420.0)


def test_two_different_tracks_are_not_joined() -> None:
    trail = HeadTrail()
    trail.add(10.0, SIZE, Detections.empty(), tracked(person_at(100.0), track=1))
    trail.add(11.0, SIZE, Detections.empty(), tracked(person_at(300.0), track=2))
    assert not covers(trail.regions(10.5), 220.0)


def test_nothing_is_bridged_over_a_long_gap() -> None:
    trail = HeadTrail()
    gap = BRIDGE_S + 1
    trail.add(10.0, SIZE, Detections.empty(), tracked(person_at(100.0)))
    trail.add(10.0 + gap, SIZE, Detections.empty(), tracked(person_at(100.0)))
    record = trail.record()
    assert len(record.regions(10.0 + gap / 2)) == 0


def test_a_moment_nobody_analysed_has_no_regions() -> None:
    assert HeadTrail().regions(5.0).shape == (0, 4)


def test_the_trail_forgets() -> None:
    trail = HeadTrail(seconds=5.0)
    for second in range(20):
        trail.add(float(second), SIZE, detected(person_at(100.0)), Tracks.empty())
    assert trail.record().analysed.min() == 14.0
    trail.clear()
    assert len(trail.record().analysed) == 0


def test_a_record_survives_the_way_to_another_process() -> None:
    trail = HeadTrail()
    trail.add(10.0, SIZE, detected(person_at(100.0)), tracked(person_at(100.0)))
    trail.add(10.2, SIZE, Detections.empty(), Tracks.empty())
    record = trail.record(10.0, 10.2)
    copy = pickle.loads(pickle.dumps(record))
    assert np.array_equal(copy.regions(10.1), record.regions(10.1))
    assert len(record.regions(10.1)) == 2


# Parts of vehicles that may carry a number

CAR = np.array([[100.0, 150.0, 400.0, 330.0]])
"""A car near the camera; its bumper at (250, 315), its roof at (250, 165)."""


def car_at(x: float) -> Floats:
    return np.asarray(CAR + np.array([[x, 0.0, x, 0.0]]), dtype=np.float64)


@pytest.mark.parametrize("kind", [ObjectClass.CAR, ObjectClass.BUS, ObjectClass.MOTORCYCLE])
def test_the_lower_part_of_a_vehicle_is_a_region_and_its_roof_is_not(kind: ObjectClass) -> None:
    for seen, followed in (
        (detected(CAR, kind=kind, score=0.4), Tracks.empty()),
        (Detections.empty(), tracked(CAR, kind, measured=False)),
    ):
        trail = HeadTrail()
        trail.add(10.0, SIZE, seen, followed)
        assert covers(trail.regions(10.0), 250.0, 315.0)
        assert not covers(trail.regions(10.0), 250.0, 165.0)


def test_whatever_moves_without_a_name_may_be_a_vehicle() -> None:
    trail = HeadTrail()
    body = np.array([[100.0, 250.0, 300.0, 360.0]])
    trail.add(10.0, SIZE, Detections.empty(), tracked(body, ObjectClass.BODY))
    assert covers(trail.regions(10.0), 200.0, 340.0)


def test_a_vehicle_as_large_as_the_picture_must_be_seen_by_the_network() -> None:
    wall = np.array([[10.0, 10.0, 630.0, 350.0]])
    trail = HeadTrail()
    trail.add(
        10.0, SIZE, detected(wall, kind=ObjectClass.BUS, score=0.25), tracked(wall, ObjectClass.BUS)
    )
    assert len(trail.regions(10.0)) == 0
    trail.add(11.0, SIZE, detected(wall, kind=ObjectClass.BUS, score=0.5), Tracks.empty())
    assert covers(trail.regions(11.0), 300.0, 300.0)


def test_a_vehicle_does_not_smear_over_the_road_that_it_took() -> None:
    """Heads count for 0.4 s; a vehicle only between the two frames beside a picture."""
    trail = HeadTrail()
    for beat in range(3):
        seen = tracked(car_at(60.0 * beat), ObjectClass.CAR)
        trail.add(10.0 + 0.2 * beat, SIZE, Detections.empty(), seen)
    regions = trail.regions(10.35)
    assert covers(regions, 250.0 + 60.0, 315.0)
    assert covers(regions, 250.0 + 105.0, 315.0)
    assert not covers(regions, 90.0, 315.0)
    assert covers(trail.regions(10.05), 90.0, 315.0)


def test_a_number_too_small_in_the_stream_itself_is_left() -> None:
    """The stream's own pictures are no larger than those analysed: nothing can be read there."""
    car = np.array([[100.0, 200.0, 160.0, 250.0]])
    seen = detected(car, kind=ObjectClass.CAR, score=0.6)
    for source, count in ((None, 1), ((1920, 1080), 1), (SIZE, 0)):
        trail = HeadTrail()
        trail.add(10.0, SIZE, seen, Tracks.empty(), source)
        assert len(trail.regions(10.0)) == count
