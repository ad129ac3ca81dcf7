"""The database: no column for a track, an embedding, a face or a plate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gardefou.governance.absence.allowed import allowed
from gardefou.governance.absence.findings import Examination, Surface, Trace, by_word
from gardefou.governance.absence.programme import Column, Programme

OPAQUE: Final = frozenset({"JSON", "JSONB", "LargeBinary", "BLOB", "BYTEA", "ARRAY", "PickleType"})
"""Types of columns that can hold anything, a vector among others."""


def examine_database(programme: Programme) -> Examination:
    """Only the listed tables and columns, and of those that can hold anything only the listed."""
    tables = dict.fromkeys(each.table for each in programme.columns)
    names = [
        *((table, table) for table in tables),
        *((each.name, f"{each.table}.{each.name}") for each in programme.columns),
    ]
    traces = (
        *by_word(names, allowed().exempt),
        *(trace for column in programme.columns for trace in _unlisted(column)),
    )
    checks = frozenset({"words", "columns"})
    return Examination(Surface.DATABASE, len(programme.columns), checks, traces)


def _unlisted(column: Column) -> Iterator[Trace]:
    lists = allowed()
    where = f"{column.table}.{column.name}"
    if column.name not in lists.tables.get(column.table, frozenset()):
        yield Trace("columns", column.name, column.table)
    if column.type in OPAQUE and where not in lists.opaque_columns:
        yield Trace("columns", f"{column.name} ({column.type})", column.table)
