"""The situations on real footage: every event found in time, and no false alarm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gardefou.evaluation.cases import read_cases
from gardefou.evaluation.harness import play
from gardefou.perception.engine import InferenceEngine
from gardefou.situations.situation import Situation

WITHIN_S = 3.0
EXACT = frozenset({Situation.ZONE_INTRUSION, Situation.WRONG_WAY})


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
            played = play(case, footage, engine)
            for each in played.score.events:
                if each.event.situation in EXACT and not each.event.optional:
                    assert each.delay_s is not None, f"missed: {each.event}"
                    assert abs(each.delay_s) <= WITHIN_S, each
            assert played.score.false == []
