"""The tracker follows bodies by their boxes for seconds, and forgets them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gardefou.geometry.boxes import iou
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.tracking.parameters import TrackerParameters
from gardefou.tracking.tracker import Tracker
from gardefou.tracking.tracks import Tracks

PERSON, CAR, BODY = ObjectClass.PERSON, ObjectClass.CAR, ObjectClass.BODY
SIZE = (640, 480)


def seen(
    *boxes: tuple[float, float, float, float],
    score: float = 0.95,
    kind: ObjectClass = PERSON,
) -> Detections:
    count = len(boxes)
    return Detections(
        np.array(boxes, dtype=np.float64).reshape(-1, 4),
        np.full(count, score),
        np.full(count, kind, dtype=np.int64),
    )


def walker(x: float, y: float = 200.0) -> tuple[float, float, float, float]:
    return (x, y, x + 40.0, y + 100.0)


def only(tracks: Tracks) -> int:
    assert len(tracks) == 1
    return int(tracks.ids[0])


@pytest.mark.parametrize("rate", [5.0, 10.0, 25.0])
def test_a_walking_person_keeps_one_id_and_has_a_velocity(rate: float) -> None:
    tracker = Tracker(seed=1)
    ids = set()
    for frame in range(int(3 * rate)):
        tracks = tracker.update(seen(walker(60 * frame / rate)), frame / rate, SIZE)
        ids.add(only(tracks))
    assert len(ids) == 1
    assert tracks.velocities[0] == pytest.approx([60, 0], abs=6)
    assert tracks.ages[0] == pytest.approx((3 * rate - 1) / rate)
    assert iou(tracks.boxes, np.array([walker(60 * (3 * rate - 1) / rate)]))[0, 0] > 0.9


def test_irregular_times_do_not_disturb_a_steady_walk() -> None:
    tracker = Tracker(seed=1)
    times = [0.0, 0.2, 0.25, 0.65, 0.7, 1.1, 1.15, 1.5]
    ids = {only(tracker.update(seen(walker(100 * time)), time, SIZE)) for time in times}
    assert len(ids) == 1


@pytest.mark.parametrize("rate", [5.0, 12.5, 25.0])
def test_people_who_cross_keep_their_ids(rate: float) -> None:
    tracker = Tracker(seed=2)
    steps = int(4 * rate)
    for frame in range(steps + 1):
        right, left = 100 + 80 * frame / rate, 420 - 80 * frame / rate
        boxes = [walker(right, 200), walker(left, 215)]
        if abs(right - left) < 20:  # the nearer one hides the other
            boxes = boxes[1:]
        tracks = tracker.update(seen(*boxes), frame / rate, SIZE)
        if frame == 0:
            first = tracks
    begun = dict(zip(first.boxes[:, 0].round(), first.ids, strict=True))
    ended = {int(i): box[0] for i, box in zip(tracks.ids, tracks.boxes, strict=True)}
    assert ended[begun[100]] == pytest.approx(420, abs=8)
    assert ended[begun[420]] == pytest.approx(100, abs=8)


@pytest.mark.parametrize("rate", [5.0, 25.0])
def test_an_occlusion_of_a_second_keeps_the_id(rate: float) -> None:
    tracker = Tracker(seed=3)
    ids = []
    for frame in range(int(4 * rate)):
        time = frame / rate
        hidden = 1.5 <= time < 2.5
        found = Detections.empty() if hidden else seen(walker(50 * time))
        tracks = tracker.update(found, time, SIZE)
        assert len(tracks) == (0 if hidden else 1)
        ids.extend(tracks.ids.tolist())
    assert len(set(ids)) == 1


def test_a_track_lost_for_longer_than_its_memory_is_forgotten() -> None:
    tracker = Tracker(seed=4)
    for frame in range(10):
        before = only(tracker.update(seen(walker(100)), frame / 5, SIZE))
    for frame in range(10, 22):
        assert len(tracker.update(Detections.empty(), frame / 5, SIZE)) == 0
    assert only(tracker.update(seen(walker(100)), 22 / 5, SIZE)) != before


@pytest.mark.parametrize("later", [100.0, -100.0])
def test_a_jump_in_time_forgets_every_track(later: float) -> None:
    tracker = Tracker(seed=5)
    for frame in range(5):
        before = only(tracker.update(seen(walker(100)), frame / 5, SIZE))
    assert only(tracker.update(seen(walker(100)), 0.8 + later, SIZE)) != before


def test_a_time_that_repeats_keeps_the_track() -> None:
    tracker = Tracker(seed=5)
    ids = {only(tracker.update(seen(walker(100)), time)) for time in (0.0, 0.2, 0.2, 0.2, 0.4)}
    assert len(ids) == 1


def test_reset_forgets_the_tracks_and_never_gives_their_ids_again() -> None:
    tracker = Tracker(seed=6)
    ids = []
    for _ in range(50):
        ids.append(only(tracker.update(seen(walker(100)), 1.0)))
        tracker.reset()
    assert len(set(ids)) == 50


def test_a_low_score_starts_no_track() -> None:
    tracker = Tracker()
    for frame in range(30):
        found = seen(walker(100 + 8 * frame), score=0.35)
        assert len(tracker.update(found, frame / 10, SIZE)) == 0


def test_a_doubtful_thing_that_stands_still_is_never_reported() -> None:
    tracker = Tracker()
    for frame in range(50):
        assert len(tracker.update(seen(walker(100), score=0.6), frame / 5, SIZE)) == 0


def test_a_doubtful_body_that_walks_is_reported_once_it_has_gone_its_width() -> None:
    tracker = Tracker()
    lengths = []
    for frame in range(12):
        found = seen(walker(100 + 8 * frame), score=0.5)
        lengths.append(len(tracker.update(found, frame / 5, SIZE)))
    assert lengths == sorted(lengths)
    assert (lengths[3], lengths[-1]) == (0, 1)


def test_a_doubtful_box_takes_no_detection_from_an_established_track() -> None:
    tracker = Tracker(seed=8)
    begun = only(tracker.update(seen(walker(100)), 0.0, SIZE))
    for frame in range(1, 12):
        weak = seen(walker(118 + 4 * frame, 205), score=0.5)
        tracks = tracker.update(seen(walker(100 + 4 * frame)).joined(weak), frame / 10, SIZE)
        assert begun in tracks.ids.tolist()
    assert only(tracker.update(seen(walker(148)), 1.2, SIZE)) == begun


def test_weak_detections_extend_a_track() -> None:
    tracker = Tracker()
    begun = only(tracker.update(seen(walker(100)), 0.0, SIZE))
    for frame in range(1, 10):
        tracks = tracker.update(seen(walker(100 + 4 * frame), score=0.3), frame / 10, SIZE)
        assert only(tracks) == begun
        assert tracks.measured.tolist() == [True]
        assert tracks.scores.tolist() == [0.3]


def test_a_detection_below_the_low_score_is_ignored() -> None:
    tracker = Tracker()
    tracker.update(seen(walker(100)), 0.0, SIZE)
    assert len(tracker.update(seen(walker(100), score=0.05), 0.1, SIZE)) == 0


def test_a_doubtful_track_is_reported_from_its_second_measurement() -> None:
    tracker = Tracker()
    assert len(tracker.update(seen(walker(100), score=0.8), 0.0, SIZE)) == 0
    assert len(tracker.update(seen(walker(104), score=0.8), 0.1, SIZE)) == 1


def test_a_body_known_from_the_foreground_alone_is_tracked() -> None:
    tracker = Tracker()
    found = [
        tracker.update(seen(walker(100 + 10 * frame), score=0.2, kind=BODY), frame / 5, SIZE)
        for frame in range(8)
    ]
    assert [len(tracks) for tracks in found] == [0, 0, 1, 1, 1, 1, 1, 1]
    assert {only(tracks) for tracks in found[2:]} == {only(found[2])}
    assert found[-1].classes.tolist() == [BODY]


def test_a_network_names_the_body_that_the_foreground_found() -> None:
    tracker = Tracker()
    for frame in range(5):
        tracks = tracker.update(seen(walker(100), score=0.6, kind=BODY), frame / 5, SIZE)
    begun = only(tracks)
    tracker.update(seen(walker(100), score=0.3, kind=CAR), 1.0, SIZE)
    tracks = tracker.update(seen(walker(100), score=0.9, kind=BODY), 1.2, SIZE)
    assert (only(tracks), tracks.classes.tolist()) == (begun, [CAR])


def test_the_class_is_the_majority_of_scores_over_the_life() -> None:
    tracker = Tracker()
    kinds = [(CAR, 0.95), (PERSON, 0.5), (PERSON, 0.6)]
    classes = [
        tracker.update(seen(walker(100), score=score, kind=kind), frame / 5, SIZE).classes[0]
        for frame, (kind, score) in enumerate(kinds)
    ]
    assert classes == [CAR, CAR, PERSON]


def test_a_blob_over_a_person_starts_no_second_track() -> None:
    tracker = Tracker()
    legs = seen((102, 250, 138, 300), score=0.9, kind=BODY)
    for frame in range(10):
        tracks = tracker.update(seen(walker(100)).joined(legs), frame / 5, SIZE)
        assert tracks.classes.tolist() == [PERSON]


def test_the_same_body_found_twice_is_one_track() -> None:
    tracker = Tracker()
    twice = seen(walker(100)).joined(seen(walker(101), score=0.85, kind=ObjectClass.OTHER))
    for frame in range(10):
        assert only(tracker.update(twice, frame / 5, SIZE))


def test_a_coasting_track_is_reported_from_its_prediction_while_it_is_in_the_frame() -> None:
    tracker = Tracker(replace(TrackerParameters(), coast=1.5))
    for frame in range(10):
        begun = only(tracker.update(seen(walker(390 + 20 * frame)), frame / 5, SIZE))
    shown = []
    for frame in range(10, 18):
        tracks = tracker.update(Detections.empty(), frame / 5, SIZE)
        assert not tracks.measured.any()
        assert set(tracks.ids.tolist()) <= {begun}
        shown.extend(tracks.boxes[:, 0].tolist())
    assert shown == pytest.approx([590.0, 610.0], abs=3)  # the centre leaves at 640


def test_a_shaking_camera_does_not_change_ids() -> None:
    spots = [(40.0 + 60 * column, 60.0 + 130 * row) for row in range(3) for column in range(9)]
    tracker = Tracker(seed=7)
    jolts = np.random.default_rng(0).uniform(-14, 14, (30, 2))
    ids: set[int] = set()
    for frame, (dx, dy) in enumerate(jolts):
        boxes = [(x + dx, y + dy, x + dx + 40, y + dy + 100) for x, y in spots]
        ids.update(tracker.update(seen(*boxes), frame / 10, SIZE).ids.tolist())
    assert len(ids) == len(spots)


def test_no_detection_at_all_gives_no_track() -> None:
    tracker = Tracker()
    for time in (0.0, 0.2, 0.4):
        assert len(tracker.update(Detections.empty(), time, SIZE)) == 0


def test_boxes_that_are_empty_or_not_finite_are_ignored() -> None:
    bad = seen((0, 0, 0, 10), (5, 5, 1, 1), (np.nan, 0, 10, 10), (0, 0, np.inf, 10))
    good = seen(walker(100))
    tracker = Tracker()
    for frame in range(5):
        tracks = tracker.update(bad.joined(good), frame / 5, SIZE)
        assert only(tracks)
        assert tracks.boxes == pytest.approx(good.boxes)


def test_a_box_partly_outside_the_frame_is_tracked() -> None:
    tracker = Tracker()
    ids = {
        only(tracker.update(seen((-30.0 + frame, 400, 20.0 + frame, 560)), frame / 10, SIZE))
        for frame in range(10)
    }
    assert len(ids) == 1


coordinates = st.floats(-50, 700, allow_nan=False)
extents = st.floats(0, 300, allow_nan=False)
bodies = st.tuples(
    coordinates,
    coordinates,
    extents,
    extents,
    st.floats(0, 1, allow_nan=False),
    st.sampled_from(list(ObjectClass)),
)
frames = st.lists(
    st.tuples(st.sampled_from([0.0, 0.04, 0.2, 0.7, 5.0, -1.0]), st.lists(bodies, max_size=6)),
    min_size=1,
    max_size=12,
)
Body = tuple[float, float, float, float, float, ObjectClass]


def frame_of(found: list[Body]) -> Detections:
    rows = np.array([body[:5] for body in found], dtype=np.float64).reshape(-1, 5)
    boxes = np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:4]], axis=1)
    return Detections(boxes, rows[:, 4], np.array([body[5] for body in found], dtype=np.int64))


def play(clip: list[tuple[float, list[Body]]], seed: int | None) -> list[Tracks]:
    tracker = Tracker(seed=seed)
    time = 0.0
    played = []
    for step, found in clip:
        time += step
        played.append(tracker.update(frame_of(found), time, SIZE))
    return played


@settings(deadline=None)
@given(frames)
@example(
    [(0.0, [(1.7153756806077982e-293, 0.0, 2.225073858507203e-309, 1.0, 1.0, ObjectClass.PERSON)])]
)
@example([(0.0, [(699.0, 0.0, 1.2e-13, 1.0, 1.0, ObjectClass.PERSON)])])
def test_whatever_comes_tracks_are_finite_distinct_and_of_one_length(
    clip: list[tuple[float, list[Body]]],
) -> None:
    for tracks in play(clip, seed=None):
        assert len(set(tracks.ids.tolist())) == len(tracks)
        for array in (tracks.boxes, tracks.velocities, tracks.ages, tracks.scores):
            assert len(array) == len(tracks)
            assert np.isfinite(array).all()
        assert (tracks.boxes[:, 2:] > tracks.boxes[:, :2]).all()
        assert (tracks.ages >= 0).all()
        assert len(tracks.classes) == len(tracks.measured) == len(tracks)


@settings(deadline=None)
@given(frames)
def test_a_seed_makes_the_tracks_repeatable(clip: list[tuple[float, list[Body]]]) -> None:
    for first, second in zip(play(clip, seed=9), play(clip, seed=9), strict=True):
        assert np.array_equal(first.ids, second.ids)
        assert np.array_equal(first.boxes, second.boxes)


@settings(deadline=None)
@given(st.integers(1, 8).flatmap(lambda people: st.permutations(range(people))))
def test_the_order_of_detections_does_not_matter(order: list[int]) -> None:
    straight, mixed = Tracker(seed=1), Tracker(seed=2)
    for frame in range(6):
        found = seen(*[walker(70 * i + 8 * frame, 40 * i + i * frame) for i in sorted(order)])
        one = straight.update(found, frame / 5, SIZE)
        other = mixed.update(found[np.array(order)], frame / 5, SIZE)
        assert len(one) == len(order)
        assert np.allclose(sorted(one.boxes.tolist()), sorted(other.boxes.tolist()))


def test_the_past_is_never_revised() -> None:
    tracker = Tracker(seed=1)
    first = tracker.update(seen(walker(100), walker(300)), 0.0, SIZE)
    kept = (first.ids.copy(), first.boxes.copy(), first.velocities.copy())
    for frame in range(1, 10):
        tracker.update(seen(walker(100 + 9 * frame)), frame / 5, SIZE)
    for before, after in zip(kept, (first.ids, first.boxes, first.velocities), strict=True):
        assert np.array_equal(before, after)
