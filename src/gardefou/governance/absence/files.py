"""Stored files: films without sound, texts without anything that reads like a number plate."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

import av

from gardefou.errors import KeysError, OutputError
from gardefou.evidence.vault import Vault
from gardefou.governance.absence.allowed import allowed
from gardefou.governance.absence.findings import Examination, Surface, Trace
from gardefou.governance.absence.programme import Programme
from gardefou.governance.absence.source import Sources

_LEFT, _RIGHT = r"(?<![\w+/=.-])", r"(?![\w+/=-])"
PLATE: Final = re.compile(
    rf"{_LEFT}(?:[A-HJ-NP-TV-Z]{{2}}[- ]?\d{{3}}[- ]?[A-HJ-NP-TV-Z]{{2}}"
    rf"|\d{{2,4}}[- ]?[A-HJ-NP-TV-Z]{{2,3}}[- ]?(?:\d{{2}}|2[AB])"
    rf"|[A-Z]{{1,3}}[- ][A-Z]{{0,2}}[- ]?\d{{2,4}}){_RIGHT}"
)
"""How French plates since 2009 and before, and those of neighbouring countries, are written."""


def examine_files(programme: Programme, sources: Sources) -> Examination:
    """Films are written in one place, and those that are stored hold pictures alone."""
    traces = (
        *(
            Trace("streams", use.name, use.where)
            for use in sources.written
            if use.file not in allowed().writes_films
        ),
        *(trace for path in programme.stored for trace in _sound(path, programme.home)),
        *(trace for path in programme.texts for trace in _plates(path)),
    )
    looked_at = len(sources.written) + len(programme.stored) + len(programme.texts)
    return Examination(Surface.FILES, looked_at, frozenset({"streams", "texts"}), traces)


def _sound(path: Path, home: Path | None) -> Iterator[Trace]:
    """Streams of a film that are no pictures; a film that cannot be read is one too."""
    try:
        with av.open(_content(path, home), metadata_errors="replace") as container:
            kinds = [stream.type for stream in container.streams]
    except (av.FFmpegError, OSError, KeysError, OutputError) as error:
        yield Trace("streams", type(error).__name__, str(path))
        return
    for kind in kinds:
        if kind != "video":
            yield Trace("streams", kind, str(path))


def _content(path: Path, home: Path | None) -> str | BytesIO:
    """A film as it is, or as its home folder's vault gives it."""
    if home is None or not Vault.is_sealed(path):
        return str(path)
    with Vault.of(home).open(path) as sealed:
        return BytesIO(sealed.whole())


def _plates(path: Path) -> Iterator[Trace]:
    for line in _lines(path):
        for found in PLATE.finditer(line):
            yield Trace("texts", found[0], str(path))


def _lines(path: Path) -> Iterator[str]:
    """The lines of a text, or of the dump of a database."""
    if path.suffix == ".db":
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            yield from connection.iterdump()
        finally:
            connection.close()
    else:
        with path.open(encoding="utf-8", errors="replace") as lines:
            yield from lines
