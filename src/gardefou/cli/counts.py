"""`gardefou counts`: passages across lines, by quarter of an hour."""

from __future__ import annotations

import getpass
import math
from pathlib import Path
from typing import Annotated

import typer

from gardefou.cli.office import local_time, say_json
from gardefou.errors import UsageError
from gardefou.governance.journal import FILE_NAME, Journal
from gardefou.governance.line_statistics import CountsQuestion, as_csv, as_json, ask
from gardefou.i18n import text
from gardefou.runtime.home import Home
from gardefou.site.check import load_site
from gardefou.storage.store import Store


def counts(
    home: Annotated[Path, typer.Option("--home", metavar="DIR", help=text("counts.command.home"))],
    camera: Annotated[
        str | None, typer.Option(metavar="ID", help=text("counts.command.camera"))
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help=text("counts.command.since"))
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help=text("counts.command.until"))
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=text("counts.command.json"))] = False,
) -> None:
    """Print the counts as CSV or JSON, after the journal says that somebody asked."""
    folder = Home(home)
    if not folder.database.is_file():
        raise UsageError("retention.command.no_store", path=folder.database)
    site = load_site(folder.site)
    if camera is not None and site.camera(camera) is None:
        raise UsageError("counts.no_camera", camera=camera)
    question = CountsQuestion(
        camera,
        -math.inf if since is None else local_time(since, site.timezone),
        math.inf if until is None else local_time(until, site.timezone),
    )
    with Store.open(folder.database) as store:
        actor = f"terminal:{getpass.getuser()}"
        rows = ask(question, store, Journal(home / FILE_NAME), actor)
    if json:
        say_json(as_json(rows))
    else:
        typer.echo(as_csv(rows), nl=False)
