"""From figures to a label: operational, calibrate first, experimental. Nobody types it in.

The rule, in the order in which it is asked:

1. **operational**: at least `OPERATIONAL.events` real events in `OPERATIONAL.clips` clips and
   `OPERATIONAL.hours` hours; the *lower* ends of the intervals of recall and precision reach their
   floors, and false alarms an hour stay below their ceiling;
2. **calibrate first**: at least `CALIBRATE_FIRST.events` real events in `CALIBRATE_FIRST.clips`
   clips; recall and precision themselves reach their floors;
3. **experimental**: everything else that was measured.

"Real" leaves out cases marked ``derived``. Few events cannot make a situation operational however
well they went: what counts is what the figures prove.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gardefou.evaluation.figures import SituationFigures
from gardefou.governance.figures import Maturity


@dataclass(frozen=True, slots=True)
class Bar:
    """What a label asks for: least ``events``, ``clips``, ``hours``, ``recall``, ``precision``."""

    events: int
    clips: int
    hours: float
    recall: float
    precision: float
    false_per_hour: float


OPERATIONAL: Final = Bar(
    events=20, clips=8, hours=2.0, recall=0.7, precision=0.7, false_per_hour=1.0
)
"""With 20 of 20 events found the exact 95 % lower bound of recall is 0.83; with 2 h and no false
alarm the upper bound is 1.5 an hour. Below either, a label would promise what was not seen."""

CALIBRATE_FIRST: Final = Bar(
    events=8, clips=3, hours=0.0, recall=0.7, precision=0.7, false_per_hour=float("inf")
)
"""Works on most of what it was shown, at too few places to say that it works at the next one."""


def maturity(figures: SituationFigures) -> Maturity:
    """The label that follows from figures."""
    proven = (_low(figures, "recall"), _low(figures, "precision"))
    if _reaches(OPERATIONAL, figures, *proven):
        return Maturity.OPERATIONAL
    if _reaches(CALIBRATE_FIRST, figures, figures.recall or 0.0, figures.precision or 0.0):
        return Maturity.CALIBRATE_FIRST
    return Maturity.EXPERIMENTAL


def _reaches(bar: Bar, figures: SituationFigures, recall: float, precision: float) -> bool:
    enough = (
        figures.real_events >= bar.events
        and figures.clips >= bar.clips
        and figures.hours >= bar.hours
    )
    quiet = (figures.false_per_hour or 0.0) <= bar.false_per_hour
    return enough and quiet and recall >= bar.recall and precision >= bar.precision


def _low(figures: SituationFigures, name: str) -> float:
    ends = figures.interval[name]
    return 0.0 if ends is None else ends[0]
