"""The report of an evaluation, typed, and its JSON as other tools rely on it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum, unique
from pathlib import Path
from typing import Final

from gardefou.capture.gate import Sleep
from gardefou.evaluation.cost import Cost
from gardefou.evaluation.curves import CurvePoint
from gardefou.evaluation.figures import SituationFigures
from gardefou.evaluation.gaps import Gap, gaps, never_compared
from gardefou.evaluation.harness import PlayedCase, Trouble
from gardefou.evaluation.machine import Machine
from gardefou.evaluation.people import PeopleFigures
from gardefou.evaluation.stills import StillReport
from gardefou.evidence.files import whole_file
from gardefou.governance.figures import Maturity
from gardefou.situations.situation import Situation

FILE_NAME: Final = "report.json"

_DIGITS: Final = 4
"""Decimals of every figure in the report."""


@unique
class FindingKind(StrEnum):
    """What went wrong; texts under ``evaluation.report.finding.<value>``."""

    MISS = "miss"
    FALSE = "false"


@dataclass(frozen=True, slots=True)
class Finding:
    """A miss or a false alarm: of an event its times, of an alert its opening and closing, s.

    ``picture`` path under the output folder; ``no_picture`` why there is none.
    """

    kind: FindingKind
    case_id: str
    clip: str
    situation: Situation
    start_s: float
    end_s: float
    region: Sequence[tuple[float, float]] | None
    picture: str | None
    no_picture: str | None = None


@unique
class Measure(StrEnum):
    """What a case can be there to measure; texts under ``evaluation.report.measure.<value>``."""

    ALERTS = "alerts"
    COUNTS = "counts"
    PEOPLE = "people"
    STILLS = "stills"


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A case or part of one that this version has nothing to measure with."""

    case_id: str
    measure: Measure


