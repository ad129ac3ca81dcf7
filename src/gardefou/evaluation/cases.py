"""Labelled cases: which clip, which zones, what must and what must never be signalled."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from gardefou.capture.playback import Play
from gardefou.errors import EvaluationError
from gardefou.situations.situation import Situation

Point = tuple[FiniteFloat, FiniteFloat]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CaseZone(_Model):
    """A zone or line of a case, coordinates in fractions of the frame."""

    id: str
    situation: Situation | None = None
    polygon: Annotated[list[Point], Field(min_length=3)] | None = None
    line: Annotated[list[Point], Field(min_length=2, max_length=2)] | None = None
    direction: Point | None = None
    classes: list[Literal["person", "vehicle"]] = []


class ExpectedEvent(_Model):
    """An event that must be signalled, times in the clip's own seconds."""

    situation: Situation
    start_s: FiniteFloat
    end_s: FiniteFloat
    region: Annotated[list[Point], Field(min_length=3)] | None = None
    optional: bool = False
    placed_s: FiniteFloat | None = None

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.end_s < self.start_s:
            raise PydanticCustomError(
                "ends_before",
                "ends at {end} s, before its start at {start} s",
                {"start": self.start_s, "end": self.end_s},
            )
        return self


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
    play: Play = Play.FORWARD
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
    except OSError as error:
        reason = error.strerror or error
        raise EvaluationError("evaluation.cases_missing", path=path, reason=reason) from error
    except (ValueError, yaml.YAMLError) as error:
        raise EvaluationError("evaluation.cases_unreadable", path=path, detail=error) from error
    try:
        cases = TypeAdapter(list[Case]).validate_python(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "-"
        raise EvaluationError(
            "evaluation.cases_invalid", path=path, place=place, detail=first["msg"]
        ) from error
    names = [case.id for case in cases]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise EvaluationError("evaluation.case_repeated", path=path, place=index, id=name)
    return cases
