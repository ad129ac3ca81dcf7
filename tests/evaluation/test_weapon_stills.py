"""Single pictures of weapons: what the closer looks find, and what they leave alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gardefou.evaluation.cases import read_cases
from gardefou.evaluation.stills import STILL_JUDGES, judge_case, read_labels
from gardefou.evaluation.weapon_stills import WeaponStills
from gardefou.situations.situation import Situation
from gardefou.situations.weapon import WEAPON_SCORE


def test_the_judge_is_registered_and_uses_the_situations_own_threshold() -> None:
    assert STILL_JUDGES[Situation.WEAPON] is WeaponStills
    assert WeaponStills.threshold == WEAPON_SCORE


def test_a_picture_without_people_scores_nothing(models_dir: Path) -> None:
    assert WeaponStills(models_dir).judge(np.full((360, 640, 3), 90, np.uint8)) == 0.0


@pytest.mark.parametrize("case_id", ["handgun-stills", "weapon-stills"])
def test_what_it_says_is_right_and_it_finds_some(
    case_id: str, footage: Path, models_dir: Path
) -> None:
    (case,) = (each for each in read_cases(footage / "cases.yaml") if each.id == case_id)
    report = judge_case(read_labels(case, footage), WeaponStills(models_dir))
    assert report.overall.precision is not None
    assert report.overall.precision >= 0.8
    assert report.overall.recall is not None
    assert report.overall.recall >= 0.1
