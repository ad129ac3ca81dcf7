"""What must be blurred in the very picture that is to be shown: faces, heads, vehicles' numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from gardefou.evidence.heads import HEAD_SCORE
from gardefou.geometry.arrays import Floats, Image
from gardefou.geometry.detections import ObjectClass
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.heads import FaceFinder, head_regions
from gardefou.perception.vehicle_bands import may_carry_number, vehicle_bands

PEOPLE_PIXELS: Final = 736 * 416
"""Area of the person network's input for evidence, px: larger than for analysis, for people who
are small in the picture."""


class Finder(Protocol):
    """Whatever finds heads in a picture."""

    def find(self, image: Image) -> Floats:
        """Head regions of a picture [H, W, 3]: [N, 4] in fractions of the frame."""
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

    def find(self, image: Image) -> Floats:
        """Regions to blur in a picture [H, W, 3]: [N, 4] in fractions of the frame."""
        height, width = image.shape[:2]
        size = (width, height)
        found = self._people.detect(image)
        bands = vehicle_bands(found.boxes[may_carry_number(found.classes)], size)
        people = found.boxes[found.classes == int(ObjectClass.PERSON)]
        heads = np.concatenate([head_regions(people, size), self._faces.find(image), bands])
        return heads / np.array([width, height, width, height], dtype=np.float64)
