"""How many people weak detections stand for: by the scene's good ones, and by size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.geometry.arrays import Floats
from gardefou.perception.crowd_weights import of_people_size, usual_heights, weights


def standing(heights: Floats, feet: Floats) -> Floats:
    x = np.linspace(10, 500, len(feet))
    return np.stack([x, feet - heights, x + heights / 2.5, feet], axis=1)


@given(st.lists(st.floats(0.15, 1.0), max_size=60))
def test_nobody_counts_less_than_nothing_or_more_than_one(scores: list[float]) -> None:
    found = weights(np.array(scores))
    assert len(found) == len(scores)
    assert ((found >= 0) & (found <= 1)).all()


@given(st.lists(st.floats(0.15, 1.0), min_size=2, max_size=60))
def test_a_better_score_never_counts_less(scores: list[float]) -> None:
    found = weights(np.array(sorted(scores)))
    assert (np.diff(found) >= 0).all()


def test_a_weak_detection_is_somebody_where_all_are_weak_and_nobody_where_others_are_sure() -> None:
    assert weights(np.array([0.35, 0.4, 0.3, 0.4]))[2] > 0.5
    assert weights(np.array([0.85, 0.8, 0.3, 0.8]))[2] < 0.05


@given(st.floats(-0.02, 0.6), st.floats(20, 60))
def test_height_follows_the_row_whatever_a_few_parts_say(slope: float, height: float) -> None:
    feet = np.linspace(150, 400, 12)
    heights = height + slope * (feet - 150)
    parts = np.array([0.3, 0.35])
    boxes = standing(
        np.concatenate([heights, parts * heights[[4, 8]]]), np.concatenate([feet, feet[[4, 8]]])
    )
    scores = np.array([0.7] * 12 + [0.3, 0.3])
    assert usual_heights(boxes, scores)[:12] == pytest.approx(heights, rel=0.15)
    assert of_people_size(boxes, scores).tolist() == [True] * 12 + [False] * 2


def test_one_alone_or_none_has_the_size_of_people() -> None:
    assert of_people_size(standing(np.array([50.0]), np.array([200.0])), np.array([0.5])).all()
    assert not len(of_people_size(np.zeros((0, 4)), np.zeros(0)))
