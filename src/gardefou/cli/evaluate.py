"""`gardefou evaluate`: the engine over labelled clips, and the report on it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.table import Table

from gardefou.capture.gate import Sleep
from gardefou.cli.bar import StderrBar
from gardefou.evaluation.cases import Case
from gardefou.evaluation.evaluate import EvaluationListener, EvaluationRequest
from gardefou.evaluation.evaluate import evaluate as run_evaluation
from gardefou.evaluation.publish import publish as publish_figures
from gardefou.evaluation.report import Report
from gardefou.evaluation.report_page import number, percent
from gardefou.evaluation.run_page import clock
from gardefou.evaluation.run_record import new_folder
from gardefou.i18n import current_language, text

SLEEPS = "|".join(Sleep)

INCOMPLETE = 1
"""Exit status when a case could not be evaluated: the others are in the report."""


def evaluate(
    cases: Annotated[Path, typer.Argument(metavar="CASES", help=text("cli.evaluate.cases"))],
    footage: Annotated[
        Path | None, typer.Option(metavar="DIR", help=text("cli.evaluate.footage"))
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help=text("cli.evaluate.out"))] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="ID_OR_SITUATION", help=text("cli.evaluate.only"))
    ] = None,
    publish: Annotated[
        Path | None, typer.Option(metavar="FILE", help=text("cli.evaluate.publish"))
    ] = None,
    tags: Annotated[
        Path | None, typer.Option(metavar="FILE", help=text("cli.evaluate.tags"))
    ] = None,
    sleep: Annotated[
        Sleep, typer.Option(metavar=SLEEPS, help=text("cli.evaluate.sleep"))
    ] = Sleep.NEVER,
    as_json: Annotated[bool, typer.Option("--json", help=text("cli.evaluate.json"))] = False,
) -> None:
    """Evaluate cases, leave the report in a folder and say the figures."""
    request = EvaluationRequest(
        cases, footage or cases.parent, out or new_folder(cases), only or (), tags, sleep
    )
    with EvaluationDisplay() as display:
        outcome = run_evaluation(request, display.listener)
    report = outcome.report
    console = Console(highlight=False, soft_wrap=True)
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        console.print(_table(report))
        if report.unmeasured:
            names = ", ".join(text(f"situations.{each}.name") for each in report.unmeasured)
            console.print(text("cli.evaluate.unmeasured", names=names), markup=False)
        console.print(text("cli.evaluate.page", page=outcome.page.resolve().as_uri()), markup=False)
    _say_troubles(report)
    if publish is not None:
        publish_figures(report, publish)
    raise typer.Exit(INCOMPLETE if report.troubles else 0)


class EvaluationDisplay(StderrBar):
    """A bar over the cases on stderr, where that is a terminal."""

    def __init__(self) -> None:
        super().__init__(
            BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False)
        )
        self._task = self._bar.add_task("", total=None)
        self.listener = EvaluationListener(
            on_plan=self._on_plan,
            on_progress=self._on_progress,
            on_case_done=lambda _: self._bar.advance(self._task),
            on_costs=self._on_costs,
        )

    def _on_plan(self, cases: Sequence[Case]) -> None:
        self._bar.update(self._task, total=len(cases))

    def _on_progress(self, case: Case, seconds: float) -> None:
        self._bar.update(self._task, description=f"{case.id}  {clock(seconds)}")

    def _on_costs(self) -> None:
        self._bar.update(self._task, description=text("cli.evaluate.costs"))


def _table(report: Report) -> Table:
    language = current_language()
    table = Table(
        title=text("cli.evaluate.table"), box=SIMPLE, pad_edge=False, padding=(0, 1, 0, 0)
    )
    table.add_column(text("cli.evaluate.column.situation"), min_width=14)
    table.add_column(text("cli.evaluate.column.label"), no_wrap=True)
    for name in ("found", "recall", "precision", "false", "per_hour", "delay"):
        table.add_column(text(f"cli.evaluate.column.{name}"), justify="right")
    for situation, each in report.situations.items():
        table.add_row(
            text(f"situations.{situation}.name"),
            text(f"governance.maturity.{report.maturity[situation]}"),
            f"{each.found}/{each.events}",
            percent(language, each.recall),
            percent(language, each.precision),
            str(each.false),
            number(language, each.false_per_hour, 1),
            number(language, each.delay_s, 1),
        )
    return table


def _say_troubles(report: Report) -> None:
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    for each in report.played:
        for notice in each.notices:
            errors.print(f"gardefou: {notice}", markup=False)
    for trouble in report.troubles:
        errors.print(f"gardefou: {trouble.reason}", markup=False)
    if report.troubles:
        count = len(report.troubles)
        total = count + len(report.played)
        errors.print(
            f"gardefou: {text('cli.evaluate.failed', count=count, all=total)}", markup=False
        )
