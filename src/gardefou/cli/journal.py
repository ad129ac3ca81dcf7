"""`gardefou journal`: verify, show, sign, prove and export the journal."""

from __future__ import annotations

import base64
import binascii
import getpass
import json
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gardefou.cli.journal_witness import app as witness_app
from gardefou.errors import JournalError, OutputError, UsageError
from gardefou.governance.chain import Breach
from gardefou.governance.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    inclusion_proof,
    witness_request,
)
from gardefou.governance.entry import Entry, Line, Link, Operation
from gardefou.governance.journal import FILE_NAME, Journal
from gardefou.governance.log_export import export_log
from gardefou.governance.merkle import MerkleTree, PrunedError
from gardefou.governance.paper import as_svg, as_text
from gardefou.governance.purpose import Purpose
from gardefou.governance.transparency import (
    Audit,
    Checkpointer,
    CheckpointStore,
    audit,
    is_true,
    log_public_key,
    size_of_root,
)
from gardefou.i18n import text

app = typer.Typer(
    help=text("governance.command.about"), no_args_is_help=True, rich_markup_mode="markdown"
)
app.add_typer(witness_app, name="witness", help=text("log.command.witness"))

Home = Annotated[Path, typer.Option("--home", metavar="DIR", help=text("governance.command.home"))]
AsJson = Annotated[bool, typer.Option("--json", help=text("governance.command.json"))]
Reason = Annotated[Purpose, typer.Option(help=text("log.command.reason"))]


