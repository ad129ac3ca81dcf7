"""What must be blurred in the very picture that is to be shown: faces, heads, vehicles' numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from gardefou.evidence.heads import HEAD_SCORE, VEHICLE_SCORE
from gardefou.geometry.arrays import Floats, Image
from gardefou.geometry.detections import ObjectClass
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.heads import FaceFinder, head_regions
from gardefou.perception.vehicle_bands import may_carry_number, vehicle_bands

PEOPLE_PIXELS: Final = 736 * 416
"""Area of the person network's input for evidence, px: larger than for analysis, for people who
are small in the picture."""


@dataclass(frozen=True, slots=True)
class Found:
    """Regions to blur in a picture, in fractions of the frame.

    ``heads`` [N, 4]; ``bands`` [M, 4] parts of vehicles that may carry a number.
    """

    heads: Floats = field(default_factory=lambda: np.zeros((0, 4)))
    bands: Floats = field(default_factory=lambda: np.zeros((0, 4)))

    @property
    def regions(self) -> Floats:
        """All of them."""
        return np.concatenate([self.heads, self.bands])


class Finder(Protocol):
    """Whatever finds what must be blurred in a picture."""

    def find(self, image: Image) -> Found:
        """The regions of a picture [H, W, 3]."""
        ...


@dataclass(frozen=True, slots=True)
class FinderSettings:
    """Which models find heads: ``models_dir`` of the installed ones, None the user's own."""

    models_dir: Path | None = None


class HeadFinder:
    """Finds the regions of heads and of vehicles' numbers in a picture, on one thread.

    Raises `ModelError` when a model is missing or altered: without them nothing is shown.
    """

    def __init__(self, settings: FinderSettings) -> None:
        self._faces = FaceFinder(settings.models_dir)
        self._people = InferenceEngine(
            settings.models_dir, threads=1, pixels=PEOPLE_PIXELS, score_floor=HEAD_SCORE
        )

    def find(self, image: Image) -> Found:
        """Regions to blur in a picture [H, W, 3]."""
        height, width = image.shape[:2]
        size = (width, height)
        found = self._people.detect(image)
        vehicles = may_carry_number(found.classes) & (found.scores >= VEHICLE_SCORE)
        bands = vehicle_bands(found.boxes[vehicles], size)
        people = found.boxes[found.classes == int(ObjectClass.PERSON)]
        heads = np.concatenate([head_regions(people, size), self._faces.find(image)])
        scale = np.array([*size, *size], dtype=np.float64)
        return Found(heads / scale, bands / scale)
