"""Zone intrusion: ground contact decides."""

from __future__ import annotations

import numpy as np
import pytest

from gardefou.geometry.detections import VEHICLES, ObjectClass
from gardefou.situations.zone import PERSON_CLASSES, VEHICLE_CLASSES, Zone
from gardefou.situations.zone_intrusion import ZoneIntrusion
from support.scenes import SIZE, scene

LOWER_HALF = np.array([[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]])


def detector(**options: object) -> ZoneIntrusion:
    return ZoneIntrusion([Zone("lawn", LOWER_HALF, **options)])  # type: ignore[arg-type]


def test_feet_inside_are_an_intrusion_and_the_region_is_the_body() -> None:
    seen = detector().update(scene(0.0, [(7, 320, 300, 40, 100)]))
    assert [each.zone_id for each in seen] == ["lawn"]
    width, height = SIZE
    assert seen[0].region[0].tolist() == pytest.approx([300 / width, 200 / height])
    assert seen[0].region[2].tolist() == pytest.approx([340 / width, 300 / height])


def test_a_head_over_the_zone_is_none_when_the_feet_are_outside() -> None:
    upper = Zone("upper", np.array([[0, 0], [1, 0], [1, 0.5], [0, 0.5]], dtype=float))
    assert ZoneIntrusion([upper]).update(scene(0.0, [(7, 320, 300, 40, 200)])) == []


def test_a_body_cut_by_the_frame_s_lower_border_is_inside_a_zone_that_reaches_it() -> None:
    assert detector().update(scene(0.0, [(7, 320, 600, 40, 200)])) != []


def test_feet_that_jitter_across_the_boundary_do_not_enter() -> None:
    zone = detector()
    for step in range(20):
        assert zone.update(scene(step * 0.2, [(7, 320, 240 + 3 * (step % 2), 40, 100)])) == []


def test_whoever_is_inside_stays_inside_while_the_box_jitters_on_the_boundary() -> None:
    zone = detector()
    assert zone.update(scene(0.0, [(7, 320, 260, 40, 100)]))
    assert zone.update(scene(0.2, [(7, 320, 237, 40, 100)]))
    assert not zone.update(scene(0.4, [(7, 320, 225, 40, 100)]))


def test_a_track_that_lives_on_in_a_post_leaves_the_zone_after_a_while() -> None:
    zone = detector()
    assert zone.update(scene(0.0, [(7, 320, 300, 40, 100)]))
    weak = [
        bool(zone.update(scene(time, [(7, 320, 300, 40, 100)], score=0.2)))
        for time in np.arange(1.0, 30.0)
    ]
    assert weak == [True] * 10 + [False] * 19
    assert zone.update(scene(31.0, [(7, 320, 300, 40, 100)]))


def test_whoever_is_seen_again_within_that_time_stays() -> None:
    zone = detector()
    assert zone.update(scene(0.0, [(7, 320, 300, 40, 100)]))
    for time in np.arange(1.0, 60.0):
        score = 0.5 if time % 9 == 0 else 0.2
        assert zone.update(scene(time, [(7, 320, 300, 40, 100)], score=score))


def test_a_predicted_box_does_not_enter() -> None:
    assert detector().update(scene(0.0, [(7, 320, 300, 40, 100)], measured=False)) == []


def walk(zone: ZoneIntrusion, ys: list[float], kind: ObjectClass) -> list[bool]:
    return [
        bool(zone.update(scene(step * 0.2, [(7, 320, y, 40, 100)], kind, age=step * 0.2)))
        for step, y in enumerate(ys)
    ]


def test_a_body_of_the_foreground_alone_must_have_been_followed_and_have_moved() -> None:
    walking = [200.0 + 10 * step for step in range(14)]
    assert walk(detector(), walking, ObjectClass.BODY)[-1]
    assert not any(walk(detector(), [210.0 + 10 * step for step in range(5)], ObjectClass.BODY))


def test_what_lies_there_without_ever_moving_is_no_intruder() -> None:
    assert not any(walk(detector(), [300.0] * 100, ObjectClass.BODY))
    assert all(walk(detector(), [300.0] * 100, ObjectClass.PERSON))


@pytest.mark.parametrize("kind", VEHICLES)
def test_a_zone_closed_to_vehicles_concerns_vehicles_only(kind: ObjectClass) -> None:
    body = [(7, 320.0, 300.0, 40.0, 100.0)]
    assert detector(classes=VEHICLE_CLASSES).update(scene(0.0, body, kind))
    assert not detector(classes=PERSON_CLASSES).update(scene(0.0, body, kind))
    assert not detector(classes=VEHICLE_CLASSES).update(scene(0.0, body, ObjectClass.PERSON))


def test_presence_counts_whatever_its_length_and_reset_forgets() -> None:
    zone = detector()
    for step in range(50):
        assert zone.update(scene(step * 0.2, [(7, 320, 300, 40, 100)]))
    zone.reset()
    assert not zone.update(scene(20.0, [(7, 320, 237, 40, 100)]))
