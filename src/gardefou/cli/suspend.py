"""`gardefou suspend` and `gardefou resume`: one press stops everything, two people go on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gardefou.cli.mandate import actor, home_of
from gardefou.errors import UsageError
from gardefou.governance.journal import Journal
from gardefou.governance.ledger import Origin
from gardefou.governance.suspension import KillSwitch
from gardefou.i18n import text

HomeDir = Annotated[Path, typer.Option("--home", metavar="DIR", help=text("mandate.command.home"))]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help=text("mandate.command.by"))]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help=text("mandate.command.reason"))]


def suspend(
    home: HomeDir,
    reason: Why = "",
    origin: Annotated[Origin, typer.Option(help=text("mandate.command.origin"))] = Origin.OPERATOR,
    by: By = None,
) -> None:
    """Stop everything that runs in a home folder, within a second."""
    if origin is Origin.CLOCK:
        raise UsageError("mandate.suspension.no_clock")
    KillSwitch(home, Journal(home_of(home).journal)).suspend(actor(by), origin, reason)
    typer.echo(text("mandate.command.suspended"))


def resume(home: HomeDir, reason: Why, by: By = None) -> None:
    """Propose to go on, or confirm what another person proposed."""
    done = KillSwitch(home, Journal(home_of(home).journal)).resume(actor(by), reason)
    typer.echo(text(f"mandate.resumed.{done.value}"))
