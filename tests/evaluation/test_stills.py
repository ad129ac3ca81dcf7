"""Labelled pictures: what counts as positive, and figures over the threshold."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from gardefou.errors import EvaluationError
from gardefou.evaluation.cases import Case
from gardefou.evaluation.stills import judge_case, read_labels
from gardefou.geometry.arrays import Image
from gardefou.situations.situation import Situation


class Brightness:
    """Judges by how bright a picture is."""

    threshold = 0.5

    def judge(self, image: Image) -> float:
        return float(image.mean()) / 255


def stills(folder: Path, labels: dict[str, object], values: dict[str, int]) -> Case:
    pictures = folder / "pictures"
    pictures.mkdir()
    (pictures / "annotations.json").write_text(json.dumps({"images": labels}))
    for name, value in values.items():
        cv2.imwrite(str(pictures / name), np.full((16, 16, 3), value, np.uint8))
    return Case(id="stills", clip="pictures", stills="annotations.json")


def test_figures_at_the_threshold_and_by_scene(tmp_path: Path) -> None:
    labels: dict[str, object] = {
        "a.png": {"positive": True, "scene": "hall", "weapon_boxes_xyxy": [[0, 0, 4, 4]]},
        "b.png": {"positive": True, "scene": "yard", "weapon_boxes_xyxy": [[0, 0, 4, 4]]},
        "c.png": {"positive": False, "scene": "yard", "weapon_boxes_xyxy": []},
    }
    case = stills(tmp_path, labels, {"a.png": 250, "b.png": 20, "c.png": 200})
    report = judge_case(read_labels(case, tmp_path), Brightness())
    assert report.situation is Situation.WEAPON
    assert (report.overall.precision, report.overall.recall) == (0.5, 0.5)
    assert (report.scenes["hall"].precision, report.scenes["hall"].recall) == (1, 1)
    assert (report.scenes["yard"].precision, report.scenes["yard"].recall) == (0, 0)
    assert [each.picture.path.name for each in report.wrong] == ["b.png", "c.png"]
    assert report.curve[0].recall == 1
    assert report.curve[-1].precision == 1


def test_boxes_make_a_picture_positive_where_nothing_else_says_so(tmp_path: Path) -> None:
    labels: dict[str, object] = {
        "a.png": {"handgun_boxes_xyxy": [[0, 0, 4, 4]]},
        "b.png": {"handgun_boxes_xyxy": []},
    }
    case = stills(tmp_path, labels, {})
    assert [each.positive for each in read_labels(case, tmp_path)] == [True, False]


def test_pictures_without_a_place_for_boxes_are_of_fire(tmp_path: Path) -> None:
    case = stills(tmp_path, {"a.png": {"kind": "autumn", "positive": False}}, {})
    (picture,) = read_labels(case, tmp_path)
    assert (picture.situation, picture.scene) == (Situation.FIRE, "autumn")


def test_missing_labels_and_missing_pictures_are_named(tmp_path: Path) -> None:
    nowhere = Case(id="stills", clip="nowhere", stills="annotations.json")
    with pytest.raises(EvaluationError, match=r"nowhere.annotations\.json"):
        read_labels(nowhere, tmp_path)
    case = stills(tmp_path, {"gone.png": {"positive": True}}, {})
    with pytest.raises(EvaluationError, match=r"gone\.png"):
        judge_case(read_labels(case, tmp_path), Brightness())
