"""`gardefou journal`: verify and show the journal."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gardefou.errors import JournalError, UsageError
from gardefou.governance.chain import Breach
from gardefou.governance.entry import Line, Link
from gardefou.governance.journal import FILE_NAME, Journal
from gardefou.i18n import text

app = typer.Typer(
    help=text("governance.command.about"), no_args_is_help=True, rich_markup_mode="markdown"
)

Home = Annotated[Path, typer.Option("--home", metavar="DIR", help=text("governance.command.home"))]
AsJson = Annotated[bool, typer.Option("--json", help=text("governance.command.json"))]


@app.command(help=text("governance.command.verify"))
def verify(
    home: Home,
    noted: Annotated[
        str | None, typer.Option(metavar="NUMBER:HASH", help=text("governance.command.noted"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether the journal is unchanged, or where it was changed; then exit status 1."""
    journal = _journal(home)
    found = journal.verify(_link(noted))
    if as_json:
        report = {
            "path": str(journal.path),
            "sound": found.sound,
            "entries": found.entries,
            "head": str(found.head),
            "torn_bytes": found.torn_bytes,
            "breach": None if found.breach is None else asdict(found.breach),
        }
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
    elif found.breach is not None:
        typer.echo(_explained(journal.path, found.breach), err=True)
    else:
        typer.echo(
            text(
                "governance.command.sound",
                path=journal.path,
                entries=found.entries,
                head=found.head,
            )
        )
    if found.torn_bytes and not as_json:
        typer.echo(
            text("governance.command.torn", path=journal.path, bytes=found.torn_bytes), err=True
        )
    if not found.sound:
        raise typer.Exit(1)


@app.command(help=text("governance.command.show"))
def show(
    home: Home,
    last: Annotated[
        int | None, typer.Option(min=1, metavar="N", help=text("governance.command.last"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print entries; with ``--json``, a line of JSON each."""
    entries: Iterable[Line] = _journal(home).entries()
    if last is not None:
        entries = deque(entries, maxlen=last)
    for entry in entries:
        typer.echo(entry.encode().decode().rstrip("\n") if as_json else _readable(entry))


def _journal(home: Path) -> Journal:
    if not home.is_dir():
        raise UsageError("governance.command.missing_home", home=home)
    path = home / FILE_NAME
    if not path.exists():
        raise JournalError("governance.command.no_journal", path=path)
    return Journal(path)


def _link(noted: str | None) -> Link | None:
    try:
        return None if noted is None else Link.parse(noted)
    except ValueError as error:
        raise UsageError("governance.command.bad_link", given=noted) from error


def _explained(path: Path, breach: Breach) -> str:
    return text(
        f"governance.breach.{breach.fault.value}",
        path=path,
        line=breach.line,
        offset=breach.offset,
        expected=breach.expected,
        found=breach.found,
    )


def _readable(entry: Line) -> str:
    details = json.dumps(entry.details, ensure_ascii=False) if entry.details else ""
    parts = (entry.ts, entry.actor, _operation(entry.operation), entry.object_ref, entry.motif)
    return "  ".join(_printable(str(part)) for part in (entry.seq, *parts, details) if part)


def _printable(given: str) -> str:
    """The text with what would steer a terminal or break the line written out."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in given)


def _operation(name: str) -> str:
    """The operation in the reader's language; one of a newer version by its own name."""
    try:
        return text(f"governance.operation.{name}")
    except KeyError:
        return name
