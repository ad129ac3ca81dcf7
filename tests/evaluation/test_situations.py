"""Zone intrusion and wrong way on real footage: every event within 3 s, and no false alarm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gardefou.evaluation.case_runner import EVALUATED, run_case
from gardefou.evaluation.cases import read_cases
from gardefou.perception.engine import InferenceEngine

WITHIN_S = 3.0


@pytest.fixture(scope="module")
def engine(models_dir: Path) -> Iterator[InferenceEngine]:
    with InferenceEngine(models_dir) as engine:
        yield engine


def test_every_event_is_found_in_time_and_nothing_else_is_signalled(
    footage: Path, engine: InferenceEngine, subtests: pytest.Subtests
) -> None:
    cases = [
        case
        for case in read_cases(footage / "cases.yaml")
        if any(zone.polygon for zone in case.zones)
    ]
    assert cases
    for case in cases:
        with subtests.test(case.id):
            score = run_case(case, footage, engine).score
            for each in score.events:
                if each.event.situation in EVALUATED and not each.event.optional:
                    assert each.delay_s is not None, f"missed: {each.event}"
                    assert abs(each.delay_s) <= WITHIN_S, each
            assert [each for each in score.false if each.situation in EVALUATED] == []
