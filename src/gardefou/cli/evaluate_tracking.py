"""`gardefou evaluate-tracking`: the tracker's figures on labelled sequences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gardefou.evaluation.tracking import TrackingFigures, TrackingReport
from gardefou.evaluation.tracking import evaluate_tracking as evaluate
from gardefou.i18n import text


def evaluate_tracking(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help=text("evaluation.tracking.help.directory"))
    ],
    detections: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=text("evaluation.tracking.help.detections")),
    ] = None,
    thin: Annotated[
        float | None, typer.Option(metavar="FPS", help=text("evaluation.tracking.help.thin"))
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help=text("evaluation.tracking.help.json"))
    ] = False,
) -> None:
    """Print HOTA, IDF1, MOTA, identity switches and frames per second."""
    report = evaluate(directory, detections, thin)
    if as_json:
        typer.echo(json.dumps(report.as_json(), indent=2))
        return
    console = Console()
    console.print(_table(report))
    if report.skipped:
        names = ", ".join(report.skipped)
        console.print(text("evaluation.tracking.table.skipped", names=names), markup=False)


def _table(report: TrackingReport) -> Table:
    title = "title" if report.thin is None else "title_thin"
    table = Table(
        title=text(
            f"evaluation.tracking.table.{title}",
            detections=report.detections,
            thin=f"{report.thin or 0:g}",
        )
    )
    table.add_column(text("evaluation.tracking.table.sequence"))
    for name in ("HOTA", "IDF1", "MOTA", "IDSW"):
        table.add_column(name, justify="right")
    table.add_column(text("evaluation.tracking.table.frames"), justify="right")
    table.add_column(text("evaluation.tracking.table.fps"), justify="right")
    for name, figures in report.sequences.items():
        table.add_row(name, *_cells(figures))
    table.add_section()
    table.add_row(text("evaluation.tracking.table.all"), *_cells(report.combined), style="bold")
    return table


def _cells(figures: TrackingFigures) -> list[str]:
    shares = [f"{value:.1f}" for value in (figures.hota, figures.idf1, figures.mota)]
    return [*shares, str(figures.identity_switches), str(figures.frames), f"{figures.fps:.0f}"]
