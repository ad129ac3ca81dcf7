"""What is allowed, surface by surface: `allowed.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

FILE: Final = Path(__file__).with_name("allowed.toml")


class Allowed(BaseModel):
    """The closed lists; what is not on them counts as found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    situations: frozenset[str]
    classes: frozenset[str]
    outputs: Mapping[str, tuple[tuple[int, ...], ...]]
    settings: Mapping[str, frozenset[str]]
    floors: Mapping[str, float]
    routes: Mapping[str, frozenset[str]]
    alert: frozenset[str]
    tables: Mapping[str, frozenset[str]]
    opaque_columns: frozenset[str]
    connections: Mapping[str, frozenset[str]]
    writes_films: frozenset[str]
    dynamic_imports: frozenset[str]
    optional_modules: frozenset[str]
    plugins: frozenset[str]
    open_shapes: frozenset[str]
    licences: frozenset[str]
    not_a_trace: Mapping[str, str]

    @property
    def exempt(self) -> frozenset[str]:
        """Names that hold a refused word and mean something else."""
        return frozenset(self.not_a_trace)


@cache
def allowed() -> Allowed:
    """The lists this version ships with."""
    return Allowed.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8")))
