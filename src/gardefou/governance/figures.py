"""The figures this version ships with: how well each situation was measured to work.

They are data, `figures.json`, written by `gardefou evaluate … --publish` and read wherever a
situation is named, so that nobody sees a situation without knowing how far to trust it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, unique
from functools import cache
from importlib.resources import files
from typing import Final

from pydantic import BaseModel, ConfigDict

from gardefou.i18n import text
from gardefou.situations.situation import Situation

FILE_NAME: Final = "figures.json"


@unique
class Maturity(StrEnum):
    """How far a situation may be trusted; texts under ``governance.maturity.<value>``."""

    OPERATIONAL = "operational"
    CALIBRATE_FIRST = "calibrate_first"
    EXPERIMENTAL = "experimental"
    NOT_MEASURED = "not_measured"


class PublishedFigures(BaseModel):
    """One situation's figures as published, with the label that follows from them.

    ``delay_s`` median, s; ``hours`` of stream; ``interval`` lower and upper ends by figure, at
    95 %.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    maturity: Maturity
    events: int
    found: int
    recall: float | None
    precision: float | None
    delay_s: float | None
    false: int
    false_per_hour: float | None
    hours: float
    interval: Mapping[str, tuple[float, float] | None]


class Publication(BaseModel):
    """All published figures, and what they were measured with; ``measured`` a date, ISO 8601."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measured: str
    software: str
    model: str
    inference_precision: str
    cases_sha256: str
    situations: Mapping[Situation, PublishedFigures]


@cache
def published() -> Publication:
    """The figures that this version ships with."""
    return Publication.model_validate_json(files(__package__).joinpath(FILE_NAME).read_bytes())


def maturity_of(situation: Situation) -> Maturity:
    """The label of a situation; `Maturity.NOT_MEASURED` where no figures are published."""
    figures = published().situations.get(situation)
    return Maturity.NOT_MEASURED if figures is None else figures.maturity


def maturity_label(situation: Situation, language: str | None = None) -> str:
    """The label of a situation as a reader sees it, such as "calibrate first"."""
    return text(f"governance.maturity.{maturity_of(situation)}", language)


def situation_label(situation: Situation, language: str | None = None) -> str:
    """A situation's name with its label, as a reader sees it, such as "Fire (experimental)"."""
    name = text(f"situations.{situation}.name", language)
    return f"{name} ({maturity_label(situation, language)})"
