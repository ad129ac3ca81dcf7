"""How long data live: terms as data, each with its legal source (`retention.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, NonNegativeInt, TypeAdapter, ValidationError

from gardefou.errors import UsageError

FILE_NAME: Final = "retention.toml"
"""Name of the file that ships, and of the one in a home folder that shortens terms."""


@unique
class Kind(StrEnum):
    """What has a term on the disk; names in the catalogue under ``retention.kind.<value>``."""

    EVIDENCE = "evidence"
    ALERTS = "alerts"
    COUNTS = "counts"
    JOURNAL = "journal"


class Term(BaseModel):
    """The term of a kind; ``verified`` whether the text it comes from was seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: NonNegativeInt
    least_days: NonNegativeInt
    most_days: NonNegativeInt
    verified: bool
    source_fr: str
    source_en: str


class MemoryTerm(BaseModel):
    """The term of what lives in memory only, s."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seconds: NonNegativeInt
    verified: bool
    source_fr: str
    source_en: str


class _Shipped(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    evidence: Term
    alerts: Term
    counts: Term
    journal: Term
    tracks: MemoryTerm


@cache
def shipped_terms() -> Mapping[Kind, Term]:
    """The terms that this version ships with."""
    shipped = _shipped()
    return {kind: getattr(shipped, kind.value) for kind in Kind}


def tracks_term() -> MemoryTerm:
    """How long a track lives after its last sight, in memory."""
    return _shipped().tracks


@cache
def _shipped() -> _Shipped:
    data = files(__package__).joinpath(FILE_NAME).read_text(encoding="utf-8")
    return _Shipped.model_validate(tomllib.loads(data))


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms that hold in an installation, days by kind."""

    days: Mapping[Kind, int]

    @classmethod
    def of(cls, home: Path) -> Terms:
        """The shipped terms, shortened as the home folder says.

        Raises `UsageError` for an unknown kind, a term the law does not allow or a file that
        cannot be read.
        """
        path = home / FILE_NAME
        terms = cls({kind: term.days for kind, term in shipped_terms().items()})
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
            days = TypeAdapter(dict[Kind, int]).validate_python(given, strict=False)
        except FileNotFoundError:
            return terms
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
            reason = str(error).splitlines()[0]
            raise UsageError("retention.unreadable", path=path, reason=reason) from error
        for kind, wanted in days.items():
            terms = terms.shortened(kind, wanted)
        return terms

    def shortened(self, kind: Kind, days: int) -> Terms:
        """The same with another term of one kind; raises `UsageError` outside its bounds."""
        term = shipped_terms()[kind]
        if not term.least_days <= days <= term.most_days:
            raise UsageError(
                "retention.out_of_bounds",
                kind=kind.value,
                days=days,
                least=term.least_days,
                most=term.most_days,
            )
        return Terms({**self.days, kind: days})
