"""Labelled pictures through whoever judges stills: precision and recall over the threshold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from gardefou.errors import EvaluationError
from gardefou.evaluation.cases import Case
from gardefou.evaluation.weapon_stills import WeaponStills
from gardefou.geometry.arrays import Floats, Image
from gardefou.situations.situation import Situation


class StillJudge(Protocol):
    """Tells from one picture, without its past, how surely a situation shows in it."""

    threshold: float
    """Score from which a picture counts as positive when it ships, 0..1."""

    def judge(self, image: Image) -> float:
        """The score of a picture [H, W, 3] BGR, 0..1."""
        ...


StillJudges = Mapping[Situation, Callable[[], StillJudge]]
"""Who judges stills, by situation; made only when a case asks."""

STILL_JUDGES: Final[StillJudges] = {Situation.WEAPON: WeaponStills}
"""The judges of this version: a situation that judges single pictures registers here."""


class _Label(BaseModel):
    """A picture's label, as the footage's `annotations.json` writes it; the rest is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    positive: bool | None = None
    scene: str | None = None
    kind: str | None = None
    handgun_boxes_xyxy: list[list[float]] | None = None
    weapon_boxes_xyxy: list[list[float]] | None = None

    @property
    def situation(self) -> Situation:
        """Pictures with a place for weapon boxes are of weapons, the others of fire."""
        boxed = self.handgun_boxes_xyxy is not None or self.weapon_boxes_xyxy is not None
        return Situation.WEAPON if boxed else Situation.FIRE

    @property
    def is_positive(self) -> bool:
        if self.positive is not None:
            return self.positive
        return bool(self.handgun_boxes_xyxy or self.weapon_boxes_xyxy)


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """A picture and whether the situation shows in it; ``scene`` it belongs to."""

    path: Path
    situation: Situation
    positive: bool
    scene: str


@dataclass(frozen=True, slots=True)
class PictureScore:
    """What a judge said of a labelled picture."""

    picture: LabelledPicture
    score: float


@dataclass(frozen=True, slots=True)
class StillFigures:
    """Ratios 0..1 at a threshold, None where undefined, over ``images`` pictures."""

    precision: float | None
    recall: float | None
    threshold: float
    images: int


@dataclass(frozen=True, slots=True)
class StillReport:
    """A stills case: figures at the shipped threshold, by scene, and along all thresholds."""

    situation: Situation
    overall: StillFigures
    scenes: Mapping[str, StillFigures]
    curve: Sequence[StillFigures]
    wrong: Sequence[PictureScore]


def read_labels(case: Case, footage: Path) -> list[LabelledPicture]:
    """The labelled pictures of a stills case that are there; raises `EvaluationError`."""
    path = footage / case.clip / (case.stills or "")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        entries = document.get("images") if isinstance(document, dict) else document
        labels = TypeAdapter(dict[str, _Label]).validate_python(entries)
    except (OSError, ValueError, ValidationError) as error:
        raise EvaluationError("evaluation.labels_unreadable", path=path, case=case.id) from error
    if not labels:
        raise EvaluationError("evaluation.labels_unreadable", path=path, case=case.id)
    return [
        LabelledPicture(
            path.parent / name, each.situation, each.is_positive, each.scene or each.kind or "-"
        )
        for name, each in labels.items()
    ]


def judge_case(pictures: Sequence[LabelledPicture], judge: StillJudge) -> StillReport:
    """Put every picture before a judge; raises `EvaluationError` when one cannot be read."""
    scores = [PictureScore(each, judge.judge(read_picture(each.path))) for each in pictures]
    thresholds = sorted({judge.threshold, *(each.score for each in scores)})
    scenes = sorted({each.scene for each in pictures})
    return StillReport(
        situation=pictures[0].situation,
        overall=still_figures(scores, judge.threshold),
        scenes={
            scene: still_figures(
                [each for each in scores if each.picture.scene == scene], judge.threshold
            )
            for scene in scenes
        },
        curve=[still_figures(scores, each) for each in thresholds],
        wrong=[each for each in scores if (each.score >= judge.threshold) != each.picture.positive],
    )


def still_figures(scores: Iterable[PictureScore], threshold: float) -> StillFigures:
    """Precision and recall when scores from ``threshold`` on count as positive."""
    pairs: Floats = np.array(
        [(each.score, each.picture.positive) for each in scores], dtype=np.float64
    ).reshape(-1, 2)
    said = pairs[:, 0] >= threshold
    truth = pairs[:, 1] > 0
    right = int((said & truth).sum())
    return StillFigures(
        precision=right / int(said.sum()) if said.any() else None,
        recall=right / int(truth.sum()) if truth.any() else None,
        threshold=threshold,
        images=len(pairs),
    )


def read_picture(path: Path) -> Image:
    """A picture file as [H, W, 3] BGR; raises `EvaluationError`."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR) if path.is_file() else None
    if image is None:
        raise EvaluationError("evaluation.picture_unreadable", path=path)
    return np.asarray(image, dtype=np.uint8)
