"""The geometry of the report's drawings: timelines of cases, curves of situations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from gardefou.evaluation.curves import CurvePoint
from gardefou.evaluation.harness import PlayedCase
from gardefou.situations.situation import Situation

WIDTH: Final = 1000.0
"""Width of a timeline's own coordinates; it is stretched to its place on the page."""

SHORTEST: Final = 4.0
"""Least width of a bar, so that an alert of a moment can be seen."""

_TICKS: Final = 6
"""Most marks of time on a timeline."""

PLOT: Final = 240.0
"""Side of a curve's square, px."""


@unique
class Mark(StrEnum):
    """What a bar is; texts under ``evaluation.report.mark.<value>``."""

    FOUND = "found"
    MISSED = "missed"
    OPTIONAL = "optional"
    SERVED = "served"
    FALSE = "false"


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time: ``left`` and ``width`` in the timeline's coordinates, times in s."""

    mark: Mark
    left: float
    width: float
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Lane:
    """One situation of a timeline: what is true above, what was signalled below."""

    situation: Situation
    truth: Sequence[Bar]
    alerts: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A case's lanes; ``ticks`` as (place in percent, stream time in s)."""

    played: PlayedCase
    lanes: Sequence[Lane]
    ticks: Sequence[tuple[float, float]]

    @property
    def has_finding(self) -> bool:
        """Whether something was missed or signalled falsely."""
        wrong = {Mark.MISSED, Mark.FALSE}
        return any(bar.mark in wrong for lane in self.lanes for bar in (*lane.truth, *lane.alerts))


def timeline(played: PlayedCase, situations: Sequence[Situation]) -> Timeline:
    """The timeline of a case for those of ``situations`` that were measured in it."""
    start = -played.case.hold_first_s
    end = start + max(played.played_s, 1.0)
    step = _tick_step(end - start)
    first = math.ceil(start / step)
    ticks = [index * step for index in range(first, math.floor(end / step) + 1)]
    return Timeline(
        played=played,
        lanes=[
            _lane(played, situation, start, end)
            for situation in situations
            if situation in played.measured
        ],
        ticks=[((each - start) / (end - start) * 100, each) for each in ticks],
    )


def _lane(played: PlayedCase, situation: Situation, start: float, end: float) -> Lane:
    def bar(mark: Mark, from_s: float, to_s: float) -> Bar:
        scale = WIDTH / (end - start)
        left = (min(max(from_s, start), end) - start) * scale
        right = (min(max(to_s, start), end) - start) * scale
        width = max(right - left, SHORTEST)
        return Bar(mark, min(left, WIDTH - width), width, from_s, to_s)

    truth = []
    for each in played.score.events:
        if each.event.situation is situation:
            missed = Mark.OPTIONAL if each.event.optional else Mark.MISSED
            mark = Mark.FOUND if each.found else missed
            truth.append(bar(mark, each.event.start_s, each.event.end_s))
    alerts = [
        bar(Mark.FALSE if each in played.score.false else Mark.SERVED, each.opened_s, each.closed_s)
        for each in played.score.alerts
        if each.situation is situation
    ]
    return Lane(situation, truth, alerts)


def _tick_step(length: float) -> float:
    """A round number of seconds that gives at most `_TICKS` steps."""
    for step in (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600):
        if length / step <= _TICKS:
            return float(step)
    return float(math.ceil(length / _TICKS / 3600) * 3600)


@dataclass(frozen=True, slots=True)
class PlottedPoint:
    """A point of a curve in the square's pixels, the origin above left."""

    x: float
    y: float
    point: CurvePoint


def plotted(points: Sequence[CurvePoint]) -> list[PlottedPoint]:
    """The points of a curve that have both ratios: recall to the right, precision upwards."""
    return [
        PlottedPoint(each.recall * PLOT, (1 - each.precision) * PLOT, each)
        for each in points
        if each.recall is not None and each.precision is not None
    ]
