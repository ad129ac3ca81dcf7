"""The installed programme as the proofs look at it: sources, packages, networks, doors, tables."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from pydantic import BaseModel, JsonValue

import gardefou
from gardefou.errors import ModelError
from gardefou.geometry.detections import ObjectClass
from gardefou.perception.store import ModelStore
from gardefou.site.schema import json_schema
from gardefou.situations.situation import Situation
from gardefou.storage.models import Base

Document = Mapping[str, JsonValue]
"""A JSON Schema or OpenAPI document."""


@dataclass(frozen=True, slots=True)
class Package:
    """An installed distribution: normalised name, version, licence, names of what it requires.

    ``requires`` holds (name, extras, condition); ``modules`` the top-level modules it brings.
    """

    name: str
    version: str
    licence: str
    requires: tuple[tuple[str, frozenset[str], str], ...] = ()
    modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """An installed network: the adapter that reads it, and the shape of each output.

    An axis of any length is -1.
    """

    name: str
    adapter: str
    outputs: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A pydantic model at an edge of the programme, and what it does with unknown fields."""

    name: str
    extra: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the database and the name of its type."""

    table: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Programme:
    """Everything that is examined.

    ``folder`` of the package's sources; ``situations`` and ``classes`` by name; ``schema`` of the
    site document; ``shapes`` at the edges; ``api`` the OpenAPI document; ``commands`` verbs and
    options as written; ``plugins`` entry points of other packages; ``stored`` films and ``texts``
    that a run wrote under ``home``, whose vault opens sealed ones; ``lock`` the versions that the
    required packages must have, if known.
    """

    folder: Path
    packages: tuple[Package, ...]
    networks: tuple[NetworkFacts, ...]
    situations: tuple[str, ...]
    classes: tuple[str, ...]
    schema: Document
    shapes: tuple[Shape, ...]
    api: Document
    commands: tuple[str, ...]
    columns: tuple[Column, ...]
    plugins: tuple[str, ...]
    stored: tuple[Path, ...] = ()
    texts: tuple[Path, ...] = ()
    home: Path | None = None
    lock: Mapping[str, frozenset[str]] | None = None


PLUGIN_GROUP: Final = "gardefou."
"""Beginning of the entry-point groups through which other packages add to Gardefou."""

_FILMS: Final = (".mp4", ".mkv", ".ts", ".avi", ".mov")
_TEXTS: Final = (".db", ".jsonl", ".json", ".csv", ".txt", ".html", ".xml")


def installed(
    api: Document, commands: Sequence[str], home: Path | None = None, models: Path | None = None
) -> Programme:
    """The programme as it is installed here.

    ``home`` of a running system, whose films and texts are looked at too; ``models`` the folder of
    installed networks (None: the user's own). Raises `ModelError` for a network that was altered.
    """
    folder = Path(gardefou.__file__).parent
    import_everything()
    return Programme(
        folder=folder,
        packages=tuple(packages()),
        networks=tuple(networks(ModelStore(models))),
        situations=tuple(Situation),
        classes=tuple(each.name for each in ObjectClass),
        schema=json_schema("en"),
        shapes=tuple(shapes()),
        api=api,
        commands=tuple(commands),
        columns=tuple(dict.fromkeys([*columns(), *stored_columns(files_of(home, (".db",)))])),
        plugins=tuple(plugins()),
        stored=files_of(home, _FILMS),
        texts=files_of(home, _TEXTS),
        home=home,
    )


def import_everything() -> None:
    """Import every module of the package, so that all its models are known."""
    for module in pkgutil.walk_packages(gardefou.__path__, "gardefou."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)


def packages() -> Iterator[Package]:
    """Every distribution that this Python can import, whoever asked for it."""
    modules: dict[str, list[str]] = {}
    for module, owners in metadata.packages_distributions().items():
        for owner in owners:
            modules.setdefault(normal(owner), []).append(module)
    for found in metadata.distributions():
        name = normal(found.name)
        yield Package(
            name,
            found.version,
            licence_of(found.metadata),
            tuple(_requirement(each) for each in found.requires or ()),
            tuple(sorted(modules.get(name, ()))),
        )


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it.

    >>> normal("Ruamel.YAML_clib")
    'ruamel-yaml-clib'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(described: metadata.PackageMetadata) -> str:
    """The licence that a distribution states: as an expression, a classifier, or in words."""
    for expression in described.get_all("License-Expression") or ():
        return str(expression)
    classified = [
        each.rpartition(" :: ")[2]
        for each in described.get_all("Classifier") or ()
        if each.startswith("License ::") and not each.endswith("OSI Approved")
    ]
    if classified:
        return " AND ".join(classified)
    words = " ".join(map(str, described.get_all("License") or ())).strip()
    return words.splitlines()[0] if words else ""


_REQUIREMENT: Final = re.compile(r"^([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?[^;]*(?:;(.*))?$")


def _requirement(line: str) -> tuple[str, frozenset[str], str]:
    """Name, extras and condition of a line of ``Requires-Dist`` (PEP 508)."""
    found = _REQUIREMENT.match(line)
    if found is None:
        return line, frozenset(), ""
    extras = frozenset(each.strip() for each in (found[2] or "").split(",") if each.strip())
    return normal(found[1]), extras, (found[3] or "").strip()


def networks(store: ModelStore) -> Iterator[NetworkFacts]:
    """Every installed network, whose bytes are checked on the way."""
    for name in store.models():
        loaded = store.load(name)
        yield NetworkFacts(
            name,
            loaded.adapter,
            tuple(_shape(output.partial_shape) for output in loaded.network.outputs),
        )


def _shape(partial: Any) -> tuple[int, ...]:
    if partial.rank.is_dynamic:
        raise ModelError("absence.network.no_rank")
    return tuple(-1 if axis.is_dynamic else int(axis.get_length()) for axis in partial)


def models() -> Iterator[type[BaseModel]]:
    """Every pydantic model that the imported modules of the package define."""
    waiting: list[type[BaseModel]] = [BaseModel]
    seen: set[type[BaseModel]] = set()
    while waiting:
        for model in waiting.pop().__subclasses__():
            if model not in seen:
                seen.add(model)
                waiting.append(model)
                if model.__module__.split(".")[0] == gardefou.__name__:
                    yield model


def shapes() -> Iterator[Shape]:
    """What each of these models does with unknown fields."""
    for model in models():
        extra = str(model.model_config.get("extra", "ignore"))
        yield Shape(f"{model.__module__}.{model.__qualname__}", extra)


def columns() -> Iterator[Column]:
    """Every column of every table that the store knows."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            yield Column(table.name, column.name, type(column.type).__name__)


def stored_columns(databases: Sequence[Path]) -> Iterator[Column]:
    """Every column of every table that SQLite files really have."""
    for path in databases:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
        try:
            tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            for (table,) in tables.fetchall():
                for row in connection.execute(
                    "SELECT name, type FROM pragma_table_info(?)", (table,)
                ):
                    yield Column(table, row[0], row[1])
        finally:
            connection.close()


def plugins() -> Iterator[str]:
    """What other packages add, as ``group: name = module:object``."""
    for found in metadata.distributions():
        for entry in found.entry_points:
            if entry.group.startswith(PLUGIN_GROUP):
                yield f"{entry.group}: {entry.name} = {entry.value}"


def files_of(home: Path | None, kinds: Sequence[str]) -> tuple[Path, ...]:
    """Files under a folder with one of these endings; none without a folder."""
    if home is None:
        return ()
    return tuple(sorted(path for path in home.rglob("*") if path.suffix.lower() in kinds))
