"""People counted in single pictures: how far off on average."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from gardefou.capture.file import FileSource
from gardefou.capture.reader import ReadSettings
from gardefou.errors import EvaluationError
from gardefou.evaluation.cases import Case, PeopleCount
from gardefou.evaluation.people import CrowdCounter, count_people, counts_people
from gardefou.geometry.arrays import Image
from gardefou.perception.engine import InferenceEngine
from support.clips import write_clip


class Rows:
    """Sees as many people as a picture has rows."""

    def count(self, image: Image) -> float:
        return float(image.shape[0])


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    (tmp_path / "hall").mkdir()
    for name, rows in (("a.png", 10), ("b.png", 20)):
        cv2.imwrite(str(tmp_path / "hall" / name), np.zeros((rows, 8, 3), np.uint8))
    return tmp_path


def test_the_error_is_the_mean_of_both_directions(hall: Path) -> None:
    counted = [
        PeopleCount(image="a.png", count=12, tolerance=1),
        PeopleCount(image="b.png", count=19, tolerance=1),
    ]
    case = Case(id="hall", clip="hall", people=counted)
    figures = count_people(case, hall, Rows())
    assert (figures.mae, figures.images) == (1.5, 2)


def test_truth_may_stand_in_a_file_of_its_own(hall: Path) -> None:
    truth = {"a.png": {"count": 10, "points_xy": []}, "b.png": {"count": 16}}
    (hall / "hall" / "truth.json").write_text(json.dumps(truth))
    case = Case(id="hall", clip="hall", people_truth="hall/truth.json")
    assert counts_people(case)
    assert count_people(case, hall, Rows()).mae == 2


def test_missing_truth_is_named(hall: Path) -> None:
    case = Case(id="hall", clip="hall", people_truth="hall/nothing.json")
    with pytest.raises(EvaluationError, match=r"nothing\.json"):
        count_people(case, hall, Rows())


def test_a_clip_is_counted_frame_by_frame(tmp_path: Path) -> None:
    write_clip(tmp_path / "walk.mp4")
    with FileSource(tmp_path / "walk.mp4", ReadSettings("walk")) as source:
        frames = list(source.frames())
        rate = source.info.rate
    rows = frames[0].image.shape[0]
    (tmp_path / "seqinfo.ini").write_text(
        f"[Sequence]\nframeRate=7\nseqLength={round(2 * rate)}\nimWidth=64\nimHeight=48\n"
    )
    numbers = [round(each.time * rate) + 1 for each in frames]
    lines = [f"{n},{k},1,1,5,9,{k % 2}" for n in numbers[1:] for k in range(1, 4)]
    (tmp_path / "gt.txt").write_text("\n".join(lines))
    case = Case(id="walk", clip="walk.mp4", people_truth="gt.txt")
    figures = count_people(case, tmp_path, Rows())
    assert figures.images == len(frames)
    assert figures.mae == pytest.approx(rows - 3 * (len(frames) - 1) / len(frames))


def test_the_product_s_counter_counts_what_a_look_expects(footage: Path, models_dir: Path) -> None:
    case = Case(
        id="hall",
        clip="crowd_concourse",
        people=[PeopleCount(image="v11_0030.jpg", count=60, tolerance=12)],
    )
    with InferenceEngine(models_dir, threads=1) as engine:
        assert count_people(case, footage, CrowdCounter(engine)).mae <= 12
