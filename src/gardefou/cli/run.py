"""`gardefou init` and `gardefou run`: a home folder, and the system that lives in it."""

from __future__ import annotations

import logging
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gardefou.cli.office import close_what_is_over
from gardefou.cli.serve import ServeSettings, serve
from gardefou.errors import OutputError, UsageError
from gardefou.governance.journal import Journal
from gardefou.governance.rehearsal import RehearsalBudget
from gardefou.governance.suspension import KillSwitch
from gardefou.governance.warrant import MandateWarrant, Place, warrant_for
from gardefou.i18n import text
from gardefou.runtime.home import Home
from gardefou.site.check import load_site
from gardefou.site.document import Site
from gardefou.site.source import SourceKind
from gardefou.storage.records import Mode
from gardefou.web.tls import is_loopback, tls_of


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=text("cli.init.folder"))],
    guided: Annotated[bool, typer.Option("--guided", help=text("workshop.command.guided"))] = False,
) -> None:
    """Make a home folder with a site document to edit, or one for the page to make it."""
    home = Home(folder)
    if home.site.exists():
        raise UsageError("cli.init.exists", path=home.site)
    home.prepare()
    if guided:
        Console(highlight=False, soft_wrap=True).print(
            text("workshop.command.guided_done", folder=folder), markup=False
        )
        return
    template = files("gardefou.cli").joinpath("new_site.yaml").read_text(encoding="utf-8")
    try:
        with home.site.open("x", encoding="utf-8") as file:
            file.write(template)
    except OSError as error:
        raise OutputError("runtime.home_unusable", folder=folder, reason=error.strerror) from error
    Console(highlight=False, soft_wrap=True).print(
        text("cli.init.done", path=home.site, folder=folder), markup=False
    )


def run(
    home: Annotated[Path, typer.Option("--home", metavar="DIR", help=text("cli.run.home"))],
    mode: Annotated[Mode, typer.Option(help=text("cli.run.mode"))] = Mode.REHEARSAL,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help=text("cli.run.reason"))] = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help=text("cli.run.host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help=text("cli.run.port"))] = 8765,
    tls_cert: Annotated[
        Path | None, typer.Option(metavar="FILE", help=text("accounts.tls.cert"))
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help=text("accounts.tls.key"))
    ] = None,
    client_ca: Annotated[
        Path | None, typer.Option(metavar="FILE", help=text("accounts.tls.client_ca"))
    ] = None,
) -> None:
    """Run the cameras of a home folder until Ctrl-C."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("gardefou").setLevel(logging.INFO)
    if mode is Mode.EVALUATION:
        raise UsageError("cli.run.evaluation")
    if mode is Mode.REHEARSAL and not (reason or "").strip():
        raise UsageError("cli.run.no_reason")
    tls = tls_of(tls_cert, tls_key, client_ca)
    if tls is None and not is_loopback(host):
        raise UsageError("accounts.tls.needed", host=host)
    folder = Home(home)
    site = _site_of(folder, mode)
    settings = ServeSettings(folder, site, mode, (reason or "").strip(), host, port, tls=tls)
    if mode is Mode.OPERATIONAL:
        close_what_is_over(folder)
    if mode is Mode.OPERATIONAL and site is not None:
        settings = replace(settings, warrant=_warrant(folder, site))
    elif site is not None:
        cameras = [camera.id for camera in site.cameras]
        RehearsalBudget(Journal(folder.journal), cameras).refuse_if_used_up()
    serve(settings)


def _site_of(home: Home, mode: Mode) -> Site | None:
    """The site to run; None where the workshop is to make one, in a home that was made for it."""
    if not home.site.is_file():
        if mode is Mode.REHEARSAL and home.spool.is_dir():
            return None
        raise UsageError("cli.run.no_site", path=home.site, folder=home.folder)
    site = load_site(home.site)
    refuse_what_is_not_live(site, home.site)
    return site


def _warrant(home: Home, site: Site) -> MandateWarrant:
    """The mandate to run under; raises `MandateError` with all that is missing."""
    journal = Journal(home.journal)
    switch = KillSwitch(home.folder, journal)
    return warrant_for(Place(home.folder, site, home.site, journal), switch)


def refuse_what_is_not_live(site: Site, path: Path) -> None:
    """Raise `UsageError` for a camera without a stream, or whose source is a file."""
    for camera in site.cameras:
        if camera.source is None:
            raise UsageError("cli.run.no_source", path=path, camera=camera.id)
        if camera.source.kind is SourceKind.FILE:
            raise UsageError("cli.run.file_source", path=path, camera=camera.id)
