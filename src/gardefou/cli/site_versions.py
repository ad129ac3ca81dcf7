"""`gardefou site apply` and `versions`: a document becomes the site of a home folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gardefou.cli.mandate import actor, home_of
from gardefou.errors import UsageError
from gardefou.governance.journal import Journal
from gardefou.governance.site_book import SiteBook, SiteVersion
from gardefou.i18n import text
from gardefou.site.check import load_site

HomeFolder = Annotated[
    Path, typer.Option("--home", metavar="DIR", help=text("mandate.command.home"))
]


def apply(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=text("site.command.file"))],
    home: HomeFolder,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help=text("mandate.command.reason"))
    ] = "",
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help=text("mandate.command.by"))
    ] = None,
) -> None:
    """Check a document and make it the site: journalled, with its difference, and a way back."""
    folder = home_of(home)
    site = load_site(file)
    book = SiteBook(folder.site, Journal(folder.journal))
    before = book.noticed()
    version = book.apply(site, actor(by), reason, text=file.read_text(encoding="utf-8-sig"))
    if before is not None and version.number == before.number:
        typer.echo(text("workshop.command.same", number=version.number))
        return
    for place in version.changes:
        typer.echo(place)
    typer.echo(text("workshop.command.applied", number=version.number, path=folder.site))


def versions(
    home: HomeFolder,
    show: Annotated[
        int | None, typer.Option("--show", metavar="N", help=text("workshop.command.show"))
    ] = None,
    back: Annotated[
        int | None, typer.Option("--back", metavar="N", help=text("workshop.command.back"))
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help=text("mandate.command.reason"))
    ] = "",
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help=text("mandate.command.by"))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=text("workshop.command.json"))] = False,
) -> None:
    """List the versions of a site, show what one changed, or go back to one."""
    folder = home_of(home)
    book = SiteBook(folder.site, Journal(folder.journal))
    book.noticed()
    if show is not None:
        typer.echo(book.difference(_found(book, show)))
    elif back is not None:
        made = book.apply(_found(book, back).site, actor(by), reason)
        typer.echo(text("workshop.command.applied", number=made.number, path=folder.site))
    elif as_json:
        found = [_as_json(each) for each in book.versions()]
        typer.echo(json.dumps({"versions": found}, ensure_ascii=False, indent=2))
    else:
        for each in book.versions():
            typer.echo(_line(each))


def _found(book: SiteBook, number: int) -> SiteVersion:
    found = book.version(number) if number > 0 else None
    if found is None:
        raise UsageError("workshop.refused.no_version", number=number)
    return found


def _as_json(version: SiteVersion) -> dict[str, object]:
    return version.model_dump(mode="json", exclude={"document"})


def _line(version: SiteVersion) -> str:
    at = datetime.fromtimestamp(version.at, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return text(
        "workshop.command.line",
        number=version.number,
        at=at,
        actor=version.actor,
        motive=version.motive or "-",
        count=len(version.changes),
    )
