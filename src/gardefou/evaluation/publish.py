"""The figures that ship: written from a whole evaluation, never by hand."""

from __future__ import annotations

from pathlib import Path

from gardefou.errors import EvaluationError
from gardefou.evaluation.report import Report
from gardefou.evidence.files import whole_file
from gardefou.governance.figures import Publication, PublishedFigures

_DIGITS = 4


def publish(report: Report, path: Path) -> None:
    """Write the shipped figures; raises `EvaluationError` unless every case was evaluated."""
    if report.run.only or report.troubles:
        raise EvaluationError("evaluation.publish_partial", path=path)
    with whole_file(path) as unfinished:
        content = publication_of(report).model_dump_json(indent=2)
        unfinished.write_text(content + "\n", encoding="utf-8")


def publication_of(report: Report) -> Publication:
    """What of a report ships: nothing about single cases."""
    return Publication(
        measured=report.run.started[:10],
        software=report.run.software,
        model=report.run.model,
        inference_precision=report.inference_precision,
        cases_sha256=report.run.cases_sha256,
        situations={
            situation: PublishedFigures(
                maturity=report.maturity[situation],
                events=each.events,
                found=each.found,
                recall=_round(each.recall),
                precision=_round(each.precision),
                delay_s=_round(each.delay_s),
                false=each.false,
                false_per_hour=_round(each.false_per_hour),
                hours=round(each.hours, _DIGITS),
                interval={
                    name: None
                    if ends is None
                    else (round(ends[0], _DIGITS), round(ends[1], _DIGITS))
                    for name, ends in each.interval.items()
                },
            )
            for situation, each in report.situations.items()
        },
    )


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
