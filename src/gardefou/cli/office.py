"""What the verbs of accountability share: a home folder opened, times read, JSON written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from gardefou.errors import UsageError
from gardefou.governance.facts import Office
from gardefou.i18n import text
from gardefou.runtime.closing import close_idle
from gardefou.runtime.home import Home
from gardefou.storage.store import Store

HomeOption = Annotated[
    Path, typer.Option("--home", metavar="DIR", help=text("register.command.home"))
]


@contextmanager
def opened(home: Path) -> Iterator[Office]:
    """The office of a home folder, what is over in it closed; raises `UsageError` for no home."""
    folder = Home(home)
    if not folder.site.is_file():
        raise UsageError("register.command.no_home", home=home)
    with Store.open(folder.database) as store:
        office = Office.at(home, store)
        close_idle(folder, office)
        yield office


def close_what_is_over(folder: Home) -> None:
    """Certify mandates that ended while nothing ran, in a home folder that was used before."""
    if folder.site.is_file() and folder.database.is_file():
        with opened(folder.folder):
            pass


def local_time(value: str, timezone: str) -> float:
    """A time as a person writes it, local where it names no zone, as UTC seconds.

    Raises `UsageError`.
    """
    try:
        time = datetime.fromisoformat(value)
    except ValueError as error:
        raise UsageError("rights.bad_time", value=value) from error
    if len(value) <= len("2026-07-14"):
        raise UsageError("rights.bad_time", value=value)
    return (time if time.tzinfo else time.replace(tzinfo=ZoneInfo(timezone))).timestamp()


def say_json(value: object) -> None:
    """Print JSON that people can read."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
