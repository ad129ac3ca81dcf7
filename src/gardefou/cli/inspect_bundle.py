"""`gardefou inspect`: the inspector's bundle."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from gardefou.cli.office import HomeOption, opened
from gardefou.governance.absence.programme import packages
from gardefou.governance.absence.sbom import bill_of_materials
from gardefou.governance.bundle import write_bundle
from gardefou.governance.entitled import accounts_of, acting, people_with_access
from gardefou.governance.facts import Office
from gardefou.governance.log_export import export_log
from gardefou.governance.roles import Action
from gardefou.governance.transparency import Checkpointer
from gardefou.i18n import text
from gardefou.perception.store import ModelStore

LOG: Final = "log"
"""Folder of the journal's own export within the bundle."""


def inspect(
    home: HomeOption,
    out: Annotated[Path, typer.Option(metavar="FILE", help=text("inspection.command.out"))],
    by: Annotated[str, typer.Option(metavar="NAME", help=text("inspection.command.by"))],
) -> None:
    """Write the bundle and say the hash of its list."""
    with opened(home) as office:
        by = acting(home, office.journal, by, Action.READ_JOURNAL)
        with accounts_of(home, office.journal) as accounts:
            people = () if accounts is None else people_with_access(accounts)
        bundle = write_bundle(office, out, by, _bill, partial(_log, office), people)
    typer.echo(
        text(
            "inspection.command.done", path=bundle.path, count=bundle.count, sha=bundle.list_sha256
        )
    )
    typer.echo(text("inspection.command.verify", path=bundle.path))


def _bill() -> str:
    return bill_of_materials(tuple(packages()), ModelStore().models().values())


def _log(office: Office) -> Mapping[str, bytes]:
    """The journal with its proofs and its own verifier, signed as it is now."""
    Checkpointer(office.journal, office.home).make()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / LOG
        export_log(office.home, office.journal, folder)
        return {
            path.relative_to(made).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
