"""Zone intrusion and wrong way on real footage: every event within 3 s, and no false alarm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gardefou.evaluation.case_runner import EVALUATED, run_case
from gardefou.evaluation.cases import read_cases
from gardefou.perception.engine import InferenceEngine

WITHIN_S = 3.0

CASES = (
    "pets-lawn",
    "office-table",
    "hazard-tape",
    *(f"ucsd-ped2-0{number}" for number in range(1, 7)),
    "aisle-allowed-down",
    "aisle-allowed-up",
    "road-near-allowed-left",
    "road-near-allowed-right",
    "motorway-allowed-up",
    "motorway-allowed-down",
    "plaza-allowed-right",
    "plaza-allowed-left",
    "suburb-allowed-down",
)


@pytest.fixture(scope="module")
def engine(models_dir: Path) -> Iterator[InferenceEngine]:
    with InferenceEngine(models_dir) as engine:
        yield engine


def test_no_case_with_a_zone_is_left_out(footage: Path) -> None:
    with_zones = [
        case.id for case in read_cases(footage / "cases.yaml") if any(z.polygon for z in case.zones)
    ]
    assert sorted(with_zones) == sorted(CASES)


@pytest.mark.parametrize("name", CASES)
def test_every_event_is_found_in_time_and_nothing_else_is_signalled(
    footage: Path, engine: InferenceEngine, name: str
) -> None:
    [case] = [each for each in read_cases(footage / "cases.yaml") if each.id == name]
    score = run_case(case, footage, engine).score
    for each in score.events:
        if each.event.situation in EVALUATED and not each.event.optional:
            assert each.delay_s is not None, f"missed: {each.event}"
            assert abs(each.delay_s) <= WITHIN_S, each
    assert [each for each in score.false if each.situation in EVALUATED] == []
