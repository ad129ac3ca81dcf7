"""The labelled cases: those of the footage are read whole, bad files are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from gardefou.capture.playback import Play
from gardefou.errors import EvaluationError
from gardefou.evaluation.case_camera import camera_for
from gardefou.evaluation.cases import read_cases
from gardefou.situations.situation import Situation


def test_the_footage_s_own_cases_are_read(footage: Path) -> None:
    cases = read_cases(footage / "cases.yaml")
    by_id = {case.id: case for case in cases}
    lawn = by_id["pets-lawn"]
    assert [(each.start_s, each.end_s) for each in lawn.expect] == [(50.6, 74.5), (76.0, 77.3)]
    assert lawn.tolerance_s == 2.0
    assert Situation.FIRE in lawn.judged
    assert {each.play for each in cases} == set(Play)
    for case in cases:
        assert (footage / case.clip).exists(), case.id
        polygons = [each.id for each in case.zones if each.polygon]
        assert [zone.id for zone in camera_for(case).zones] == polygons


def refusal(path: Path) -> str:
    with pytest.raises(EvaluationError) as caught:
        read_cases(path)
    line = caught.value.in_language("en")
    assert "\n" not in line
    assert str(path) in line
    return line


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"- id: [", "cannot be read as YAML"),
        (b"\xff\xfe\x00", "cannot be read as YAML"),
        (b"", "valid list"),
        (b"id: a", "valid list"),
        (b"- {clip: a.mp4}", "0.id"),
        (b"- {id: a, clip: a.mp4, colour: red}", "0.colour"),
        (b"- {id: a, clip: a.mp4, play: sideways}", "0.play"),
        (b"- {id: a, clip: a.mp4, tolerance_s: -1}", "0.tolerance_s"),
        (b"- {id: a, clip: a.mp4, never: [loitering]}", "0.never.0"),
        (
            b"- {id: a, clip: a.mp4, expect: [{situation: fire, start_s: 2, end_s: 1}]}",
            "0.expect.0: ends at 1.0 s, before its start at 2.0 s",
        ),
        (b"- {id: a, clip: a.mp4, zones: [{id: z, polygon: [[0, 0], [1, 1]]}]}", "0.zones.0"),
        (b"- {id: a, clip: a.mp4}\n- {id: a, clip: b.mp4}", "entry 1: the id a already stands"),
    ],
)
def test_a_bad_file_is_named_with_its_place(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "cases.yaml"
    path.write_bytes(content)
    assert said in refusal(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "none.yaml")
