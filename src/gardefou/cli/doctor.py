"""`gardefou doctor`: what is installed, what is missing and how to get it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gardefou.cli.inspection import Finding, State, Topic, inspect
from gardefou.cli.running import look_at
from gardefou.i18n import text

_STYLES: Final = {State.OK: "green", State.INFO: "", State.ADVICE: "yellow", State.MISSING: "red"}

_COMMON_NOUNS: Final = frozenset(
    {"free_space", "guard", "inference_precision", "keys", "memory", "sound"}
)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help=text("doctor.help.json"))] = False,
    home: Annotated[Path | None, typer.Option(metavar="DIR", help=text("load.doctor.option"))] = (
        None
    ),
) -> None:
    """Print what is there and what is not; exit status 1 when something required is missing."""
    findings = inspect() if home is None else [*inspect(), *look_at(home)]
    missing = [each.name for each in findings if each.state is State.MISSING]
    if as_json:
        report = {"ok": not missing, "findings": [asdict(each) for each in findings]}
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        console = Console(highlight=False)
        for topic in Topic:
            found = [each for each in findings if each.topic is topic]
            if found:
                console.print(_table(topic, found))
    if missing:
        typer.echo(text("doctor.required", names=", ".join(missing)), err=True)
        raise typer.Exit(1)


def _table(topic: Topic, findings: Sequence[Finding]) -> Table:
    table = Table(
        title=text(f"doctor.topic.{topic}"), title_justify="left", box=None, show_header=False
    )
    for finding in findings:
        state = Text(text(f"doctor.state.{finding.state}"), style=_STYLES[finding.state])
        detail = Text(finding.detail)
        if finding.cure is not None:
            detail.append(f"\n→ {finding.cure}", style="bold")
        table.add_row(state, Text(_label(finding.name)), detail)
    return table


def _label(name: str) -> str:
    """A finding's name for people; what is no proper name is named in their language."""
    return text(f"doctor.name.{name}") if name in _COMMON_NOUNS else name
