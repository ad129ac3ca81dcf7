"""People counted in single pictures: how far off on average."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from gardefou.errors import EvaluationError
from gardefou.evaluation.cases import Case, PeopleCount
from gardefou.evaluation.people import count_people, has_pictures
from gardefou.geometry.arrays import Image


class Rows:
    """Sees as many people as a picture has rows."""

    def count(self, image: Image) -> float:
        return float(image.shape[0])


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    (tmp_path / "hall").mkdir()
    for name, rows in (("a.png", 10), ("b.png", 20)):
        cv2.imwrite(str(tmp_path / "hall" / name), np.zeros((rows, 8, 3), np.uint8))
    return tmp_path


def test_the_error_is_the_mean_of_both_directions(footage: Path) -> None:
    counted = [
        PeopleCount(image="a.png", count=12, tolerance=1),
        PeopleCount(image="b.png", count=19, tolerance=1),
    ]
    case = Case(id="hall", clip="hall", people=counted)
    figures = count_people(case, footage, Rows())
    assert (figures.mae, figures.images) == (1.5, 2)


def test_truth_may_stand_in_a_file_of_its_own(footage: Path) -> None:
    truth = {"a.png": {"count": 10, "points_xy": []}, "b.png": {"count": 16}}
    (footage / "hall" / "truth.json").write_text(json.dumps(truth))
    case = Case(id="hall", clip="hall", people_truth="hall/truth.json")
    assert has_pictures(case)
    assert count_people(case, footage, Rows()).mae == 2


def test_missing_truth_is_named(footage: Path) -> None:
    case = Case(id="hall", clip="hall", people_truth="hall/nothing.json")
    with pytest.raises(EvaluationError, match=r"nothing\.json"):
        count_people(case, footage, Rows())


def test_truth_of_a_video_is_not_of_single_pictures() -> None:
    assert not has_pictures(Case(id="walk", clip="walk.avi", people_truth="mot/walk/gt.txt"))
