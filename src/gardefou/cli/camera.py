"""`gardefou camera`: approve the view of a camera that blocked itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gardefou.cli.mandate import entitled_actor, home_of
from gardefou.errors import OutputError, UsageError
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import Journal
from gardefou.governance.roles import Action
from gardefou.i18n import text
from gardefou.runtime.view_guard import approve_view
from gardefou.site.check import load_site

app = typer.Typer(
    help=text("mandate.command.camera"), no_args_is_help=True, rich_markup_mode="markdown"
)


@app.callback()
def _group() -> None:
    """Verbs about one camera."""


@app.command(help=text("mandate.command.approve"))
def approve(
    camera_id: Annotated[
        str, typer.Argument(metavar="CAMERA", help=text("mandate.command.camera_id"))
    ],
    home: Annotated[Path, typer.Option("--home", metavar="DIR", help=text("mandate.command.home"))],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help=text("mandate.command.reason"))
    ],
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help=text("mandate.command.by"))
    ] = None,
) -> None:
    """Say, in the journal first, that somebody looked and the view and its masks are right."""
    folder = home_of(home)
    if load_site(folder.site).camera(camera_id) is None:
        raise UsageError("mandate.command.no_camera", camera=camera_id, path=folder.site)
    details = {"step": "approved"}
    journal = Journal(folder.journal)
    who = entitled_actor(folder, journal, by, Action.APPROVE_CAMERA)
    entry = Entry(who, Operation.CAMERA_MOVED, f"camera:{camera_id}", reason, details)
    journal.append(entry)
    try:
        approve_view(folder.views, camera_id)
    except OSError as error:
        raise OutputError("mandate.unwritable", path=folder.views, reason=error.strerror) from error
    typer.echo(text("mandate.command.approved", camera=camera_id))
