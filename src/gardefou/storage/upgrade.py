"""Brings a database to the form this software knows, or refuses one that is newer."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.runtime.migration import MigrationStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from gardefou.errors import StorageError


def current_revision(connection: Connection) -> str | None:
    """The revision a database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """The newest revision this software knows."""
    return str(_scripts().get_current_head())


def upgrade(connection: Connection, path: Path) -> None:
    """Run the missing steps within the transaction that ``connection`` is in.

    The caller holds the write lock, so two processes that start at once do not run a step twice.
    Raises `StorageError` when the database at ``path`` is newer than this software.
    """
    scripts = _scripts()
    current = current_revision(connection)
    known = [script.revision for script in scripts.walk_revisions()]
    if current is not None and current not in known:
        raise StorageError(
            "storage.newer_database", path=path, found=current, known=scripts.get_current_head()
        )
    missing = list(scripts.iterate_revisions("head", current or "base"))
    steps = [
        MigrationStep.upgrade_from_script(scripts.revision_map, script)
        for script in reversed(missing)
    ]

    def remaining(heads: Any, context: MigrationContext) -> Iterable[Any]:
        return steps

    context = MigrationContext.configure(
        connection, opts={"fn": remaining, "transactional_ddl": True}
    )
    with Operations.context(context):
        context.run_migrations()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(files("gardefou.storage.migrations")))
