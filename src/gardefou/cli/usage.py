"""What the command line says of itself and of wrong use: one line, in the reader's language.

Typer speaks English alone; its titles are constants that it reads when it prints, and its errors
say in fields what was wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from enum import Enum
from typing import Final

import typer
from pydantic import ValidationError
from typer import rich_utils

# Typer carries click inside and exports none of these names.
from typer._click.core import Command, Context
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoSuchOption,
    UsageError,
)
from typer._click.formatting import HelpFormatter
from typer.core import TyperGroup

from gardefou.i18n import text
from gardefou.site.refused import reason_against

_BAD_VALUES: Final = {
    "int_parsing": "not_whole",
    "int_from_float": "not_whole",
    "float_parsing": "not_number",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
}
"""Pydantic's name of a wrong value, and ours: ``cli.usage.<name>``."""

_FLAG: Final = "does not take a value"
"""Typer's words for an option that stands alone; such an error knows its option by name only."""

_EXTRA: Final = re.compile(r"Got unexpected extra argument\(s\) \((.*)\)", re.DOTALL)


class _Formatter(HelpFormatter):
    """Begins the line of usage in the reader's language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or f"{text('cli.usage.prefix')} ")


def speak(command: Command) -> None:
    """Make the help of a command and of all below it speak the reader's language."""
    rich_utils.ARGUMENTS_PANEL_TITLE = text("cli.usage.arguments")
    rich_utils.OPTIONS_PANEL_TITLE = text("cli.usage.options")
    rich_utils.COMMANDS_PANEL_TITLE = text("cli.usage.commands")
    rich_utils.DEFAULT_STRING = text("cli.usage.default", value="{}")
    rich_utils.REQUIRED_LONG_STRING = text("cli.usage.required")
    Context.formatter_class = _Formatter
    for each in _tree(command):
        option = each.get_help_option(Context(each))
        if option is not None:
            option.help = text("cli.usage.help")
        if isinstance(each, TyperGroup):
            each.subcommand_metavar = text("cli.usage.verb")


def _tree(command: Command) -> Iterator[Command]:
    yield command
    if isinstance(command, TyperGroup):
        for each in command.commands.values():
            yield from _tree(each)


def explain(error: typer.TyperException) -> str:
    """One line that says what was wrong in the call and how to mend it."""
    context = getattr(error, "ctx", None)
    command = context.command_path if isinstance(context, Context) else "gardefou"
    if isinstance(error, NoSuchOption):
        return _unknown(error.option_name, error.possibilities or (), command, "option")
    if isinstance(error, BadOptionUsage):
        kind = "flag" if _FLAG in error.message else "no_value"
        return text(f"cli.usage.{kind}", name=error.option_name)
    if isinstance(error, MissingParameter):
        return text("cli.usage.missing", name=_name(error), command=command)
    if isinstance(error, BadParameter):
        return _bad_value(error, command)
    return _misplaced(error, context, command)


def _misplaced(error: typer.TyperException, context: Context | None, command: str) -> str:
    """What a bare usage error is about: no verb, an unknown verb or too many names."""
    extra = _EXTRA.fullmatch(error.message)
    if extra:
        return text("cli.usage.too_many", names=extra[1], command=command)
    if isinstance(error, UsageError) and isinstance(getattr(context, "command", None), TyperGroup):
        assert context is not None
        group = context.command
        assert isinstance(group, TyperGroup)
        named = re.search(r"'([^']*)'", error.message)
        if named is None:
            return text("cli.usage.no_verb", command=command)
        return _unknown(named[1], get_close_matches(named[1], group.commands), command, "verb")
    return error.format_message()


def _unknown(name: str, near: Sequence[str], command: str, kind: str) -> str:
    if near:
        names = ", ".join(sorted(near))
        return text(f"cli.usage.near_{kind}", name=name, near=names, command=command)
    refused = reason_against(name)
    if refused:
        return text(refused, name=name)
    return text(f"cli.usage.unknown_{kind}", name=name, command=command)


def _name(error: BadParameter) -> str:
    """An option by its longest form, an argument by its place-holder."""
    param = error.param
    if param is None:
        return "?"
    if param.param_type_name == "option":
        return max(param.opts, key=len)
    return str(param.display_name_raw)


def _bad_value(error: BadParameter, command: str) -> str:
    """What is wrong with a value, from what pydantic found."""
    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return error.format_message()
    first = cause.errors()[0]
    fields: dict[str, object] = {"name": _name(error), "value": first["input"], "command": command}
    choices = error.param.type_descriptor.choices if error.param else None
    if choices:
        names = ", ".join(str(each.value if isinstance(each, Enum) else each) for each in choices)
        return text("cli.usage.not_a_choice", choices=names, **fields)
    limits = first.get("ctx", {})
    kind = _BAD_VALUES.get(first["type"], "bad_value")
    return text(f"cli.usage.{kind}", least=limits.get("ge"), most=limits.get("le"), **fields)
