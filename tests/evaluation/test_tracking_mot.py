"""Sequences in the MOTChallenge layout are read exactly, and bad ones name their line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.errors import EvaluationError
from gardefou.evaluation.mot import find_detections, read_sequence, sequence_folders
from gardefou.evaluation.tracking import evaluate_tracking

INFO = "[Sequence]\nname=A\nframeRate={rate}\nseqLength={length}\nimWidth=640\nimHeight=480\n"
TRUTH = "1,7,10,20,30,40,1,-1,-1,-1\n2,7,12,20,30,40,1,-1,-1,-1\n2,8,0,0,5,5,0,-1,-1,-1\n"
FOUND = "2,-1,11,21,30,40,0.5,-1,-1,-1\n1,-1,10,20,30,40,0.9,-1,-1,-1\n"


def write(folder: Path, *, length: int = 3, rate: float = 10) -> Path:
    folder.mkdir(parents=True)
    (folder / "seqinfo.ini").write_text(INFO.format(rate=rate, length=length))
    (folder / "gt.txt").write_text(TRUTH)
    (folder / "det_near.txt").write_text(FOUND)
    return folder


def test_a_sequence_is_read_frame_by_frame(tmp_path: Path) -> None:
    folder = write(tmp_path / "A")
    sequence = read_sequence(folder, folder / "det_near.txt")
    assert (sequence.name, sequence.frame_rate, sequence.size) == ("A", 10, (640, 480))
    assert sequence.times.tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert [len(found) for found in sequence.detections] == [1, 1, 0]
    assert sequence.detections[1].boxes.tolist() == [[11, 21, 41, 61]]
    assert sequence.detections[1].scores.tolist() == [0.5]


def test_truth_whose_flag_is_zero_does_not_count(tmp_path: Path) -> None:
    folder = write(tmp_path / "A")
    sequence = read_sequence(folder, folder / "det_near.txt")
    assert [truth.ids.tolist() for truth in sequence.truth] == [[7], [7], []]


def test_truth_can_stand_in_for_detections(tmp_path: Path) -> None:
    folder = write(tmp_path / "A")
    path = find_detections(folder, "gt")
    assert path is not None
    sequence = read_sequence(folder, path)
    for truth, found in zip(sequence.truth, sequence.detections, strict=True):
        assert np.array_equal(truth.boxes, found.boxes)
        assert (found.scores == 1).all()


def test_scores_beyond_one_are_brought_between_zero_and_one(tmp_path: Path) -> None:
    folder = write(tmp_path / "A")
    lines = [f"1,-1,{10 * n},20,30,40,{score}" for n, score in enumerate([-3, 20, 40, 80])]
    (folder / "det_near.txt").write_text("\n".join(lines))
    scores = read_sequence(folder, folder / "det_near.txt").detections[0].scores
    assert scores[0] == 0
    assert scores[-1] == 1
    assert (np.diff(scores) > 0).all()


@pytest.mark.parametrize("name", ["near", "det_near"])
def test_detections_are_found_by_name(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path / "A")
    assert find_detections(folder, name) == folder / "det_near.txt"
    assert find_detections(folder, "far") is None


def test_the_nested_layout_is_read_too(tmp_path: Path) -> None:
    folder = tmp_path / "A"
    write(folder)
    for kind, name in (("gt", "gt.txt"), ("det", "det_near.txt")):
        (folder / kind).mkdir()
        (folder / name).rename(folder / kind / f"{kind}.txt")
    path = find_detections(folder, "det")
    assert path == folder / "det" / "det.txt"
    assert len(read_sequence(folder, path).truth[0].ids) == 1


def test_one_sequence_can_be_named_itself(tmp_path: Path) -> None:
    folder = write(tmp_path / "A")
    assert sequence_folders(folder) == sequence_folders(tmp_path) == [folder]


@given(
    rate=st.floats(1, 60),
    thin=st.floats(0.5, 60),
    length=st.integers(1, 400),
)
def test_thinning_gives_the_rate_asked_for(
    tmp_path_factory: pytest.TempPathFactory, rate: float, thin: float, length: int
) -> None:
    folder = write(tmp_path_factory.mktemp("thin") / "A", length=max(length, 2), rate=rate)
    sequence = read_sequence(folder, folder / "det_near.txt", thin)
    expected = max(length, 2) * min(thin / rate, 1.0)
    assert expected - 1 <= len(sequence.times) <= expected + 1
    assert len(sequence.truth) == len(sequence.detections) == len(sequence.times)
    assert sequence.times[0] == pytest.approx(1 / rate)
    if len(sequence.times) > 2:
        steps = np.diff(sequence.times)
        assert steps.max() - steps.min() <= 1 / rate + 1e-6


def broken(name: str, content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(content)


@pytest.mark.parametrize(
    ("spoil", "key", "where"),
    [
        (broken("gt.txt", "1,7,10,20,30,40,1\n1,7,x,20,30,40,1\n"), "bad_line", "gt.txt:2"),
        (broken("gt.txt", "1,7,10,20,30\n"), "bad_line", "gt.txt:1"),
        (broken("gt.txt", "1,7,10,nan,30,40,1\n"), "bad_line", "gt.txt:1"),
        (broken("det_near.txt", "1,-1,1,1,5,5,1\n\n9,-1,1,1,5,5,1\n"), "bad_frame", ":3"),
        (broken("det_near.txt", "1.5,-1,1,1,5,5,1\n"), "bad_frame", "det_near.txt:1"),
        (broken("gt.txt", "1,7,1,1,5,5,1\n1,7,9,9,5,5,1\n"), "twice", "gt.txt:2"),
        (broken("seqinfo.ini", "no section"), "bad_info", "seqinfo.ini"),
        (broken("seqinfo.ini", "[Sequence]\nframeRate=0\n"), "bad_info_key", "frameRate"),
        (broken("seqinfo.ini", "[Sequence]\nframeRate=5\n"), "bad_info_key", "seqLength"),
        (lambda folder: (folder / "gt.txt").unlink(), "no_truth", "A"),
        (lambda folder: (folder / "gt.txt").write_bytes(b"\xff\xfe\x00"), "unreadable", "gt.txt"),
    ],
)
def test_a_bad_sequence_names_file_and_line(
    tmp_path: Path, spoil: Callable[[Path], object], key: str, where: str
) -> None:
    spoil(write(tmp_path / "A"))
    with pytest.raises(EvaluationError) as caught:
        evaluate_tracking(tmp_path, "near")
    assert caught.value.key == f"evaluation.tracking.{key}"
    for language in ("en", "fr"):
        assert where in caught.value.in_language(language)
        assert "\n" not in caught.value.in_language(language)


def test_a_folder_that_cannot_be_measured_says_what_to_do(tmp_path: Path) -> None:
    def failure(folder: Path, name: str | None = None, thin: float | None = None) -> str:
        with pytest.raises(EvaluationError) as caught:
            evaluate_tracking(folder, name, thin)
        return caught.value.in_language("en")

    assert "no such folder" in failure(tmp_path / "nowhere")
    assert "holds no sequence" in failure(tmp_path)
    folder = write(tmp_path / "A")
    assert "one of: det_near" in failure(tmp_path, "far")
    assert "--thin 5" in failure(tmp_path, "near", 0.0)
    assert "--thin 5" in failure(tmp_path, "near", float("nan"))
    (folder / "det_near.txt").unlink()
    assert "--detections gt" in failure(tmp_path)