@app.command(help=text("governance.command.verify"))
def verify(
    home: Home,
    noted: Annotated[
        str | None, typer.Option(metavar="NUMBER:HASH", help=text("governance.command.noted"))
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(metavar="FILE", help=text("log.command.noted_checkpoint"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether the journal is unchanged, or where it was changed; then exit status 1."""
    journal = _journal(home)
    points = [] if checkpoint is None else [_noted(checkpoint, home)]
    found = audit(home, _link(noted), points)
    if as_json:
        typer.echo(json.dumps(_as_json(journal.path, found), ensure_ascii=False, indent=2))
    else:
        _say(journal.path, found)
    if not found.sound:
        raise typer.Exit(1)


@app.command(help=text("governance.command.show"))
def show(
    home: Home,
    reason: Reason,
    last: Annotated[
        int | None, typer.Option(min=1, metavar="N", help=text("governance.command.last"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print entries, after the journal says that somebody looks; with ``--json``, a line each."""
    journal = _journal(home)
    before = journal.append(
        Entry(person(), Operation.CONSULTATION, journal.path.name, reason.value)
    )
    entries: Iterable[Line] = (each for each in journal.entries() if each.seq < before.seq)
    if last is not None:
        entries = deque(entries, maxlen=last)
    for entry in entries:
        typer.echo(entry.encode().decode().rstrip("\n") if as_json else _readable(entry))


@app.command(help=text("log.command.checkpoint"))
def checkpoint(
    home: Home,
    origin: Annotated[
        str | None, typer.Option(metavar="NAME", help=text("log.command.origin"))
    ] = None,
    on_paper: Annotated[bool, typer.Option("--print", help=text("log.command.print"))] = False,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help=text("log.command.svg"))] = None,
) -> None:
    """Sign the journal as it is now, and print the note."""
    signed = Checkpointer(_journal(home), home).make(origin)
    if not on_paper:
        typer.echo(str(signed), nl=False)
    else:
        point = signed.checkpoint
        typer.echo(text("log.paper.title", origin=point.origin, size=point.size))
        typer.echo(f"\n{signed}\n{as_text(signed)}\n")
        typer.echo(text("log.paper.key", key=log_public_key(home)))
        typer.echo(text("log.paper.use"))
    if svg is not None:
        try:
            svg.write_text(as_svg(signed), encoding="utf-8")
        except OSError as error:
            reason = error.strerror or error
            raise OutputError("log.export.unwritable", path=svg, reason=reason) from error


@app.command(help=text("log.command.proof"))
def proof(
    home: Home,
    old: Annotated[
        str | None, typer.Option("--from", metavar="ROOT", help=text("log.command.from"))
    ] = None,
    entry: Annotated[
        int | None, typer.Option(min=1, metavar="NUMBER", help=text("log.command.entry"))
    ] = None,
    for_witness: Annotated[
        bool, typer.Option("--for-witness", help=text("log.command.for_witness"))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Prove that the newest checkpoint continues an older root, or holds an entry."""
    if (old is None) == (entry is None) or (for_witness and old is None):
        raise UsageError("log.command.one_proof")
    journal = _journal(home)
    newest = CheckpointStore(home).latest()
    if newest is None:
        raise JournalError("log.checkpoint.none", home=home)
    tree = journal.tree()
    if not is_true(newest.checkpoint, tree):
        size = newest.checkpoint.size
        raise JournalError("log.checkpoint.untrue", size=size, path=journal.path)
    try:
        if entry is not None:
            _prove_entry(entry, tree, newest, as_json)
        else:
            _prove_root(_size(str(old), home, journal), tree, newest, for_witness, as_json)
    except PrunedError as error:
        raise JournalError("log.proof.pruned", path=journal.path) from error


@app.command(help=text("log.command.export"))
def export(
    home: Home,
    out: Annotated[Path, typer.Option(metavar="PATH", help=text("log.command.out"))],
    reason: Reason,
    recipient: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help=text("log.command.recipient"))
    ] = None,
) -> None:
    """Write the journal with all that is needed to verify it, after the journal says so."""
    journal = _journal(home)
    journal.append(
        Entry(
            person(),
            Operation.EXPORT,
            journal.path.name,
            reason.value,
            {"to": out.name},
            recipients=recipient or (),
        )
    )
    Checkpointer(journal, home).make()
    count = export_log(home, journal, out)
    typer.echo(text("log.export.done", path=out, checkpoints=count))


def person() -> str:
    """Who uses this terminal, as the journal names them."""
    return f"terminal:{getpass.getuser()}"


def _journal(home: Path) -> Journal:
    if not home.is_dir():
        raise UsageError("governance.command.missing_home", home=home)
    path = home / FILE_NAME
    if not path.exists():
        raise JournalError("governance.command.no_journal", path=path)
    return Journal(path)


def _link(noted: str | None) -> Link | None:
    try:
        return None if noted is None else Link.parse(noted)
    except ValueError as error:
        raise UsageError("governance.command.bad_link", given=noted) from error


def _noted(path: Path, home: Path) -> Checkpoint:
    """A checkpoint that somebody kept, once the log's key is seen to have signed it."""
    try:
        signed = SignedCheckpoint.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError("log.checkpoint.unreadable", path=path) from error
    key = log_public_key(home)
    if key is None or not signed.is_signed_by(key):
        raise JournalError("log.checkpoint.foreign", path=path, vkey=key or "")
    return signed.checkpoint


def _size(given: str, home: Path, journal: Journal) -> int:
    """The size of the tree that ``--from`` means: a size, a checkpoint's file, or a root."""
    if given.isascii() and given.isdigit() and len(given) < 20:
        return int(given)
    if Path(given).is_file():
        return _noted(Path(given), home).size
    try:
        root = bytes.fromhex(given) if len(given) == 64 else base64.b64decode(given, validate=True)
    except (ValueError, binascii.Error) as error:
        raise UsageError("log.proof.no_root", given=given) from error
    known = (each.checkpoint for each in CheckpointStore(home).readable())
    size = size_of_root(root, journal, known)
    if size is None:
        raise JournalError("log.proof.unknown_root", given=given, path=journal.path)
    return size


def _prove_root(
    old: int, tree: MerkleTree, newest: SignedCheckpoint, for_witness: bool, as_json: bool
) -> None:
    new = newest.checkpoint.size
    if old > new:
        raise UsageError("log.proof.too_new", old=old, size=new)
    path = tree.consistency(old, new)
    if for_witness:
        typer.echo(witness_request(old, path, newest), nl=False)
        return
    hashes = [base64.b64encode(each).decode() for each in path]
    before, after = (base64.b64encode(tree.root(size)).decode() for size in (old, new))
    if as_json:
        report = {
            "from": {"size": old, "root": before},
            "to": {"size": new, "root": after},
            "proof": hashes,
            "checkpoint": str(newest),
        }
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    typer.echo(text("log.proof.holds", old=old, before=before, size=new, after=after))
    for each in hashes:
        typer.echo(each)


def _prove_entry(number: int, tree: MerkleTree, newest: SignedCheckpoint, as_json: bool) -> None:
    size = newest.checkpoint.size
    if number > size:
        raise UsageError("log.proof.no_entry", number=number, size=size)
    path = tree.inclusion(number - 1, size)
    if as_json:
        hashes = [base64.b64encode(each).decode() for each in path]
        report = {"entry": number, "size": size, "proof": hashes, "checkpoint": str(newest)}
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        typer.echo(inclusion_proof(number - 1, path, newest), nl=False)


def _as_json(path: Path, found: Audit) -> dict[str, object]:
    verification = found.verification
    breach = verification.breach
    return {
        "path": str(path),
        "sound": found.sound,
        "entries": verification.entries,
        "pruned": verification.pruned,
        "head": str(verification.head),
        "root": base64.b64encode(verification.root).decode(),
        "checkpoints": verification.held_to,
        "beyond_pruning": verification.not_held_to,
        "false_checkpoints": [str(each) for each in found.false_files],
        "witnessed": found.witnessed,
        "torn_bytes": verification.torn_bytes,
        "breach": None if breach is None else asdict(breach),
    }


def _say(path: Path, found: Audit) -> None:
    verification = found.verification
    for false in found.false_files:
        typer.echo(text("log.checkpoint.false", path=false), err=True)
    if verification.breach is not None:
        typer.echo(_explained(path, verification.breach), err=True)
    if found.sound:
        _say_sound(path, found)
    if verification.torn_bytes:
        torn = text("governance.command.torn", path=path, bytes=verification.torn_bytes)
        typer.echo(torn, err=True)


def _say_sound(path: Path, found: Audit) -> None:
    verification = found.verification
    typer.echo(
        text(
            "governance.command.sound",
            path=path,
            entries=verification.entries,
            head=verification.head,
        )
    )
    if verification.held_to:
        typer.echo(text("log.verify.held", count=verification.held_to))
    if verification.pruned:
        typer.echo(text("log.verify.pruned", count=verification.pruned))
    for name, size in found.witnessed.items():
        typer.echo(text("log.verify.witnessed", name=name, size=size))


def _explained(path: Path, breach: Breach) -> str:
    return text(
        f"governance.breach.{breach.fault.value}",
        path=path,
        line=breach.line,
        offset=breach.offset,
        expected=breach.expected,
        found=breach.found,
    )


def _readable(entry: Line) -> str:
    details = json.dumps(entry.details, ensure_ascii=False) if entry.details else ""
    parts = (
        entry.ts,
        entry.actor,
        entry.role or "",
        _operation(entry.operation),
        entry.object_ref,
        entry.motif,
        ", ".join(entry.recipients or ()),
        entry.authorisation_id or "",
    )
    return "  ".join(_printable(str(part)) for part in (entry.seq, *parts, details) if part)


def _printable(given: str) -> str:
    """The text with what would steer a terminal or break the line written out."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in given)


def _operation(name: str) -> str:
    """The operation in the reader's language; one of a newer version by its own name."""
    try:
        return text(f"governance.operation.{name}")
    except KeyError:
        return name
