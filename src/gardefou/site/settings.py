"""Which situations a camera watches for, and the few settings each of them has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)

from gardefou.site.mistakes import Finding, Location, mistake, raise_all
from gardefou.situations.situation import Situation

AVAILABLE: Final = frozenset(Situation)
"""Situations that this version detects: all eight."""

LEAST_UNATTENDED_S: Final = 5.0
"""Shortest time an object lies unattended before it is signalled, s: people put bags down."""

LEAST_PERSONS_PER_M2: Final = 2.0
"""Lowest crowd density that may be signalled, persons/m². Below about 2.2 people still walk
(J. Fruin, Pedestrian Planning and Design, 1971, walkway levels of service E and F), and a lower
figure would turn a measure of danger into a count of people who meet."""

LEAST_CROWD_M2: Final = 10.0
"""Smallest area whose density may be signalled, m²: on a smaller one the lowest density is a
handful of people who meet, and that is no crowd."""

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A finite number; neither text nor a boolean."""


class Part(BaseModel):
    """A part of the site document: nothing unknown in it, and unchanged once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NoSettings(Part):
    """Settings of a situation that has none."""


class AbandonedObjectSettings(Part):
    """Settings of `abandoned_object`."""

    unattended_s: Annotated[Number, Field(ge=LEAST_UNATTENDED_S, le=3600)] = 30.0


class CrowdDensitySettings(Part):
    """Settings of `crowd_density`."""

    persons_per_m2: Annotated[Number, Field(ge=LEAST_PERSONS_PER_M2, le=10)] = 4.0


class Situations(Part):
    """The situations a camera watches for: a field for each of the eight, None where it is off.

    A document writes a list of names, or a mapping of names to settings.

    >>> sorted(Situations.model_validate(["zone_intrusion"]).on)
    [<Situation.ZONE_INTRUSION: 'zone_intrusion'>]
    """

    abandoned_object: AbandonedObjectSettings | None = None
    weapon: NoSettings | None = None
    wrong_way: NoSettings | None = None
    zone_intrusion: NoSettings | None = None
    person_down: NoSettings | None = None
    crowd_movement: NoSettings | None = None
    crowd_density: CrowdDensitySettings | None = None
    fire: NoSettings | None = None

    @property
    def on(self) -> frozenset[Situation]:
        """The situations that the camera watches for."""
        return frozenset(each for each in Situation if getattr(self, each) is not None)

    @model_validator(mode="before")
    @classmethod
    def _as_mapping(cls, value: object) -> object:
        """A list of names, or names without settings, as a mapping of names to settings."""
        if isinstance(value, list | tuple):
            value = _named(value)
        if not isinstance(value, dict):
            return value
        return {name: {} if each is None else each for name, each in value.items()}


def _named(names: Iterable[object]) -> dict[object, object]:
    """A mapping of names to no settings; raises every name that is unknown or repeated."""
    findings: list[Finding] = []
    first: dict[object, int] = {}
    for index, name in enumerate(names):
        where: Location = (index,)
        if not isinstance(name, str):
            findings.append((where, mistake("site.mistake.situation_name")))
        elif name not in set(Situation):
            findings.append(
                (
                    where,
                    mistake(
                        "site.mistake.unknown_situation", value=name, known=", ".join(Situation)
                    ),
                )
            )
        elif name in first:
            findings.append((where, mistake("site.mistake.repeated_situation", name=str(name))))
        first.setdefault(str(name), index)
    raise_all(findings)
    return dict.fromkeys(first)
