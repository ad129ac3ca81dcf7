"""Every paper by its kind: which files it is, and what a person still has to write in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path
from typing import Final

from gardefou.evidence.files import whole_file
from gardefou.governance import assessments, reports, sign
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.facts import Facts, Office
from gardefou.governance.headed import Paper
from gardefou.governance.journal import SOFTWARE
from gardefou.governance.pia import pia, unwritten
from gardefou.governance.register import as_text
from gardefou.governance.reports import PersonWithAccess
from gardefou.i18n import text


@unique
class DocumentKind(StrEnum):
    """The papers that can be made; names under ``documents.kind.<value>``."""

    DPIA = "dpia"
    ROPA = "ropa"
    FRIA = "fria"
    PREFECTURE = "prefecture"
    WEEKLY = "weekly"
    QUARTERLY = "quarterly"
    FOLLOW_UPS = "follow_ups"
    PERSONS = "persons"
    CERTIFICATE = "certificate"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Document:
    """A paper as files: their contents by name, and the facts a person still has to write."""

    files: Mapping[str, str]
    missing: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """What papers are made from; ``people`` those with access, as the keeper of accounts knows."""

    office: Office
    facts: Facts
    language: str = "fr"
    people: Sequence[PersonWithAccess] = ()


def make(kind: DocumentKind, desk: Desk) -> Document:
    """Make a paper; raises `DocumentError` when the facts forbid it."""
    return _MAKERS[kind](desk)


def write(document: Document, folder: Path) -> list[Path]:
    """Write a paper's files; raises `OutputError`."""
    written = []
    for name, content in document.files.items():
        path = folder / name
        with whole_file(path) as unfinished:
            unfinished.write_text(content, encoding="utf-8", newline="")
        written.append(path)
    return written


def issue(kind: DocumentKind, desk: Desk, to: str = SOFTWARE) -> Document:
    """Make a paper for somebody; one that names operators is journalled as an export first."""
    if kind in _NAMING:
        details = {"document": kind.value}
        desk.office.journal.append(
            Entry(to, Operation.EXPORT, f"document:{kind.value}", details=details)
        )
    return make(kind, desk)


_NAMING: Final = frozenset({DocumentKind.FOLLOW_UPS, DocumentKind.PERSONS})
"""Papers in which operators are named."""


def _dpia(desk: Desk) -> Document:
    document = pia(desk.facts, desk.language)
    missing = [f"{each}" for each in unwritten(document, desk.language)]
    return Document({"pia.json": as_text(document)}, missing)


def _ropa(desk: Desk) -> Document:
    content = assessments.ropa(desk.facts, desk.language)
    gaps = [text("register.to_complete", desk.language)] * (
        text("register.to_complete", desk.language) in content
    )
    return Document({"ropa.csv": content}, gaps)


def _fria(desk: Desk) -> Document:
    paper = assessments.fria(desk.facts, desk.language)
    return Document(
        {"fria.html": paper.html(), "fria.json": as_text(paper.values())}, paper.missing
    )


def _prefecture(desk: Desk) -> Document:
    paper = assessments.prefecture(desk.facts, desk.language)
    files = {
        "prefecture.html": paper.html(),
        "prefecture.geojson": as_text(assessments.plan(desk.facts)),
    }
    return Document(files, paper.missing)


def _paper(name: str, make_paper: Callable[[Desk], Paper]) -> Callable[[Desk], Document]:
    def made(desk: Desk) -> Document:
        paper = make_paper(desk)
        return Document({f"{name}.html": paper.html()}, paper.missing)

    return made


def _follow_ups(desk: Desk) -> Document:
    content = reports.follow_ups(desk.office.store, desk.facts.at)
    return Document({"follow_ups.csv": content})


def _persons(desk: Desk) -> Document:
    files = {"accesses.csv": reports.accesses(desk.office.journal.entries())}
    if desk.people:
        files["persons.csv"] = reports.persons(desk.people)
    return Document(files)


def _sign(desk: Desk) -> Document:
    return Document(
        {
            "sign.svg": sign.sign_svg(desk.facts, desk.language),
            "sign.html": sign.sign_html(desk.facts, desk.language),
        }
    )


_MAKERS: Final[Mapping[DocumentKind, Callable[[Desk], Document]]] = {
    DocumentKind.DPIA: _dpia,
    DocumentKind.ROPA: _ropa,
    DocumentKind.FRIA: _fria,
    DocumentKind.PREFECTURE: _prefecture,
    DocumentKind.WEEKLY: _paper(
        "weekly", lambda desk: reports.weekly(desk.facts, desk.office.store, desk.language)
    ),
    DocumentKind.QUARTERLY: _paper(
        "quarterly", lambda desk: reports.quarterly(desk.facts, desk.office.store, desk.language)
    ),
    DocumentKind.FOLLOW_UPS: _follow_ups,
    DocumentKind.PERSONS: _persons,
    DocumentKind.CERTIFICATE: _paper(
        "certificate",
        lambda desk: assessments.certificate(desk.facts, desk.office.store, desk.language),
    ),
    DocumentKind.SIGN: _sign,
}
