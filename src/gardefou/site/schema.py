"""The JSON Schema of the site document, draft 2020-12, described in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from gardefou.i18n import text
from gardefou.site.document import Site
from gardefou.site.mistakes import Location

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]
"""A JSON Schema or a part of one: JSON, whose shape its own dialect defines."""


def json_schema(language: str | None = None) -> Schema:
    """The schema of version 1; nothing beside what it names is allowed in a document."""
    schema = Site.model_json_schema()
    definitions: dict[str, Schema] = schema.pop("$defs")
    definitions["Situations"] = _names_or_settings(definitions["Situations"])
    _describe(schema, "Site", language)
    for name, definition in definitions.items():
        _describe(definition, name, language)
    return {"$schema": DIALECT, **schema, "$defs": definitions}


def _names_or_settings(mapping: Schema) -> Schema:
    """`situations` is a list of names, or a mapping of names to settings."""
    names = {"type": "array", "items": {"$ref": "#/$defs/Situation"}, "uniqueItems": True}
    return {"anyOf": [names, mapping]}


def _describe(definition: Schema, name: str, language: str | None) -> None:
    """Put the catalogue's words where pydantic put names and docstrings."""
    definition.pop("title", None)
    definition["description"] = text(f"site.schema.{name}.about", language)
    for part in [definition, *definition.get("anyOf", [])]:
        part.pop("title", None)
        if part is not definition:
            part.pop("description", None)
        for field, value in part.get("properties", {}).items():
            value.pop("title", None)
            value["description"] = _field_text(name, field, language)
            if isinstance(value.get("default"), dict):
                value.pop("default")  # what a part left out means stands in that part


def _field_text(name: str, field: str, language: str | None) -> str:
    if name == "Situations":
        return text(f"situations.{field}.name", language)
    return text(f"site.schema.{name}.{field}", language)


@cache
def _english() -> Schema:
    return json_schema("en")


def keys_at(location: Location) -> list[str]:
    """The keys that a mapping at a location of the document may hold.

    >>> keys_at(("cameras", 0, "place"))
    ['name', 'latitude', 'longitude', 'view']
    """
    return [key for part in _parts(location) for key in part.get("properties", {})]


def choices_at(location: Location) -> list[str]:
    """The words that a value at a location of the document may be."""
    return [word for part in _parts(location) for word in part.get("enum", [])]


def _parts(location: Location) -> list[Schema]:
    parts = list(_resolved(_english()))
    for step in location:
        below = [
            part["items"] if isinstance(step, int) else part["properties"][step]
            for part in parts
            if (isinstance(part.get("items"), dict) and isinstance(step, int))
            or step in part.get("properties", {})
        ]
        parts = [each for part in below for each in _resolved(part)]
    return parts


def _resolved(part: Schema) -> Iterator[Schema]:
    """A part, its references followed and its alternatives taken apart."""
    if "$ref" in part:
        yield from _resolved(_english()["$defs"][part["$ref"].rpartition("/")[2]])
    elif "anyOf" in part:
        for each in part["anyOf"]:
            yield from _resolved(each)
    else:
        yield part