@dataclass(frozen=True, slots=True)
class CountedLine:
    """Crossings of one line in one direction."""

    case_id: str
    line: str
    direction: str
    counted: int
    expected: int


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What was run, when, on which cases; times UTC, ISO 8601; ``only`` and ``sleep`` as given."""

    software: str
    model: str
    started: str
    ended: str
    cases: str
    cases_sha256: str
    only: Sequence[str]
    sleep: str = Sleep.NEVER.value


@dataclass(frozen=True, slots=True)
class Report:
    """Everything an evaluation says. ``unmeasured`` situations have no detector or no case here.

    ``tags`` the figures cut by what a file said of the cases.
    """

    run: RunFacts
    machine: Machine
    inference_precision: str
    situations: Mapping[Situation, SituationFigures]
    maturity: Mapping[Situation, Maturity]
    unmeasured: Sequence[Situation]
    counts: Sequence[CountedLine]
    people: Mapping[str, PeopleFigures]
    stills: Mapping[str, StillReport]
    cost: Mapping[Situation, Cost]
    curves: Mapping[Situation, Sequence[CurvePoint]]
    findings: Sequence[Finding]
    played: Sequence[PlayedCase]
    not_measured: Sequence[NotMeasured]
    troubles: Sequence[Trouble]
    tags: Mapping[str, Mapping[Situation, SituationFigures]] = field(default_factory=dict)

    @property
    def gaps(self) -> Mapping[str, Mapping[Situation, Gap]]:
        """How far figures lie apart between what the tags name."""
        return gaps(self.tags)

    @property
    def never_compared(self) -> Sequence[str]:
        """What figures should be compared by and could not be."""
        return never_compared(self.tags)

    def as_json(self) -> dict[str, object]:
        """The report as plain values: the fields that other tools rely on come first."""
        return {
            "situations": {name: _situation(each) for name, each in self.situations.items()},
            "counts": _counts(self.counts),
            "people": {
                name: {"mae": _round(each.mae), "images": each.images}
                for name, each in self.people.items()
            },
            "stills": {name: _stills(each) for name, each in self.stills.items()},
            "cost": {name: _round(each.cpu_s) for name, each in self.cost.items()},
            "machine": asdict(self.machine),
            "inference_precision": self.inference_precision,
            "maturity": {str(name): str(label) for name, label in self.maturity.items()},
            "not_measured": {
                "situations": [str(each) for each in self.unmeasured],
                "cases": [
                    {"case": each.case_id, "measure": str(each.measure)}
                    for each in self.not_measured
                ],
            },
            "findings": [_finding(each) for each in self.findings],
            "curves": {
                name: [_point(each) for each in points] for name, points in self.curves.items()
            },
            "cost_detail": {name: _cost(each) for name, each in self.cost.items()},
            "tags": {
                tag: {name: _situation(each) for name, each in figures.items()}
                for tag, figures in self.tags.items()
            },
            "gaps": {
                name: {str(situation): _gap(each) for situation, each in found.items()}
                for name, found in self.gaps.items()
            },
            "never_compared": self.never_compared,
            "cases_evaluated": [each.case.id for each in self.played],
            "failed": [{"case": each.case_id, "reason": each.reason} for each in self.troubles],
            "run": asdict(self.run),
        }

    def write_json(self, folder: Path) -> Path:
        """Write ``report.json`` into the output folder; raises `OutputError`."""
        path = folder / FILE_NAME
        with whole_file(path) as unfinished:
            content = json.dumps(self.as_json(), ensure_ascii=False, indent=2, allow_nan=False)
            unfinished.write_text(content + "\n", encoding="utf-8")
        return path


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def _gap(gap: Gap) -> dict[str, object]:
    return {
        "worst": {"value": gap.worst, "recall": _round(gap.worst_recall)},
        "best": {"value": gap.best, "recall": _round(gap.best_recall)},
        "difference": _round(gap.difference),
        "sure": gap.sure,
    }


def _situation(figures: SituationFigures) -> dict[str, object]:
    return {
        "events": figures.events,
        "found": figures.found,
        "recall": _round(figures.recall),
        "alerts": figures.alerts,
        "precision": _round(figures.precision),
        "f1": _round(figures.f1),
        "delay_s": _round(figures.delay_s),
        "false": figures.false,
        "false_per_hour": _round(figures.false_per_hour),
        "hours": _round(figures.hours),
        "interval": {
            name: None if ends is None else [_round(end) for end in ends]
            for name, ends in figures.interval.items()
        },
    }


def _counts(lines: Sequence[CountedLine]) -> dict[str, dict[str, dict[str, list[int]]]]:
    tree: dict[str, dict[str, dict[str, list[int]]]] = {}
    for each in lines:
        directions = tree.setdefault(each.case_id, {}).setdefault(each.line, {})
        directions[each.direction] = [each.counted, each.expected]
    return tree


def _stills(report: StillReport) -> dict[str, object]:
    figures = report.overall
    return {
        "precision": _round(figures.precision),
        "recall": _round(figures.recall),
        "threshold": _round(figures.threshold),
        "images": figures.images,
        "scenes": {
            scene: {
                "precision": _round(each.precision),
                "recall": _round(each.recall),
                "images": each.images,
            }
            for scene, each in report.scenes.items()
        },
        "wrong": [each.picture.path.name for each in report.wrong],
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "kind": str(finding.kind),
        "case": finding.case_id,
        "clip": finding.clip,
        "situation": str(finding.situation),
        "start_s": _round(finding.start_s),
        "end_s": _round(finding.end_s),
        "picture": finding.picture,
    }


def _point(point: CurvePoint) -> dict[str, object]:
    return {
        "threshold_s": _round(point.threshold_s),
        "shipped": point.shipped,
        "recall": _round(point.recall),
        "precision": _round(point.precision),
        "false_per_hour": _round(point.false_per_hour),
    }


def _cost(cost: Cost) -> dict[str, object]:
    return {
        "lowest": _round(cost.low),
        "highest": _round(cost.high),
        "base": _round(cost.base),
        "clips": list(cost.clips),
    }
