"""`gardefou absence`: each refused capability, and the proof that it is not there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

# Typer carries click inside and exports none of these names.
from typer._click.core import Command
from typer.core import TyperGroup

from gardefou.errors import OutputError, UsageError
from gardefou.governance.absence.dependencies import read_lock
from gardefou.governance.absence.programme import installed, packages
from gardefou.governance.absence.proofs import Proof, prove
from gardefou.governance.absence.sbom import bill_of_materials
from gardefou.i18n import current_language, text
from gardefou.perception.store import ModelStore
from gardefou.web.openapi import document


def absence(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help=text("absence.command.json"))] = False,
    home: Annotated[
        Path | None, typer.Option(metavar="DIR", help=text("absence.command.home"))
    ] = None,
    lock: Annotated[
        Path | None, typer.Option(metavar="FILE", help=text("absence.command.lock"))
    ] = None,
    sbom: Annotated[
        Path | None, typer.Option(metavar="FILE", help=text("absence.command.sbom"))
    ] = None,
) -> None:
    """Print the proofs; exit status 1 when a refused capability is not absent."""
    _refuse_missing(home, lock)
    api = json.loads(document())
    programme = installed(api, tuple(words(context.find_root().command)), home)
    if lock is not None:
        programme = replace(programme, lock=read_lock(lock))
    if sbom is not None:
        _write(sbom, bill_of_materials(tuple(packages()), ModelStore().models().values()))
    proofs = prove(programme)
    if as_json:
        report = {"proofs": [proof.report() for proof in proofs]}
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        _show(proofs)
    found = [proof.refusal.name(current_language()) for proof in proofs if not proof.absent]
    if found:
        typer.echo(text("absence.command.not_absent", names=", ".join(found)), err=True)
        raise typer.Exit(1)


def words(command: Command, path: str = "gardefou") -> Iterator[str]:
    """Every verb and option of the command line, each with the verbs before it."""
    yield path
    for param in command.params:
        yield from (f"{path} {each}" for each in [*param.opts, *param.secondary_opts])
    if isinstance(command, TyperGroup):
        for name, each in command.commands.items():
            yield from words(each, f"{path} {name}")


def _refuse_missing(home: Path | None, lock: Path | None) -> None:
    if home is not None and not home.is_dir():
        raise UsageError("absence.command.no_folder", path=home)
    if lock is not None and not lock.is_file():
        raise UsageError("absence.command.no_file", path=lock)


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise OutputError("absence.command.unwritten", path=path, reason=error.strerror) from error


def _show(proofs: Sequence[Proof]) -> None:
    """What was looked at, once; then a line a capability, and each trace below it."""
    console = Console(highlight=False)
    looked_at = {
        each.examination.surface: each.examination for proof in proofs for each in proof.evidence
    }
    surfaces = Table(title=text("absence.looked_at"), title_justify="left", box=None)
    surfaces.show_header = False
    for surface, examination in sorted(looked_at.items()):
        surfaces.add_row(
            Text(text(f"absence.short.{surface}")),
            Text(str(examination.looked_at)),
            Text(text(f"absence.surface.{surface}")),
        )
    console.print(surfaces)
    table = Table(title=text("absence.capabilities"), title_justify="left", box=None)
    table.show_header = False
    table.add_column(no_wrap=True)
    for proof in proofs:
        state, style = ("absent", "green") if proof.absent else ("present", "bold red")
        name = Text(proof.refusal.name(current_language()), style="bold")
        name.append(f"\n{', '.join(proof.refusal.articles)}", style="not bold dim")
        where = Text(", ".join(text(f"absence.short.{each}") for each in proof.surfaces))
        for each in proof.evidence:
            if each.found:
                where.append(f"\n{each.sentence()}", style="red")
        table.add_row(Text(text(f"absence.state.{state}"), style=style), name, where)
    console.print(table)
