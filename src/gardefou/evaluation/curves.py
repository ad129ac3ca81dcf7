"""Precision against recall over the alert threshold, from recorded observations alone.

The threshold is the policy's: how many seconds of full-strength observation open an alert. The
engine is not run again: the policy takes what its detectors observed, once for each threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from gardefou.alerting.policy import TIMINGS
from gardefou.evaluation.figures import ratios_of, tally
from gardefou.evaluation.harness import PlayedCase
from gardefou.evaluation.recording import replay
from gardefou.evaluation.scoring import CaseScore, score, signalled
from gardefou.situations.situation import Situation

FACTORS: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0)
"""Thresholds tried, as multiples of the one that ships."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What a threshold comes to: ``threshold_s`` s; ratios None where undefined."""

    threshold_s: float
    shipped: bool
    recall: float | None
    precision: float | None
    false_per_hour: float | None


def curve(played: Sequence[PlayedCase], situation: Situation) -> list[CurvePoint]:
    """One point a threshold, rising, over the cases that measure a situation."""
    cases = [each for each in played if situation in each.measured]
    points = []
    for factor in FACTORS:
        threshold_s = TIMINGS[situation].open_after_s * factor
        tallies = [
            tally(each, situation, outcome_at(each, situation, threshold_s)) for each in cases
        ]
        ratios = ratios_of(tallies)
        points.append(
            CurvePoint(
                threshold_s=threshold_s,
                shipped=factor == 1.0,
                recall=ratios["recall"],
                precision=ratios["precision"],
                false_per_hour=ratios["false_per_hour"],
            )
        )
    return points


def outcome_at(played: PlayedCase, situation: Situation, threshold_s: float) -> CaseScore:
    """The score of one situation in a case had its alerts opened after ``threshold_s`` s."""
    timing = replace(TIMINGS[situation], open_after_s=threshold_s)
    events = replay(played.moments, situation, {**TIMINGS, situation: timing})
    return score(played.case, signalled(events), played.duration_s)
