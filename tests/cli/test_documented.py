"""Every verb and every option stands in docs/command-line.md, and nothing else does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer._click.core import Command
from typer.core import TyperArgument, TyperGroup
from typer.main import get_command

from gardefou.cli.app import app
from gardefou.i18n import LANGUAGES, catalogue

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "command-line.md"


def verbs(command: Command, path: str = "gardefou") -> Iterator[tuple[str, Command]]:
    if isinstance(command, TyperGroup):
        for name, each in command.commands.items():
            yield from verbs(each, f"{path} {name}")
    else:
        yield path, command


VERBS = dict(verbs(get_command(app)))


@cache
def sections() -> dict[str, str]:
    """The document's sections by the verb that heads them."""
    parts = re.split(r"^## (.+)$", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_document_has_a_section_for_each_verb_and_for_no_other() -> None:
    assert sections().keys() == VERBS.keys()


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_documented_with_an_example_its_options_and_exit_statuses(verb: str) -> None:
    section = sections().get(verb, "")
    assert re.search(rf"^    {verb}\b", section, re.MULTILINE), "no example"
    assert "Exit status 0:" in section
    known = set()
    for param in VERBS[verb].params:
        names = [*param.opts, *param.secondary_opts]
        if isinstance(param, TyperArgument):
            shown = str(param.metavar or param.name).strip(".").upper()
            assert re.search(rf"\b{shown}\b", section), f"argument {shown}"
        else:
            assert all(f"`{name}" in section for name in names), names
        known.update(names)
    documented = set(re.findall(r"`(--[a-z-]+)", section))
    assert documented <= known, "documented, but there is no such option"


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_s_help_gives_an_example_in_both_languages(verb: str) -> None:
    for language in LANGUAGES:
        helps = [words for words in catalogue(language).values() if f"`{verb}" in words]
        assert any(re.search(rf"Ex[ae]mple\s?: `{verb}", words) for words in helps), language
