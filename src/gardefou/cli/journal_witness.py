"""`gardefou journal witness`: choose witnesses, be one, take back what they cosigned."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from gardefou.errors import JournalError, UsageError
from gardefou.governance.checkpoint import SignedCheckpoint
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import FILE_NAME, Journal
from gardefou.governance.note import VerifierKey
from gardefou.governance.transparency import (
    CheckpointStore,
    add_witness,
    log_public_key,
    witnesses,
)
from gardefou.governance.witness import Witness
from gardefou.i18n import text

app = typer.Typer(
    help=text("log.command.witness"), no_args_is_help=True, rich_markup_mode="markdown"
)

Home = Annotated[Path, typer.Option("--home", metavar="DIR", help=text("governance.command.home"))]


@app.command(help=text("log.command.witness_add"))
def add(
    key: Annotated[str, typer.Argument(metavar="KEY", help=text("log.command.witness_key"))],
    home: Home,
) -> None:
    """Trust a witness from now on; the journal says so first."""
    if not home.is_dir():
        raise UsageError("governance.command.missing_home", home=home)
    chosen = _key(key)
    actor = f"terminal:{getpass.getuser()}"
    Journal(home / FILE_NAME).append(
        Entry(actor, Operation.WITNESS, chosen.name, details={"step": "add", "key": str(chosen)})
    )
    add_witness(home, chosen)
    typer.echo(text("log.witness.added", name=chosen.name))


@app.command(help=text("log.command.witness_cosign"))
def cosign(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=text("log.command.request"))],
    log: Annotated[str, typer.Option(metavar="KEY", help=text("log.command.log_key"))],
    keys: Annotated[Path, typer.Option(metavar="DIR", help=text("log.command.witness_dir"))],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help=text("log.command.witness_name"))
    ] = None,
) -> None:
    """Cosign another one's checkpoint that continues the last one seen, and print it."""
    witness = Witness(keys, name)
    try:
        given = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError("log.checkpoint.unreadable", path=file) from error
    cosigned = witness.cosign(given, _key(log))
    typer.echo(str(cosigned), nl=False)
    typer.echo(text("log.witness.public", key=witness.public), err=True)


@app.command(help=text("log.command.witness_receive"))
def receive(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=text("log.command.cosigned"))],
    home: Home,
) -> None:
    """Keep the cosignatures of our own witnesses with the checkpoint they are of."""
    try:
        signed = SignedCheckpoint.parse(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError("log.checkpoint.unreadable", path=file) from error
    key = log_public_key(home)
    store = CheckpointStore(home)
    known = store.of_size(signed.checkpoint.size)
    if key is None or not signed.is_signed_by(key) or known is None:
        raise JournalError("log.checkpoint.foreign", path=file, vkey=key or "")
    ours = signed.witnessed_by(witnesses(home))
    if not ours:
        raise JournalError("log.witness.nobody", path=file)
    kept = [
        each
        for each in signed.note.signatures
        if any(witness.signed(signed.note.text, each) for witness in witnesses(home))
    ]
    store.put(SignedCheckpoint(signed.checkpoint, known.note).with_signatures(kept))
    for name in ours:
        typer.echo(text("log.verify.witnessed", name=name, size=signed.checkpoint.size))


def _key(given: str) -> VerifierKey:
    """A public key, or a file that holds one."""
    path = Path(given)
    try:
        return VerifierKey.parse(path.read_text(encoding="utf-8") if path.is_file() else given)
    except (OSError, ValueError) as error:
        raise UsageError("log.witness.no_key", given=given) from error
