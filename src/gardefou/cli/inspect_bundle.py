"""`gardefou inspect`: the inspector's bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gardefou.cli.office import HomeOption, opened
from gardefou.governance.bundle import write_bundle
from gardefou.i18n import text


def inspect(
    home: HomeOption,
    out: Annotated[Path, typer.Option(metavar="FILE", help=text("inspection.command.out"))],
    by: Annotated[str, typer.Option(metavar="NAME", help=text("inspection.command.by"))],
) -> None:
    """Write the bundle and say the hash of its list."""
    with opened(home) as office:
        bundle = write_bundle(office, out, by)
    typer.echo(
        text(
            "inspection.command.done", path=bundle.path, count=bundle.count, sha=bundle.list_sha256
        )
    )
    typer.echo(text("inspection.command.verify", path=bundle.path))
