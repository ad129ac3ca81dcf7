"""`gardefou demo`: the demo clip played as if live, with the desk in a browser."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gardefou.cli.models import ConsoleReporter
from gardefou.cli.serve import ServeSettings, serve
from gardefou.i18n import text
from gardefou.perception.install import Installer
from gardefou.perception.store import data_dir
from gardefou.runtime.home import Home
from gardefou.site.check import load_site
from gardefou.site.document import Site
from gardefou.site.source import Source
from gardefou.storage.records import Mode

DEMO_SITE = Path(__file__).with_name("demo_site.yaml")
"""The site document of the demo; `examples/sites/pets-lawn.yaml` is the same file."""


def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help=text("cli.run.port"))] = 8765,
    home: Annotated[
        Path | None, typer.Option("--home", metavar="DIR", help=text("cli.demo.home"))
    ] = None,
    browser: Annotated[bool, typer.Option(help=text("cli.demo.browser"))] = True,
    guided: Annotated[bool, typer.Option("--guided", help=text("workshop.command.demo"))] = False,
) -> None:
    """Install what is missing, then play the demo clip in a loop as if it were live."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    with ConsoleReporter() as reporter:
        installer = Installer(reporter)
        installer.install()
        clip = installer.clip("vtest")
    Console(highlight=False, soft_wrap=True).print(text("cli.demo.title"), markup=False)
    place = Home(home or data_dir() / ("guided-demo" if guided else "demo"))
    serve(
        ServeSettings(
            home=place,
            site=_site_at(place, clip, guided),
            clips=(clip.absolute(),),
            mode=Mode.EVALUATION,
            reason=text("analysis.default_reason"),
            port=port,
            open_browser=browser,
        )
    )


def _site_at(home: Home, clip: Path, guided: bool) -> Site | None:
    """What the workshop made of the demo's site, else the site as it ships; guided: none yet."""
    if not home.site.is_file():
        return None if guided else demo_site(clip)
    site = load_site(home.site)
    source = Source(str(clip.absolute()))
    cameras = tuple(each.model_copy(update={"source": source}) for each in site.cameras)
    return site.model_copy(update={"cameras": cameras})


def demo_site(clip: Path) -> Site:
    """The demo's site, its one camera playing a clip."""
    site = load_site(DEMO_SITE)
    camera = site.cameras[0].model_copy(update={"source": Source(str(clip.absolute()))})
    return site.model_copy(update={"cameras": (camera,)})
