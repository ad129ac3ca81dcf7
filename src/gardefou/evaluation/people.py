"""Pictures whose people were counted, held against whoever counts people in this version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Protocol

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from gardefou.errors import EvaluationError
from gardefou.evaluation.cases import Case
from gardefou.evaluation.stills import read_picture
from gardefou.geometry.arrays import Image


class PeopleCounter(Protocol):
    """Counts the people in a picture."""

    def count(self, image: Image) -> float:
        """How many people a picture [H, W, 3] BGR shows."""
        ...


MakePeopleCounter = Callable[[], PeopleCounter]
"""Makes the counter when a case asks for it."""


class _Truth(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    count: int


@dataclass(frozen=True, slots=True)
class PeopleFigures:
    """Mean absolute error over pictures, persons, and how many pictures there were."""

    mae: float
    images: int


def has_pictures(case: Case) -> bool:
    """Whether a case holds single pictures whose people were counted."""
    return bool(case.people) or (case.people_truth or "").endswith(".json")


def count_people(case: Case, footage: Path, counter: PeopleCounter) -> PeopleFigures:
    """Count the people of every picture of a case; raises `EvaluationError`."""
    truth = _truth(case, footage)
    errors = [abs(counter.count(read_picture(path)) - expected) for path, expected in truth.items()]
    return PeopleFigures(fmean(errors), len(errors))


def _truth(case: Case, footage: Path) -> Mapping[Path, int]:
    """The pictures of a case and the people each shows, at least one."""
    if case.people:
        return {footage / case.clip / each.image: each.count for each in case.people}
    path = footage / (case.people_truth or "")
    try:
        truth = TypeAdapter(dict[str, _Truth]).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise EvaluationError("evaluation.labels_unreadable", path=path, case=case.id) from error
    if not truth:
        raise EvaluationError("evaluation.labels_unreadable", path=path, case=case.id)
    return {path.parent / name: each.count for name, each in truth.items()}
