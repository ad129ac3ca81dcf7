"""What an examination of one surface of the programme found, and what it looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum, unique

from gardefou.refusals import Refusal, named_by


@unique
class Surface(StrEnum):
    """Where a capability would have to stand; names under ``absence.surface.<value>``."""

    IMPORTS = "imports"
    CALLS = "calls"
    DEPENDENCIES = "dependencies"
    NETWORKS = "networks"
    CLASSES = "classes"
    CONFIGURATION = "configuration"
    API = "api"
    COMMANDS = "commands"
    DATABASE = "database"
    CONNECTIONS = "connections"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Trace:
    """A sign that a capability is there: ``what`` was found, ``where``.

    ``check`` is the check that failed, or the kind of names among which it was found
    (``"modules"``, ``"calls"``, ``"packages"``, ``"words"``); ``refusals`` the ids it speaks
    against, when it does so by name; all that rely on the check otherwise.
    """

    check: str
    what: str
    where: str
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examination:
    """One surface: how many things were looked at, which checks were made, what was found."""

    surface: Surface
    looked_at: int
    checks: frozenset[str]
    traces: tuple[Trace, ...]


def by_word(
    names: Iterable[tuple[str, str]], exempt: frozenset[str] = frozenset()
) -> Iterator[Trace]:
    """A trace for each (name, place) whose words name a refused capability.

    ``exempt`` are names, or places and names, that hold such a word and mean something else.
    """
    for name, where in names:
        found = tuple(dict.fromkeys(each.id for each in named_by(name)))
        if found and name not in exempt and f"{where} {name}" not in exempt:
            yield Trace("words", name, where, found)


def against(refusal: Refusal, trace: Trace) -> bool:
    """Whether a trace speaks against the absence of a capability."""
    if trace.refusals:
        return refusal.id in trace.refusals
    return trace.check in refusal.checks


def relevant(refusal: Refusal, examination: Examination) -> bool:
    """Whether a surface was examined for this capability."""
    kinds = (kind for kind in ("modules", "calls", "packages", "words") if getattr(refusal, kind))
    return bool(examination.checks & {*kinds, *refusal.checks})
