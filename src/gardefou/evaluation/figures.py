"""Figures of a situation over cases, with how sure they are.

Intervals are percentile bootstrap intervals over clips (B. Efron, Bootstrap Methods: Another Look
at the Jackknife, 1979): cases of one clip share its pictures, so they are drawn together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from gardefou.evaluation.harness import PlayedCase
from gardefou.evaluation.scoring import CaseScore
from gardefou.geometry.arrays import Floats
from gardefou.situations.situation import Situation

DRAWS: Final = 2000
"""Bootstrap samples."""

SEED: Final = 20230823
"""Seed of the drawing, so that the same cases give the same intervals."""

CONFIDENCE: Final = 0.95
"""Share of the samples that an interval holds."""

Interval = tuple[float, float]
"""Lower and upper end."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One situation in one case; ``hours`` of stream watched, ``delays`` of events found, s."""

    clip: str
    derived: bool
    events: int
    found: int
    alerts: int
    false: int
    hours: float
    delays: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SituationFigures:
    """How one situation did: ``recall``, ``precision`` and ``f1`` 0..1, None where undefined.

    ``delay_s`` the median of opening minus start; ``hours`` of stream watched; ``interval`` the
    ends of recall, precision, f1 and false_per_hour by name, None where undefined. ``clips`` are
    those with events, ``real_events`` those not made by playing pixels differently.
    """

    events: int
    found: int
    recall: float | None
    alerts: int
    precision: float | None
    f1: float | None
    delay_s: float | None
    false: int
    false_per_hour: float | None
    hours: float
    interval: Mapping[str, Interval | None]
    clips: int
    real_events: int


def tally(played: PlayedCase, situation: Situation, outcome: CaseScore | None = None) -> Tally:
    """Count one situation in one case; ``outcome`` by default the case's own score.

    An optional event counts only when found.
    """
    score = outcome or played.score
    events = [
        each
        for each in score.events
        if each.event.situation is situation and (each.found or not each.event.optional)
    ]
    return Tally(
        clip=played.case.clip,
        derived=played.case.derived,
        events=len(events),
        found=sum(each.found for each in events),
        alerts=sum(each.situation is situation for each in score.alerts),
        false=sum(each.situation is situation for each in score.false),
        hours=played.played_s / 3600,
        delays=tuple(each.delay_s for each in events if each.delay_s is not None),
    )


def ratios_of(tallies: Sequence[Tally]) -> dict[str, float | None]:
    """Recall, precision, f1 and false_per_hour of all tallies together, None where undefined."""
    sums = _sums(tallies).sum(axis=0, keepdims=True)
    return {name: _number(values[0]) for name, values in _ratios(sums).items()}


def figures_of(tallies: Sequence[Tally]) -> SituationFigures:
    """Add up the tallies of a situation and draw the intervals."""
    ratios = ratios_of(tallies)
    delays = [delay for each in tallies for delay in each.delays]
    return SituationFigures(
        events=sum(each.events for each in tallies),
        found=sum(each.found for each in tallies),
        recall=ratios["recall"],
        alerts=sum(each.alerts for each in tallies),
        precision=ratios["precision"],
        f1=ratios["f1"],
        delay_s=median(delays) if delays else None,
        false=sum(each.false for each in tallies),
        false_per_hour=ratios["false_per_hour"],
        hours=sum(each.hours for each in tallies),
        interval=intervals(tallies),
        clips=len({each.clip for each in tallies if each.events}),
        real_events=sum(each.events for each in tallies if not each.derived),
    )


def intervals(tallies: Sequence[Tally], draws: int = DRAWS) -> dict[str, Interval | None]:
    """Bootstrap intervals over clips; None for a figure that fewer than two clips define."""
    by_clip = _by_clip(tallies)
    drawn = np.random.default_rng(SEED).integers(0, len(by_clip), (draws, len(by_clip)))
    own = _ratios(by_clip)
    ends: dict[str, Interval | None] = {}
    for name, values in _ratios(by_clip[drawn].sum(axis=1)).items():
        defined = values[~np.isnan(values)]
        if np.count_nonzero(~np.isnan(own[name])) < 2 or not len(defined):
            ends[name] = None
            continue
        low, high = np.quantile(defined, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
        ends[name] = (float(low), float(high))
    return ends


def _by_clip(tallies: Sequence[Tally]) -> Floats:
    """Sums of the tallies of each clip, [clips, 5]."""
    clips = sorted({each.clip for each in tallies})
    rows = _sums(tallies)
    owner = np.array([clips.index(each.clip) for each in tallies], dtype=np.int64)
    sums = np.zeros((len(clips), rows.shape[1]))
    np.add.at(sums, owner, rows)
    return sums


def _sums(tallies: Sequence[Tally]) -> Floats:
    """Events, found, alerts, false and hours of each tally, [N, 5]."""
    rows = [(each.events, each.found, each.alerts, each.false, each.hours) for each in tallies]
    return np.array(rows, dtype=np.float64).reshape(-1, 5)


def _ratios(sums: Floats) -> dict[str, Floats]:
    """The ratios of sums [N, 5], each [N], NaN where undefined."""
    events, found, alerts, false, hours = sums.T
    recall = _share(found, events)
    precision = _share(alerts - false, alerts)
    # Nothing signalled where something should have been is F1 = 0, not undefined.
    kept = np.nan_to_num(precision)
    both = np.where(events > 0, recall + kept, np.nan)
    f1 = np.where(both == 0, 0.0, _share(2 * recall * kept, both))
    return {
        "recall": recall,
        "precision": precision,
        "f1": f1,
        "false_per_hour": _share(false, hours),
    }


def _share(part: Floats, whole: Floats) -> Floats:
    undefined = np.full(part.shape, np.nan)
    return np.asarray(np.divide(part, whole, out=undefined, where=whole > 0), dtype=np.float64)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
