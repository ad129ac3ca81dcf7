"""Crowd density: too many for the ground they stand on, for a while."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gardefou.evaluation.mot import find_detections, read_sequence
from gardefou.geometry import polygons
from gardefou.geometry.arrays import Floats
from gardefou.geometry.ground import Ground
from gardefou.geometry.heights import STANDING_M, VIEW_DEG, appearance, focal_length
from gardefou.perception.percept import Crowd
from gardefou.situations.crowd_density import CrowdDensity, DensityArea, DensitySearch
from gardefou.situations.scene import Observation
from support.scenes import scene

LEFT = np.array([[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]])


def detector(floor: float = 4.0, square_metres: float = 10.0, error: float = 0.1) -> CrowdDensity:
    return CrowdDensity([DensityArea("square", LEFT, square_metres, error, floor)])


def crowd(count: int, x: float = 100.0) -> Crowd:
    boxes = np.array([[x + i, 100.0, x + i + 10, 150.0] for i in range(count)]).reshape(-1, 4)
    return Crowd(boxes, np.ones(count))


def drive(
    dense: CrowdDensity, counts: list[int], x: float = 100.0, start: float = 0.0
) -> list[bool]:
    """Whether density is seen at each look, two seconds apart."""
    return [
        bool(dense.update(replace(scene(start + 2.0 * i, []), crowd=crowd(count, x))))
        for i, count in enumerate(counts)
    ]


def test_a_dense_crowd_is_seen_from_the_third_look() -> None:
    assert drive(detector(), [45] * 5) == [False, False, True, True, True]


def test_a_crowd_below_the_floor_is_not() -> None:
    assert not any(drive(detector(), [39] * 10))
    assert any(drive(detector(floor=2.0), [39] * 10))


def test_a_single_look_neither_begins_nor_ends_it() -> None:
    assert not any(drive(detector(), [10, 10, 10, 80, 10, 10]))
    assert all(drive(detector(), [50, 50, 50, 50, 10, 50, 50])[2:])


def test_only_those_who_stand_in_the_area_count() -> None:
    assert not any(drive(detector(), [45] * 5, x=400.0))


def test_the_observation_names_its_zone_and_region() -> None:
    dense = detector()
    drive(dense, [45] * 3)
    (seen,) = dense.update(scene(4.4, []))
    assert (seen.zone_id, seen.region.tolist()) == ("square", LEFT.tolist())


def test_a_density_that_is_not_looked_at_any_more_is_not_known() -> None:
    dense = detector()
    drive(dense, [45] * 3)
    assert dense.update(scene(8.0, []))
    assert not dense.update(scene(9.5, []))
    assert dense.densities(9.5) == {}


def test_the_density_is_said_with_its_error() -> None:
    dense = detector(error=0.4)
    drive(dense, [20] * 3)
    density = dense.densities(4.0)["square"]
    assert (density.people, density.per_m2) == (20, 2.0)
    assert density.error == pytest.approx(2.0 * 0.5)


def test_reset_forgets_the_looks() -> None:
    dense = detector()
    drive(dense, [45] * 3)
    dense.reset()
    assert not dense.update(scene(6.0, []))


@pytest.mark.parametrize("name", ["MOT20-train/MOT20-01", "HT21-train/HT21-01"])
def test_true_boxes_of_a_real_crowd_give_its_true_density(footage: Path, name: str) -> None:
    folder = footage / "mot" / name
    truth_file = find_detections(folder, "gt")
    assert truth_file is not None
    sequence = read_sequence(folder, truth_file, thin=0.5)
    whole: Floats = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]) * 1.001
    people = np.array([len(frame.ids) for frame in sequence.truth])
    dense = CrowdDensity([DensityArea("all", whole, people[-1] / 4.5, 0.1, 4.0)])
    seen = []
    for time, frame in zip(sequence.times.tolist(), sequence.truth, strict=True):
        looked = Crowd(frame.boxes, np.ones(len(frame.ids)))
        now = replace(scene(time, []), size=sequence.size, crowd=looked)
        seen.append(bool(dense.update(now)))
    assert seen[-1], "the place fills up"
    assert not seen[2]
    assert dense.densities(sequence.times[-1])["all"].people == np.median(people[-6:])


WHOLE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
FLAT = Ground.fit(WHOLE, 10 * WHOLE)
"""Ten metres across and deep, seen from straight above."""


def gathered(count: int, x: float = 320.0, y: float = 240.0) -> Crowd:
    """People within a metre of a place, px."""
    feet = np.random.default_rng(0).uniform(-25, 25, (count, 2)) + np.array([x, y])
    boxes = np.stack([feet[:, 0] - 5, feet[:, 1] - 30, feet[:, 0] + 5, feet[:, 1]], axis=1)
    return Crowd(boxes, np.ones(count))


def search(dense: CrowdDensity, count: int, looks: int = 5) -> list[Observation]:
    found = []
    for index in range(looks):
        looked = replace(scene(2.0 * index, []), crowd=gathered(count))
        found = dense.update(looked)
    return found


def test_a_dense_part_of_a_calibrated_ground_is_found_and_shown() -> None:
    dense = CrowdDensity([], [DensitySearch(None, WHOLE, FLAT, 4.0)])
    (seen,) = search(dense, 80)
    assert seen.zone_id is None
    assert polygons.contains(seen.region, np.array([[0.5, 0.5]])).all()
    assert np.ptp(seen.region, axis=0) == pytest.approx([0.32, 0.32], abs=0.01)
    assert dense.densities(8.0)[None].per_m2 == pytest.approx(80 / 10.24)


def test_a_search_signals_only_what_is_dense_one_error_lower() -> None:
    dense = CrowdDensity([], [DensitySearch(None, WHOLE, FLAT, 4.0)])
    assert not search(dense, 45)
    density = dense.densities(8.0)[None]
    assert density.per_m2 > 4.0 > density.per_m2 - density.error


def test_a_search_keeps_to_its_zone() -> None:
    dense = CrowdDensity([], [DensitySearch("left", LEFT * 0.8, FLAT, 4.0)])
    assert not search(dense, 80)
    assert dense.densities(8.0)["left"].people == 0


def test_without_a_calibration_nothing_is_known_before_the_plane_is() -> None:
    dense = CrowdDensity([], [DensitySearch(None, WHOLE, None, 4.0)])
    assert not search(dense, 10)
    assert dense.densities(8.0) == {}


def test_a_plane_learned_from_heights_measures_a_crowd() -> None:
    focal = focal_length(VIEW_DEG, 640 / 480)
    rows = np.linspace(0.35, 0.95, 24)
    tall = appearance(rows, 6.0 / STANDING_M, 0.6, focal) * 480
    feet = np.stack([np.linspace(150, 480, 24), rows * 480], axis=1)
    sides = np.stack([tall / 6, tall], axis=1)
    passing = Crowd(
        np.column_stack([feet - sides * [1, 1], feet + sides * [1, 0]]), np.ones(len(feet))
    )
    dense = CrowdDensity([], [DensitySearch(None, WHOLE, None, 4.0)])
    for index in range(7):
        dense.update(replace(scene(2.5 * index, []), crowd=passing))
    assert dense.learned is not None
    assert dense.learned.camera_m == pytest.approx(6.0, rel=0.1)
    sparse = dense.densities(15.0)[None]
    assert 0.2 < sparse.per_m2 < 2.0
    packed = Crowd(np.tile(passing.boxes[12:14], (45, 1)), np.ones(90))
    seen = []
    for index in range(5):
        seen = dense.update(replace(scene(30 + 2.5 * index, []), crowd=packed))
    assert len(seen) == 1
