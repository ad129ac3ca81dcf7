"""`gardefou keys`: close a home folder's keys, so that the disk alone opens nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from gardefou.cli.mandate import actor, home_of
from gardefou.errors import KeysError, UsageError
from gardefou.evidence.key_custody import close_keys, custody, hold_to_one
from gardefou.evidence.key_lock import (
    CREDENTIAL,
    SHORTEST,
    VARIABLE,
    From,
    Secret,
    asked_file,
    hold_to_length,
    opened,
    opening_secret,
)
from gardefou.evidence.keys import keys_folder
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import Journal
from gardefou.i18n import text

app = typer.Typer(
    help=text("log.keys_command.about"), no_args_is_help=True, rich_markup_mode="markdown"
)

HomeFolder = Annotated[
    Path, typer.Option("--home", metavar="DIR", help=text("log.keys_command.home"))
]


@app.command("close", help=text("log.keys_command.close"))
def close(
    home: HomeFolder,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help=text("mandate.command.by"))
    ] = None,
) -> None:
    """Close the keys that stand open; the journal says so first."""
    folder = home_of(home)
    place = keys_folder(folder.folder)
    names = custody(folder.folder).open
    if not names:
        typer.echo(text("log.keys_command.nothing", path=place))
        return
    secret = opening_secret(place) or Secret(_asked(confirm=True), From.ASKED)
    if secret.place is not None:
        hold_to_length(secret)
    elif secret.length < SHORTEST:
        raise UsageError("log.keys_command.short", least=SHORTEST)
    hold_to_one(folder.folder, secret)  # Before it is journalled that they are closed.
    details = {"step": "keys_closed", "keys": list(names)}
    Journal(folder.journal).append(
        Entry(actor(by), Operation.CONFIGURATION, "keys", details=details)
    )
    done = close_keys(folder.folder, secret)
    typer.echo(text("log.keys_command.closed", names=", ".join(done), path=place))
    if secret.source is From.ASKED:
        hint = text("log.keys_command.start", home=home, credential=CREDENTIAL, variable=VARIABLE)
        typer.echo(hint)


@app.command("open", help=text("log.keys_command.open"))
def open_(home: HomeFolder) -> None:
    """Ask for the secret and leave it in memory until the machine is switched off."""
    kept = custody(home_of(home).folder)
    folder, shut = kept.folder, kept.closed
    place = asked_file(folder)
    if place is None:
        raise UsageError("log.keys_command.no_memory", credential=CREDENTIAL, variable=VARIABLE)
    if not shut:
        raise UsageError("log.keys_command.none_closed", path=folder, home=home)
    secret = Secret(_asked(confirm=False), From.ASKED)
    for name in shut:
        opened((folder / name).read_bytes(), folder / name, secret)
    try:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secret.content)
    except OSError as error:
        reason = error.strerror or error
        raise KeysError("log.keys.no_secret", path=place, reason=reason) from error
    typer.echo(text("log.keys_command.opened", path=place))


def _asked(confirm: bool) -> bytes:
    question = text("log.keys_command.question")
    answer: str = typer.prompt(question, hide_input=True, confirmation_prompt=confirm)
    return answer.encode()
