"""`gardefou register`: the public register."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gardefou.cli.office import HomeOption, opened
from gardefou.evidence.files import whole_file
from gardefou.governance.camera_map import camera_map
from gardefou.governance.facts import Facts
from gardefou.governance.pages import public_page
from gardefou.governance.register import as_text, map_json, publish, register_json
from gardefou.i18n import text

app = typer.Typer(
    help=text("register.command.about"), no_args_is_help=True, rich_markup_mode="markdown"
)


class Format(StrEnum):
    """How the register is written."""

    ATS = "ats"
    GEOJSON = "geojson"
    HTML = "html"
    JSON = "json"


class Language(StrEnum):
    """Languages of papers."""

    FR = "fr"
    EN = "en"


@app.callback()
def _group() -> None:
    """Keep `export` a verb of its own."""


@app.command(help=text("register.command.export"))
def export(
    home: HomeOption,
    as_format: Annotated[
        Format | None, typer.Option("--format", help=text("register.command.format"))
    ] = None,
    language: Annotated[Language, typer.Option(help=text("register.command.language"))] = (
        Language.FR
    ),
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help=text("register.command.out"))
    ] = None,
) -> None:
    """Publish all of it, or write one form of it."""
    with opened(home) as office:
        facts = office.facts()
        if as_format is None:
            folder = publish(home, facts)
            typer.echo(text("register.command.done", folder=folder))
            return
    content = _content(facts, as_format, language.value)
    if out is None:
        typer.echo(content, nl=False)
        return
    with whole_file(out) as unfinished:
        unfinished.write_text(content, encoding="utf-8")


def _content(facts: Facts, as_format: Format, language: str) -> str:
    match as_format:
        case Format.ATS:
            return register_json(facts, language)
        case Format.GEOJSON:
            return map_json(facts)
        case Format.HTML:
            return public_page(facts, language, served=False)
        case Format.JSON:
            entry = json.loads(register_json(facts, language))
            return as_text({"register": entry, "cameras": camera_map(facts)})
