"""How far figures lie apart between groups of cases, and which comparisons nobody could make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gardefou.evaluation.figures import SituationFigures
from gardefou.situations.situation import Situation

ASKED: Final = ("light", "place", "skin_tone", "mobility_aid", "clothing")
"""What figures must be compared by. Tags of other names are compared as well."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The recall of one situation in the group where it is worst and in that where it is best.

    ``sure`` whether the two groups' intervals lie apart; else the difference may be chance.
    """

    worst: str
    worst_recall: float
    best: str
    best_recall: float
    sure: bool

    @property
    def difference(self) -> float:
        """How much less is found in the one than in the other, 0..1."""
        return self.best_recall - self.worst_recall


Tagged = Mapping[str, Mapping[Situation, SituationFigures]]
"""Figures by tag, such as ``light=night``, and situation."""


def gaps(tagged: Tagged) -> dict[str, dict[Situation, Gap]]:
    """The gap of each situation by what the tags name; only groups with events are compared."""
    found: dict[str, dict[Situation, Gap]] = {}
    for name in sorted({tag.partition("=")[0] for tag in tagged}):
        groups = {
            tag.partition("=")[2]: figures
            for tag, figures in tagged.items()
            if tag.partition("=")[0] == name
        }
        each = {
            situation: gap
            for situation in Situation
            if (gap := _gap({k: v[situation] for k, v in groups.items() if situation in v}))
        }
        if each:
            found[name] = each
    return found


def never_compared(tagged: Tagged) -> list[str]:
    """Those of `ASKED` by which no situation could be compared: nothing is known of their gaps."""
    compared = gaps(tagged)
    return [name for name in ASKED if name not in compared]


def _gap(groups: Mapping[str, SituationFigures]) -> Gap | None:
    """The gap between groups; None where fewer than two have events."""
    ranked = sorted(
        (figures.recall, value) for value, figures in groups.items() if figures.recall is not None
    )
    if len(ranked) < 2:
        return None
    (low, worst), (high, best) = ranked[0], ranked[-1]
    under, over = groups[worst].interval.get("recall"), groups[best].interval.get("recall")
    sure = under is not None and over is not None and under[1] < over[0]
    return Gap(worst, low, best, high, sure)
