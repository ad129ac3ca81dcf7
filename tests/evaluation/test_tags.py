"""Figures are cut by what a file says of the cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from gardefou.errors import EvaluationError
from gardefou.evaluation.tags import cut, read_tags
from support.evaluations import INTRUSION, a_case, expected, played


def test_each_tag_has_the_figures_of_its_own_cases() -> None:
    found = played(a_case(expect=[expected(10, 20)]), [(10, 20)])
    missed = played(a_case(id="yard", expect=[expected(10, 20)]), [])
    untold = played(a_case(id="hall", expect=[expected(10, 20)]), [])
    tags = {
        "door": {"light": "day", "place": "street"},
        "yard": {"light": "night", "place": "street"},
    }
    figures = cut([found, missed, untold], tags)
    assert {tag: each[INTRUSION].recall for tag, each in figures.items()} == {
        "light=day": 1.0,
        "light=night": 0.0,
        "place=street": 0.5,
    }


def test_a_file_of_tags_is_read(tmp_path: Path) -> None:
    path = tmp_path / "tags.yaml"
    path.write_text("door: {light: night}\n")
    assert read_tags(path, [a_case()]) == {"door": {"light": "night"}}


@pytest.mark.parametrize(
    ("words", "says"),
    [("yard: {light: day}", "no case is called yard"), ("- door", "cannot be read")],
)
def test_a_tag_of_no_case_or_in_no_form_is_refused(tmp_path: Path, words: str, says: str) -> None:
    path = tmp_path / "tags.yaml"
    path.write_text(words)
    with pytest.raises(EvaluationError, match=says):
        read_tags(path, [a_case()])
