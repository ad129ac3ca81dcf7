"""The doors: settings, API and command line take no refused word and nothing unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gardefou.governance.absence.allowed import allowed
from gardefou.governance.absence.findings import Examination, Surface, Trace, by_word
from gardefou.governance.absence.programme import Document, Programme

METHODS: Final = ("get", "post", "put", "patch", "delete", "head", "options", "trace")

_SETTINGS: Final = ("Settings", "Situations", "Zone")
"""Ends of the names of parts of the site document that say what is watched for."""


def examine_configuration(programme: Programme) -> Examination:
    """No refused key, no unknown key, no setting beside the listed, none below its floor."""
    keys = list(_properties(programme.schema))
    traces = (
        *by_word(keys, allowed().exempt),
        *(Trace("unknown_keys", where, "site.yaml") for where in _open_objects(programme.schema)),
        *(
            Trace("unknown_keys", shape.name, f"extra = {shape.extra}")
            for shape in programme.shapes
            if shape.extra != "forbid" and shape.name not in allowed().open_shapes
        ),
        *_settings(programme.schema),
        *_low_floors(programme.schema),
        *(
            Trace("plugins", plugin, "entry points")
            for plugin in programme.plugins
            if plugin not in allowed().plugins
        ),
    )
    checks = frozenset({"words", "unknown_keys", "settings", "floors", "plugins"})
    looked_at = len(keys) + len(programme.shapes)
    return Examination(Surface.CONFIGURATION, looked_at, checks, traces)


def _settings(schema: Document) -> Iterator[Trace]:
    lists = allowed().settings
    for part, definition in _definitions(schema).items():
        if part.endswith(_SETTINGS):
            for key in definition.get("properties", {}):
                if key not in lists.get(part, frozenset()):
                    yield Trace("settings", key, part)


def _low_floors(schema: Document) -> Iterator[Trace]:
    definitions = _definitions(schema)
    for name, floor in allowed().floors.items():
        part, _, key = name.partition(".")
        found = definitions.get(part, {}).get("properties", {}).get(key, {}).get("minimum")
        if found is None or found < floor:
            yield Trace("floors", f"{name} >= {found}", f"at least {floor}")


def examine_api(programme: Programme) -> Examination:
    """No route or parameter beside the listed, no refused word, no body with unknown fields."""
    api: Mapping[str, Any] = programme.api
    routes = list(_routes(api))
    schemas: Mapping[str, Any] = api.get("components", {}).get("schemas", {})
    names = [
        *((path, f"{method.upper()} {path}") for method, path, _ in routes),
        *((name, f"{method.upper()} {path}") for method, path, given in routes for name in given),
        *((key, f"{shape}.{key}") for shape, body in schemas.items() for key, _ in _keys(body)),
    ]
    traces = (
        *by_word(names, allowed().exempt),
        *_unlisted(routes),
        *(
            Trace("unknown_keys", name, "OpenAPI")
            for name, body in schemas.items()
            if body.get("type") == "object" and body.get("additionalProperties") is not False
        ),
        *_alert(schemas),
    )
    checks = frozenset({"words", "routes", "parameters", "unknown_keys", "alert"})
    return Examination(Surface.API, len(names), checks, traces)


def _routes(api: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Method, path and names of parameters of every operation."""
    for path, operations in api.get("paths", {}).items():
        for method, operation in operations.items():
            if method in METHODS:
                given = [*operations.get("parameters", []), *operation.get("parameters", [])]
                yield method, path, [each["name"] for each in given]


def _unlisted(routes: list[tuple[str, str, list[str]]]) -> Iterator[Trace]:
    lists = allowed().routes
    for method, path, given in routes:
        route = f"{method.upper()} {path}"
        if route not in lists:
            yield Trace("routes", route, "OpenAPI")
        for name in given:
            if name not in lists.get(route, frozenset()):
                yield Trace("parameters", name, route)


def _alert(schemas: Mapping[str, Any]) -> Iterator[Trace]:
    """Fields of an alert that are not what, where, when, evidence or review."""
    for key in schemas.get("AlertView", {}).get("properties", {}):
        if key not in allowed().alert:
            yield Trace("alert", key, "AlertView")


def examine_commands(programme: Programme) -> Examination:
    """No verb and no option of the command line names what is refused."""
    split = (each.rpartition(" ") for each in programme.commands)
    names = [(name, before or name) for before, _, name in split]
    traces = tuple(by_word(names, allowed().exempt))
    return Examination(Surface.COMMANDS, len(names), frozenset({"words"}), traces)


# --- JSON Schema ----------------------------------------------------------------------------------


def _definitions(schema: Document) -> Mapping[str, Any]:
    found: Any = schema.get("$defs", {})
    return dict(found)


def _parts(schema: Any, where: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Every schema within a schema, and where it stands."""
    if isinstance(schema, dict):
        yield schema, where
        for key, value in schema.items():
            yield from _parts(value, f"{where}.{key}")
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from _parts(value, f"{where}[{index}]")


_CONDITIONS: Final = (".if", ".then", ".else")
"""Ends of places whose schemas narrow what another allows, so that nothing enters by them."""


def _open_objects(schema: Document) -> Iterator[str]:
    for part, where in _parts(schema, "$"):
        is_object = part.get("type") == "object" or (
            "properties" in part and isinstance(part["properties"], dict) and "$ref" not in part
        )
        is_open = part.get("additionalProperties") is not False
        if is_object and is_open and not where.endswith(_CONDITIONS):
            yield where


def _properties(schema: Document) -> Iterator[tuple[str, str]]:
    for part, where in _parts(schema, "$"):
        for key, _ in _keys(part):
            yield key, f"{where}.{key}"


def _keys(part: Any) -> Iterator[tuple[str, Any]]:
    properties = part.get("properties") if isinstance(part, dict) else None
    if isinstance(properties, dict):
        yield from properties.items()
