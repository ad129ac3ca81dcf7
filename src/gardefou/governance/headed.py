"""A paper for an authority: headed sections of facts and tables, in HTML or plain values.

A fact that nobody wrote yet carries the mark « à compléter » and is listed as missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from gardefou.governance.pages import rendered


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its name in English for programs, its label for people, its value or ""."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns, all text."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with facts, a table, or both."""

    heading: str
    facts: Sequence[Fact] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: ``note`` stands under its title."""

    title: str
    note: str
    language: str
    sections: Sequence[Section] = field(default_factory=tuple)

    @property
    def missing(self) -> list[str]:
        """The names of facts that a person still has to write."""
        return [each.name for each in self._facts() if not each.value.strip()]

    def _facts(self) -> Iterator[Fact]:
        for section in self.sections:
            yield from section.facts

    def html(self) -> str:
        """The paper as a page that prints."""
        return rendered("paper.html.j2", self.language, {"paper": self})

    def values(self) -> dict[str, Any]:
        """The facts by name; None where a person still has to write."""
        return {each.name: each.value.strip() or None for each in self._facts()}
