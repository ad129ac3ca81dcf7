"""`gardefou documents` and `gardefou dpia`: papers for authorities and the public."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gardefou.cli.office import HomeOption, opened
from gardefou.cli.register import Language
from gardefou.governance.documents import Desk, DocumentKind, issue, write
from gardefou.governance.entitled import accounts_of, people_with_access
from gardefou.i18n import text

app = typer.Typer(
    help=text("documents.command.about"), no_args_is_help=True, rich_markup_mode="markdown"
)
dpia_app = typer.Typer(
    help=text("documents.command.dpia_about"), no_args_is_help=True, rich_markup_mode="markdown"
)

Out = Annotated[Path, typer.Option(metavar="DIR", help=text("documents.command.out"))]
In = Annotated[Language, typer.Option(help=text("documents.command.language"))]


@app.callback()
@dpia_app.callback()
def _group() -> None:
    """Keep `export` a verb of its own."""


@app.command(help=text("documents.command.export"))
def export(
    kind: Annotated[
        DocumentKind, typer.Argument(metavar="KIND", help=text("documents.command.kind"))
    ],
    home: HomeOption,
    out: Out,
    language: In = Language.FR,
) -> None:
    """Write a paper into a folder, and say what is still to be written."""
    _export(kind, home, out, language)


@dpia_app.command("export", help=text("documents.command.dpia"))
def export_dpia(home: HomeOption, out: Out, language: In = Language.FR) -> None:
    """Write the impact assessment."""
    _export(DocumentKind.DPIA, home, out, language)


def _export(kind: DocumentKind, home: Path, out: Path, language: Language) -> None:
    with opened(home) as office:
        with accounts_of(home, office.journal) as accounts:
            people = () if accounts is None else people_with_access(accounts)
        desk = Desk(office, office.facts(), language.value, people)
        document = issue(kind, desk)
    written = write(document, out)
    for path in written:
        typer.echo(text("documents.command.written", path=path))
    if document.missing:
        missing = ", ".join(document.missing)
        typer.echo(text("documents.command.missing", missing=missing), err=True)
