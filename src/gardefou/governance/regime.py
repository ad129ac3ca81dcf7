"""Regimes: the laws that may allow real-time processing, as data; shipped, and none is enabled."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum, unique
from functools import cache
from importlib.resources import files
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from gardefou.situations.situation import Situation

LONGEST_DAYS: Final = 31
"""No regime may allow more at once, days: loi n° 2023-380, art. 10, VII, "un mois"."""

LEGAL_TIME: Final = ZoneInfo("Europe/Paris")
"""Where a regime's days begin and end."""

RegimeId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


@unique
class Status(StrEnum):
    """What is known of a regime; texts in the catalogue under ``mandate.status.<value>``."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    EXPIRED = "expired"
    EXAMPLE = "example"


@unique
class Artefact(StrEnum):
    """What a regime may demand beforehand; texts under ``mandate.artefact.<value>``."""

    DPIA = "dpia"
    DPO_OPINION = "dpo_opinion"
    CNIL_COMMITMENT = "cnil_commitment"
    VIDEO_AUTHORISATION = "video_authorisation"
    ATTESTATION = "attestation"
    TRAININGS = "trainings"


@unique
class ControllerKind(StrEnum):
    """Who may be controller; texts under ``mandate.controller.<value>``. No vendor."""

    NATIONAL_POLICE = "national_police"
    GENDARMERIE = "gendarmerie"
    FIRE_SERVICE = "fire_service"
    MUNICIPALITY = "municipality"
    SNCF_SECURITY = "sncf_security"
    RATP_SECURITY = "ratp_security"
    PRIVATE_OWNER = "private_owner"
    RESEARCH_BODY = "research_body"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RegimeName(_Strict):
    """A regime's name in both languages."""

    en: str
    fr: str


class Regime(_Strict):
    """One regime as it is shipped; ``valid_to`` its last day, None where none is set."""

    id: RegimeId
    name: RegimeName
    status: Status
    texts: Annotated[tuple[str, ...], Field(min_length=1)]
    situations: Annotated[frozenset[Situation], Field(min_length=1)]
    valid_from: date
    valid_to: date | None = None
    required: tuple[Artefact, ...]
    max_days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
    controllers: Annotated[frozenset[ControllerKind], Field(min_length=1)]

    @field_validator("valid_to")
    @classmethod
    def _after_its_beginning(cls, valid_to: date | None, info: ValidationInfo) -> date | None:
        if valid_to and "valid_from" in info.data and valid_to < info.data["valid_from"]:
            raise ValueError("ends before it begins")
        return valid_to

    @property
    def needs_counsel(self) -> bool:
        """Whether the controller must state that counsel verified it."""
        return self.status is not Status.VERIFIED

    def in_language(self, language: str) -> str:
        """Its name."""
        return self.name.fr if language == "fr" else self.name.en


def first_moment(day: date) -> datetime:
    """When a legal day begins.

    >>> first_moment(date(2026, 1, 2)).isoformat()
    '2026-01-02T00:00:00+01:00'
    """
    return datetime(day.year, day.month, day.day, tzinfo=LEGAL_TIME)


def last_moment(day: date) -> datetime:
    """When a legal day is over."""
    return first_moment(day + timedelta(days=1))


@cache
def shipped() -> Mapping[str, Regime]:
    """Every regime of this version by id. That one stands here enables nothing."""
    regimes = {}
    for entry in files(__package__).joinpath("regimes").iterdir():
        if entry.name.endswith(".toml"):
            regime = read_regime(entry.read_text(encoding="utf-8"))
            regimes[regime.id] = regime
    return dict(sorted(regimes.items()))


def read_regime(toml: str) -> Regime:
    """A regime from its TOML text; raises `ValueError` for anything unknown or missing."""
    return Regime.model_validate(tomllib.loads(toml))
