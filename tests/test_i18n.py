"""The catalogues say the same in both languages, and hold every text that is asked for."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from gardefou import i18n

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "gardefou"
CATALOGUES = SOURCES / "i18n"
ROOMS = sorted({path.stem for path in CATALOGUES.glob("*/*.toml")})
KEY = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)+")


def fields(template: str) -> set[str]:
    """Names of the fields of a `str.format` template."""
    return {
        re.split(r"[.\[]", name)[0]
        for _, name, _, _ in Formatter().parse(template)
        if name is not None
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """A key that the code asks for: where, and with which fields (None: not known here)."""

    place: str
    key: str
    fields: frozenset[str] | None


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_bytes()) for path in sorted(SOURCES.rglob("*.py"))}


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def asked() -> Iterator[Asked]:
    """Literal keys in calls of `text`, of a `GardefouError` and of whatever else takes a key."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            first = node.args[0]
            if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                continue
            name = called(node)
            asks = name in ("text", "mistake") or name.endswith("Error")
            if not (asks and KEY.fullmatch(first.value)):
                continue
            given = {each.arg for each in node.keywords}
            known = None if None in given else frozenset(name for name in given if name)
            place = f"{path.relative_to(ROOT)}:{node.lineno}"
            yield Asked(place, first.value, known)


def beginnings_and_literals() -> tuple[set[str], set[str]]:
    """Beginnings of keys that are put together, and whole strings, in code, pages and data.

    An enum whose texts are looked up by value names their family in its docstring, as in
    ``storage.mode.<value>``.
    """
    beginnings, whole = set(), set()
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
                beginnings.update(re.findall(r"``([a-z_.]+\.)<\w+>", node.value))
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                beginnings.add(str(node.values[0].value))
    for path in others():
        words = path.read_text(encoding="utf-8")
        whole.update(re.findall(r"""["']([a-z][\w.-]+)["']""", words))
        beginnings.update(re.findall(r"`([a-z_.]+\.)\$\{", words))
    return beginnings, whole


def others() -> Iterator[Path]:
    """Files beside Python that ask for texts: the web page's sources, templates and data."""
    for folder, pattern in [
        (ROOT / "frontend" / "src", "**/*.ts"),
        (ROOT / "frontend" / "src", "**/*.svelte"),
        (SOURCES, "**/*.j2"),
        (SOURCES, "**/*.toml"),
    ]:
        yield from (path for path in folder.glob(pattern) if CATALOGUES not in path.parents)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_the_same_keys_and_fields_in_both_languages(room: str) -> None:
    english, french = (
        {
            key: words
            for key, words in i18n.catalogue(language).items()
            if key.startswith(f"{room}.")
        }
        for language in i18n.LANGUAGES
    )
    assert english.keys() == french.keys()
    for key in english:
        assert fields(english[key]) == fields(french[key]), key


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_text_is_a_text_and_says_something(language: str) -> None:
    for path in sorted((CATALOGUES / language).glob("*.toml")):
        tables: list[object] = [tomllib.loads(path.read_text(encoding="utf-8"))]
        while tables:
            value = tables.pop()
            if isinstance(value, dict):
                tables += value.values()
            else:
                assert isinstance(value, str), path
                assert value.strip(), path


def test_every_key_that_the_code_asks_for_exists() -> None:
    missing = [each for each in asked() if each.key not in i18n.catalogue("en")]
    assert not missing


def test_every_field_of_a_text_is_given_where_it_is_asked_for() -> None:
    english = i18n.catalogue("en")
    short = {
        f"{each.place}: {each.key}": fields(english[each.key]) - each.fields
        for each in asked()
        if each.fields is not None
        and each.key in english
        and not fields(english[each.key]) <= each.fields
    }
    assert not short


def test_every_text_is_asked_for() -> None:
    beginnings, whole = beginnings_and_literals()
    families = tuple(each for each in beginnings if each.startswith(tuple(f"{r}." for r in ROOMS)))
    unused = [
        key for key in i18n.catalogue("en") if key not in whole and not key.startswith(families)
    ]
    assert not unused


def test_french_puts_a_no_break_space_before_high_punctuation() -> None:
    loose = {
        key: words
        for key, words in i18n.catalogue("fr").items()
        if re.search(r"« | [»;!?%]| :(\s|$)", re.sub(r"`[^`]*`", "", words))
    }
    assert not loose


def test_french_puts_a_space_before_high_punctuation() -> None:
    """Outside of code: after a closing brace or quote a colon belongs to a notation."""
    tight = {
        key: words
        for key, words in i18n.catalogue("fr").items()
        if re.search(r"[a-zà-ÿ][;!?](\s|$)", words)
    }
    assert not tight


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"GARDEFOU_LANG": "fr", "LANG": "en_US.UTF-8"}, "fr"),
        ({"GARDEFOU_LANG": "en", "LANG": "fr_FR.UTF-8"}, "en"),
        ({"LC_ALL": "fr_FR.UTF-8", "LANG": "C"}, "fr"),
        ({"LC_MESSAGES": "fr_BE", "LANG": "C"}, "fr"),
        ({"LANG": "fr_CA.UTF-8"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_reader_s_language_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str
) -> None:
    for name in ("GARDEFOU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert i18n.current_language() == language


def test_a_missing_text_is_a_bug_that_shows() -> None:
    with pytest.raises(KeyError):
        i18n.text("site.no_such_text", "en")
