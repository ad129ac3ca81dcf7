"""A ground plane from how tall people look: right on made-up cameras, and honest about the lens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gardefou.evaluation.mot import find_detections, read_sequence
from gardefou.geometry.arrays import Floats
from gardefou.geometry.heights import (
    STANDING_M,
    VIEW_DEG,
    HeightPlane,
    HeightTable,
    appearance,
    focal_length,
)

SIZE = (1280, 720)
ASPECT = SIZE[0] / SIZE[1]


def passers(
    camera_m: float, tilt: float, view: float = VIEW_DEG, spread: float = 0.06, count: int = 600
) -> Floats:
    """Boxes of people on the ground before a made-up camera, px; none under 4 % of the picture."""
    rng = np.random.default_rng(3)
    feet = rng.uniform(0.15, 0.97, count)
    statures = STANDING_M + rng.normal(0, spread, count)
    focal = focal_length(view, ASPECT)
    heights = np.array(
        [
            appearance(np.array([foot]), camera_m / stature, tilt, focal)[0]
            for foot, stature in zip(feet, statures, strict=True)
        ]
    )
    seen = np.isfinite(heights) & (heights > 0.04) & (feet - heights > 0.03)
    feet, heights = feet[seen] * SIZE[1], heights[seen] * SIZE[1]
    x = rng.uniform(300, 900, len(feet))
    return np.stack([x, feet - heights, x + heights / 3, feet], axis=1)


def learned(boxes: Floats) -> HeightPlane:
    table = HeightTable()
    table.learn(boxes, SIZE)
    assert table.plane is not None
    return table.plane


@settings(max_examples=20, deadline=None)
@given(st.floats(2.8, 9.0), st.floats(0.2, 0.6))
def test_a_camera_s_height_and_tilt_come_back(camera_m: float, tilt: float) -> None:
    plane = learned(passers(camera_m, tilt))
    assert plane.camera_m == pytest.approx(camera_m, rel=0.12)
    assert plane.tilt == pytest.approx(tilt, abs=0.06)


def test_metres_on_the_ground_are_right() -> None:
    camera_m, tilt = 5.0, 0.4
    plane = learned(passers(camera_m, tilt))
    focal = focal_length(VIEW_DEG, ASPECT)
    down = (np.array([0.4, 0.9]) - 0.5) / focal
    away = camera_m * (np.cos(tilt) - down * np.sin(tilt)) / (np.sin(tilt) + down * np.cos(tilt))
    middle = np.array([[0.5, 0.4], [0.5, 0.9]])
    assert plane.ground.to_ground(middle)[:, 1] == pytest.approx(away, rel=0.1)
    assert plane.ground.to_ground(middle)[:, 0] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("view", [VIEW_DEG - 12, VIEW_DEG + 12])
def test_another_lens_than_assumed_is_within_what_the_error_says(view: float) -> None:
    patch = np.array([[0.4, 0.5], [0.6, 0.5], [0.6, 0.8], [0.4, 0.8]])
    plane = learned(passers(5.0, 0.4, view))
    focal = focal_length(view, ASPECT)
    down, across = (patch[:, 1] - 0.5) / focal, (patch[:, 0] - 0.5) * ASPECT / focal
    below = np.sin(0.4) + down * np.cos(0.4)
    true = 5.0 * np.stack([across, np.cos(0.4) - down * np.sin(0.4)], axis=1) / below[:, None]
    x, y = true[:, 0], true[:, 1]
    area = abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
    found = plane.ground.area(patch)
    assert found is not None
    assert abs(found / area - 1) <= 1.5 * plane.area_error(patch)
    assert 0.1 < plane.area_error(patch) < 0.6


def test_parts_children_and_lying_people_do_not_carry_it_away() -> None:
    boxes = passers(5.0, 0.4)
    parts = boxes[::4].copy()
    parts[:, 1] = parts[:, 3] - 0.5 * (parts[:, 3] - parts[:, 1])
    parts[:, 2] = parts[:, 0] + 0.3 * (parts[:, 3] - parts[:, 1])
    lying = boxes[::5].copy()
    lying[:, 2] = lying[:, 0] + 3 * (lying[:, 3] - lying[:, 1])
    plane = learned(np.concatenate([boxes, parts, lying]))
    assert plane.camera_m == pytest.approx(5.0, rel=0.2)


def test_few_people_or_people_at_one_distance_fix_no_plane() -> None:
    table = HeightTable()
    assert table.plane is None
    boxes = passers(5.0, 0.4)
    table.learn(boxes[:20], SIZE)
    assert table.plane is None
    level = HeightTable()
    level.learn(np.tile(boxes[:1], (200, 1)), SIZE)
    assert level.plane is None


def test_a_table_keeps_counts_alone_and_forgets_slowly() -> None:
    table = HeightTable()
    boxes = passers(5.0, 0.4)
    for _ in range(60):
        table.learn(boxes, SIZE)
    turned = passers(8.0, 0.6)
    for _ in range(300):
        table.learn(turned, SIZE)
    assert table.plane is not None
    assert table.plane.camera_m == pytest.approx(8.0, rel=0.15)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("MOT15-train/PETS09-S2L1", 4.0, 7.0), ("MOT20-train/MOT20-01", 3.5, 7.5)],
)
def test_true_boxes_of_real_scenes_give_a_camera_s_height(
    footage: Path, name: str, least: float, most: float
) -> None:
    folder = footage / "mot" / name
    truth = find_detections(folder, "gt")
    assert truth is not None
    sequence = read_sequence(folder, truth, thin=1.0)
    table = HeightTable()
    for frame in sequence.truth:
        table.learn(frame.boxes, sequence.size)
    plane = table.plane
    assert plane is not None
    assert least < plane.camera_m < most
    assert plane.error < 0.5
