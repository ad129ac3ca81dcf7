"""People counted in pictures and clips, held against whoever counts people in this version."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Protocol

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from gardefou.capture.file import FileSource
from gardefou.capture.reader import ReadSettings
from gardefou.errors import EvaluationError
from gardefou.evaluation.cases import Case
from gardefou.evaluation.mot import people_counts
from gardefou.evaluation.stills import read_picture
from gardefou.geometry.arrays import Image
from gardefou.perception.crowd import look, people
from gardefou.perception.engine import InferenceEngine


class PeopleCounter(Protocol):
    """Counts the people in a picture."""

    def count(self, image: Image) -> float:
        """How many people a picture [H, W, 3] BGR shows."""
        ...


MakePeopleCounter = Callable[[InferenceEngine], PeopleCounter]
"""Makes the counter when a case asks for it."""


class CrowdCounter:
    """Counts people as the density of a crowd does: by one closer look, without its past."""

    def __init__(self, engine: InferenceEngine) -> None:
        self._engine = engine

    def count(self, image: Image) -> float:
        """How many people a picture [H, W, 3] BGR shows, as expected value."""
        return people(look(self._engine, image)).expected


class _Truth(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    count: int


@dataclass(frozen=True, slots=True)
class PeopleFigures:
    """Mean absolute error over pictures, persons, and how many pictures there were."""

    mae: float
    images: int


def counts_people(case: Case) -> bool:
    """Whether a case says how many people its pictures, or the frames of its clip, show."""
    return bool(case.people or case.people_truth)


def count_people(case: Case, footage: Path, counter: PeopleCounter) -> PeopleFigures:
    """Count the people of every picture or analysed frame of a case.

    Raises `EvaluationError` and, for a clip that cannot be read, `CaptureError`.
    """
    pairs = _clip(case, footage) if _is_clip(case) else _pictures(case, footage)
    errors = [abs(counter.count(image) - expected) for image, expected in pairs]
    if not errors:
        raise _unreadable(case, footage)
    return PeopleFigures(fmean(errors), len(errors))


def _is_clip(case: Case) -> bool:
    """Whether a case's truth numbers the frames of its clip (MOTChallenge ``gt.txt``)."""
    return (case.people_truth or "").endswith(".txt")


def _clip(case: Case, footage: Path) -> Iterator[tuple[Image, int]]:
    """Analysed frames and the people in each: line ``n`` of the truth is the file's n-th frame."""
    path = footage / (case.people_truth or "")
    truth = people_counts(path)
    with FileSource(footage / case.clip, ReadSettings(case.id)) as source:
        for frame in source.frames():
            number = round(frame.time * source.info.rate)
            if number < len(truth):
                yield frame.image, truth[number]


def _pictures(case: Case, footage: Path) -> Iterator[tuple[Image, int]]:
    for path, expected in _counted_pictures(case, footage).items():
        yield read_picture(path), expected


def _counted_pictures(case: Case, footage: Path) -> Mapping[Path, int]:
    """The pictures of a case and the people each shows."""
    if case.people:
        return {footage / case.clip / each.image: each.count for each in case.people}
    path = footage / (case.people_truth or "")
    try:
        truth = TypeAdapter(dict[str, _Truth]).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise _unreadable(case, footage) from error
    return {path.parent / name: each.count for name, each in truth.items()}


def _unreadable(case: Case, footage: Path) -> EvaluationError:
    path = footage / (case.people_truth or case.clip)
    return EvaluationError("evaluation.labels_unreadable", path=path, case=case.id)
