"""Labelled cases: which clip, which zones, what must and what must never be signalled."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from gardefou.errors import EvaluationError
from gardefou.situations.situation import Situation

Point = tuple[float, float]
Play = Literal["forwards", "reversed", "last_frame"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CaseZone(_Model):
    """A zone or line of a case, coordinates in fractions of the frame."""

    id: str
    situation: Situation | None = None
    polygon: list[Point] | None = None
    line: list[Point] | None = None
    direction: Point | None = None
    classes: list[Literal["person", "vehicle"]] = []


class ExpectedEvent(_Model):
    """An event that must be signalled, times in the clip's own seconds."""

    situation: Situation
    start_s: float
    end_s: float
    region: list[Point] | None = None
    optional: bool = False
    placed_s: float | None = None


class PeopleCount(_Model):
    """How many people a picture shows, counted by eye."""

    image: str
    count: int
    tolerance: int


class Case(_Model):
    """One clip played one way.

    ``never`` lists situations for which any alert is false; alerts of situations in neither list
    are ignored. Held time before the clip is negative.
    """

    id: str
    clip: str
    zones: list[CaseZone] = []
    settings: dict[Situation, dict[str, float]] = {}
    expect: list[ExpectedEvent] = []
    never: list[Situation] = []
    counts: dict[str, dict[str, int]] = {}
    people: list[PeopleCount] = []
    people_truth: str | None = None
    stills: str | None = None
    play: Play = "forwards"
    hold_first_s: Annotated[float, Field(ge=0)] = 0.0
    hold_last_s: Annotated[float, Field(ge=0)] = 0.0
    tolerance_s: Annotated[float, Field(ge=0)] = 2.0
    derived: bool = False
    stretch: bool = False
    moving_camera: bool = False
    head_blur: bool = False

    @property
    def judged(self) -> frozenset[Situation]:
        """Situations whose alerts count for or against the engine in this case."""
        return frozenset(self.never) | {event.situation for event in self.expect}


def read_cases(path: Path) -> list[Case]:
    """The cases of a YAML file; raises `EvaluationError` that names the first bad entry."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise EvaluationError("evaluation.cases_unreadable", path=path, detail=error) from error
    try:
        return TypeAdapter(list[Case]).validate_python(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "-"
        raise EvaluationError(
            "evaluation.cases_invalid", path=path, place=place, detail=first["msg"]
        ) from error
