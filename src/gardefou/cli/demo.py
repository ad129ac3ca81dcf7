"""`gardefou demo`: the engine over the demo clip, nothing to prepare."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gardefou.cli.analyse import assign, run_and_show
from gardefou.cli.models import ConsoleReporter
from gardefou.evaluation.analyse import AnalysisRequest
from gardefou.i18n import text
from gardefou.perception.install import Installer
from gardefou.site.check import load_site

DEMO_SITE = Path(__file__).with_name("demo_site.yaml")
"""The site document of the demo; `examples/sites/pets-lawn.yaml` is the same file."""


def demo(
    out: Annotated[Path | None, typer.Option(metavar="DIR", help=text("cli.demo.out"))] = None,
) -> None:
    """Install what is missing, then analyse the demo clip with its lawn as a closed zone."""
    with ConsoleReporter() as reporter:
        installer = Installer(reporter)
        installer.install()
        clip = installer.clip("vtest")
    Console(highlight=False, soft_wrap=True).print(text("cli.demo.title"), markup=False)
    folder = out or Path("demo-output", f"{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    request = AnalysisRequest(
        assignments=assign([clip], load_site(DEMO_SITE), DEMO_SITE, None, everything=False),
        out=folder,
        reason=text("analysis.default_reason"),
        site=DEMO_SITE,
    )
    run_and_show(request)
