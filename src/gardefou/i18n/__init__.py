"""Texts that a person reads, in French and English, from catalogues.

A catalogue is a TOML file a room and a language: ``i18n/fr/capture.toml`` holds the French texts
whose keys start with ``capture.``. Texts are `str.format` templates with named fields.
"""

from __future__ import annotations

import locale
import os
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

from gardefou.i18n.typography import french

LANGUAGES: Final = ("en", "fr")


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of a language by dotted key, for example ``capture.missing_file``.

    Nested TOML tables become dotted keys under the name of their file. French texts are typeset:
    catalogues are written with plain spaces.
    """
    texts: dict[str, str] = {}
    for entry in files(__name__).joinpath(language).iterdir():
        if entry.name.endswith(".toml"):
            tables = tomllib.loads(entry.read_text(encoding="utf-8"))
            _flatten(entry.name.removesuffix(".toml"), tables, texts)
    if language == "fr":
        return {key: french(words) for key, words in texts.items()}
    return texts


def _flatten(prefix: str, tables: dict[str, object], texts: dict[str, str]) -> None:
    for name, value in tables.items():
        key = f"{prefix}.{name}"
        if isinstance(value, dict):
            _flatten(key, value, texts)
        else:
            texts[key] = str(value)


def current_language() -> str:
    """The reader's language: ``$GARDEFOU_LANG``, else the locale's, else English."""
    wanted = (
        os.environ.get("GARDEFOU_LANG")
        or os.environ.get("LC_ALL")
        or os.environ.get("LC_MESSAGES")
        or os.environ.get("LANG")
        or locale.getlocale()[0]
        or "en"
    )
    return "fr" if wanted.lower().startswith("fr") else "en"


def text(key: str, language: str | None = None, /, **fields: object) -> str:
    """The text of a key with its fields filled in.

    Raises `KeyError` when the key stands in no catalogue: a missing text is a bug.

    >>> text("situations.fire.name", "en")
    'Fire'
    """
    return catalogue(language or current_language())[key].format(**fields)
