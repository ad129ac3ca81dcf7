"""`gardefou purge`: destroy what has come to its term, and leave a record."""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gardefou.errors import UsageError
from gardefou.governance.journal import FILE_NAME, Journal
from gardefou.governance.purge import Purger
from gardefou.governance.retention import FILE_NAME as TERMS_FILE
from gardefou.governance.retention import Kind, Terms, shipped_terms, tracks_term
from gardefou.i18n import current_language, text
from gardefou.runtime.home import Home
from gardefou.storage.store import Store


def purge(
    home: Annotated[
        Path, typer.Option("--home", metavar="DIR", help=text("retention.command.home"))
    ],
    older_than: Annotated[
        int | None, typer.Option(min=0, metavar="DAYS", help=text("retention.command.older_than"))
    ] = None,
    kind: Annotated[list[Kind] | None, typer.Option(help=text("retention.command.kind"))] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=text("retention.command.dry_run"))
    ] = False,
    show_terms: Annotated[
        bool, typer.Option("--terms", help=text("retention.command.terms"))
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=text("retention.command.json"))] = False,
) -> None:
    """Destroy what is past its term and not held."""
    terms = Terms.of(home)
    if show_terms:
        _print_terms(terms, as_json)
        return
    kinds = tuple(kind or (tuple(Kind) if older_than is None else (Kind.EVIDENCE,)))
    if older_than is not None:
        terms = _sooner(terms, kinds, older_than, home)
    folder = Home(home)
    if not folder.database.is_file():
        raise UsageError("retention.command.no_store", path=folder.database)
    with Store.open(folder.database) as store:
        actor = f"terminal:{getpass.getuser()}"
        purger = Purger(store, Journal(home / FILE_NAME), folder.evidence, actor=actor)
        done = purger.preview(terms, kinds) if dry_run else purger.run(terms, kinds)
    if as_json:
        typer.echo(json.dumps({**asdict(done), "dry_run": dry_run}, indent=2))
    else:
        key = "retention.command.would" if dry_run else "retention.command.done"
        typer.echo(text(key, **asdict(done)))


def _sooner(terms: Terms, kinds: tuple[Kind, ...], days: int, home: Path) -> Terms:
    """The terms with ``days`` for some kinds; never more than they are, never the journal's."""
    if Kind.JOURNAL in kinds:
        raise UsageError("retention.command.never_the_journal", path=home / TERMS_FILE)
    for kind in kinds:
        if days > terms.days[kind]:
            raise UsageError(
                "retention.command.longer", days=days, kind=kind.value, term=terms.days[kind]
            )
        terms = terms.shortened(kind, days)
    return terms


def _print_terms(terms: Terms, as_json: bool) -> None:
    shipped, memory = shipped_terms(), tracks_term()
    if as_json:
        report = {
            kind.value: {**term.model_dump(), "days": terms.days[kind]}
            for kind, term in shipped.items()
        }
        tracks = {"tracks": memory.model_dump()}
        typer.echo(json.dumps({**report, **tracks}, ensure_ascii=False, indent=2))
        return
    french = current_language() == "fr"
    for kind, term in shipped.items():
        key = "retention.command.term" if term.verified else "retention.command.unverified"
        typer.echo(
            text(
                key,
                kind=text(f"retention.kind.{kind.value}"),
                days=terms.days[kind],
                least=term.least_days,
                most=term.most_days,
                source=term.source_fr if french else term.source_en,
            )
        )
    source = memory.source_fr if french else memory.source_en
    typer.echo(text("retention.command.memory", seconds=memory.seconds, source=source))
