"""`gardefou suspend` and `gardefou resume`: one press stops everything, two people go on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gardefou.cli.mandate import actor, entitled_actor, home_of
from gardefou.errors import StorageError, UsageError
from gardefou.governance.journal import Journal
from gardefou.governance.ledger import Origin
from gardefou.governance.roles import Action
from gardefou.governance.suspension import KillSwitch
from gardefou.i18n import text
from gardefou.runtime.home import Home

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
    journal = Journal(home_of(home).journal)
    KillSwitch(home, journal).suspend(_who(home, journal, by, Action.SUSPEND), origin, reason)
    typer.echo(text("mandate.command.suspended"))


def resume(home: HomeDir, reason: Why, by: By = None) -> None:
    """Propose to go on, or confirm what another person proposed."""
    journal = Journal(home_of(home).journal)
    switch = KillSwitch(home, journal)
    now = switch.standing()
    confirms = now is not None and now.proposed_by is not None
    needed = Action.CONFIRM_RESUMPTION if confirms else Action.PROPOSE_RESUMPTION
    done = switch.resume(_who(home, journal, by, needed), reason)
    typer.echo(text(f"mandate.resumed.{done.value}"))


def _who(home: Path, journal: Journal, by: str | None, action: Action) -> str:
    """Who acts; once there are accounts, one that may. Raises `AccountError`.

    Whoever says it stops everything also when the accounts cannot be read.
    """
    try:
        return entitled_actor(Home(home), journal, by, action)
    except StorageError:
        if action is not Action.SUSPEND:
            raise
    return actor(by)
