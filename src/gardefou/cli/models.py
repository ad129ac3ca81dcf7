"""`gardefou models`: install, list, add and verify networks."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, SpinnerColumn, TaskID, TextColumn
from rich.table import Table

from gardefou.cli.bar import StderrBar
from gardefou.errors import ModelError
from gardefou.i18n import text
from gardefou.perception.catalog import catalog
from gardefou.perception.install import Installer
from gardefou.perception.store import ModelStore

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")

Json = Annotated[bool, typer.Option("--json", help=text("perception.cli.json"))]


@dataclass(frozen=True, slots=True)
class _Row:
    """One model as `gardefou models list` shows it."""

    name: str
    adapter: str
    licence: str
    default: bool
    installed: bool
    purpose: str


class ConsoleReporter(StderrBar):
    """Shows an installation on stderr: a line for each step, a bar for what is being fetched."""

    def __init__(self) -> None:
        super().__init__(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
        )
        self._task: tuple[str, TaskID] | None = None

    def say(self, line: str) -> None:
        """One line for the log."""
        self._drop_bar()
        self._bar.console.print(line, markup=False, soft_wrap=True)

    def progress(self, label: str, done: int, total: int | None) -> None:
        """``done`` of ``total`` bytes have arrived; None when the total is unknown."""
        if self._task is None or self._task[0] != label:
            self._drop_bar()
            self._task = (label, self._bar.add_task(label, total=total))
        self._bar.update(self._task[1], completed=done)

    def _drop_bar(self) -> None:
        if self._task is not None:
            self._bar.remove_task(self._task[1])
            self._task = None


@app.command(help=text("perception.cli.install.help"))
def install(
    names: Annotated[
        list[str] | None, typer.Argument(help=text("perception.cli.install.names"))
    ] = None,
) -> None:
    """Fetch, check and convert the catalogue's models."""
    with ConsoleReporter() as reporter:
        Installer(reporter).install(names or ())


@app.command("list", help=text("perception.cli.list.help"))
def list_(as_json: Json = False) -> None:
    """Show the catalogue and what is installed."""
    rows = _rows()
    if as_json:
        typer.echo(
            json.dumps({"models": [asdict(row) for row in rows]}, ensure_ascii=False, indent=2)
        )
        return
    table = Table()
    for column in ("name", "adapter", "licence", "installed", "purpose"):
        table.add_column(text(f"perception.cli.column.{column}"))
    for row in rows:
        installed = text("perception.cli.yes") if row.installed else text("perception.cli.no")
        table.add_row(row.name, row.adapter, row.licence, installed, row.purpose)
    Console().print(table)


@app.command(help=text("perception.cli.add.help"))
def add(
    file: Annotated[Path, typer.Argument(help=text("perception.cli.add.file"))],
    adapter: Annotated[str, typer.Option(help=text("perception.cli.add.adapter"))],
    name: Annotated[str | None, typer.Option(help=text("perception.cli.add.name"))] = None,
    licence: Annotated[str | None, typer.Option(help=text("perception.cli.add.licence"))] = None,
) -> None:
    """Register a model of one's own."""
    with ConsoleReporter() as reporter:
        installer = Installer(reporter)
        added = installer.add(file, adapter, name=name, licence=licence)
        folder = installer.store.path(added.name)
        reporter.say(text("perception.install.done", name=added.name, folder=folder))


@app.command(help=text("perception.cli.verify.help"))
def verify(as_json: Json = False) -> None:
    """Check every installed file, and that the default models are there."""
    store = ModelStore()
    expected = {name for name, model in catalog().models.items() if model.default}
    problems = {name: _problem(store, name) for name in sorted(expected | store.models().keys())}
    if as_json:
        report = [{"name": n, "ok": p is None, "problem": p} for n, p in problems.items()]
        typer.echo(json.dumps({"models": report}, ensure_ascii=False, indent=2))
    else:
        for name, problem in problems.items():
            typer.echo(problem or text("perception.cli.verify.ok", name=name))
    if any(problem is not None for problem in problems.values()):
        raise typer.Exit(1)


def _problem(store: ModelStore, name: str) -> str | None:
    try:
        store.verify(name)
    except ModelError as error:
        return str(error)
    return None


def _rows() -> list[_Row]:
    """One row a model, the catalogue's first, then those the user added."""
    installed = ModelStore().models()
    known = catalog().models
    rows = [
        _Row(
            name=name,
            adapter=model.adapter,
            licence=model.licence,
            default=model.default,
            installed=name in installed,
            purpose=text(f"perception.purpose.{name}"),
        )
        for name, model in known.items()
    ]
    rows += [
        _Row(
            name=name,
            adapter=model.adapter,
            licence=model.licence,
            default=False,
            installed=True,
            purpose=text("perception.purpose.added", origin=model.origin),
        )
        for name, model in installed.items()
        if name not in known
    ]
    return rows
