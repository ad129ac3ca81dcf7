"""`gardefou hold`: keep what a procedure claims from being destroyed."""

from __future__ import annotations

import getpass
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from uuid6 import uuid7

from gardefou.errors import UsageError
from gardefou.governance.canonical import Json
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import FILE_NAME, Journal
from gardefou.i18n import text
from gardefou.runtime.home import Home
from gardefou.storage.holds import Hold, check
from gardefou.storage.store import Store

app = typer.Typer(
    help=text("retention.hold.about"), no_args_is_help=True, rich_markup_mode="markdown"
)

HomeFolder = Annotated[
    Path, typer.Option("--home", metavar="DIR", help=text("retention.command.home"))
]


@app.command(help=text("retention.hold.place"))
def place(
    home: HomeFolder,
    reference: Annotated[str, typer.Option(metavar="TEXT", help=text("retention.hold.reference"))],
    alert: Annotated[
        UUID | None, typer.Option(metavar="ID", help=text("retention.hold.alert"))
    ] = None,
    camera: Annotated[
        str | None, typer.Option(metavar="ID", help=text("retention.hold.camera"))
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help=text("retention.hold.since"))
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help=text("retention.hold.until"))
    ] = None,
) -> None:
    """Keep an alert, or a camera's alerts of a time; the journal says so first."""
    hold = Hold(
        id=UUID(str(uuid7())),
        reference=reference,
        placed_by=_person(),
        placed_at=time.time(),
        alert_id=alert,
        camera_id=camera,
        since=_moment(since),
        until=_moment(until),
    )
    check(hold)
    with _opened(home) as (store, journal):
        if alert is not None:
            store.alert(alert)
        details: dict[str, Json] = {"step": "place", "hold": str(hold.id), "of": _of(hold)}
        journal.append(Entry(_person(), Operation.HOLD, f"hold:{hold.id}", reference, details))
        store.place_hold(hold)
    typer.echo(text("retention.hold.placed", id=hold.id))


@app.command(help=text("retention.hold.lift"))
def lift(
    hold_id: Annotated[UUID, typer.Argument(metavar="ID", help=text("retention.hold.id"))],
    home: HomeFolder,
) -> None:
    """End a hold; the journal says so first."""
    with _opened(home) as (store, journal):
        details: dict[str, Json] = {"step": "lift", "hold": str(hold_id)}
        journal.append(Entry(_person(), Operation.HOLD, f"hold:{hold_id}", details=details))
        lifted = store.lift_hold(hold_id, _person(), time.time())
    key = "retention.hold.lifted" if lifted else "retention.hold.already"
    typer.echo(text(key, id=hold_id))


@app.command("list", help=text("retention.hold.list"))
def list_holds(
    home: HomeFolder,
    every: Annotated[bool, typer.Option("--all", help=text("retention.hold.all"))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=text("retention.command.json"))] = False,
) -> None:
    """Show the holds."""
    with _opened(home) as (store, _):
        holds = store.holds(lasting=not every)
    if as_json:
        rows = [asdict(each) for each in holds]
        typer.echo(json.dumps({"holds": rows}, ensure_ascii=False, indent=2, default=str))
        return
    for each in holds:
        typer.echo(
            text(
                "retention.hold.row",
                id=each.id,
                reference=each.reference,
                object=_of(each),
                state=_state(each),
            )
        )


def _state(hold: Hold) -> str:
    placed = _shown(hold.placed_at)
    if hold.lifted_at is None:
        return text("retention.hold.lasts", at=placed, by=hold.placed_by)
    return text("retention.hold.ended", at=placed, until=_shown(hold.lifted_at), by=hold.lifted_by)


def _of(hold: Hold) -> str:
    if hold.alert_id is not None:
        return text("retention.hold.of_alert", alert=hold.alert_id)
    return text(
        "retention.hold.of_camera",
        camera=hold.camera_id,
        since=_shown(hold.since or 0.0),
        until=_shown(hold.until or 0.0),
    )


@contextmanager
def _opened(home: Path) -> Iterator[tuple[Store, Journal]]:
    database = Home(home).database
    if not database.is_file():
        raise UsageError("retention.command.no_store", path=database)
    with Store.open(database) as store:
        yield store, Journal(home / FILE_NAME)


def _moment(given: str | None) -> float | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError("retention.hold.no_time", given=given)
    return moment.timestamp()


def _shown(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def _person() -> str:
    return f"terminal:{getpass.getuser()}"
