"""What masks hide: of each camera's picture, and of what the law says no camera may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import shapely
from shapely.geometry import Polygon, box

from gardefou.site.document import Camera, SensitiveKind

WHOLE: Final = 0.999
"""An area covered to this share is covered: what is left is the rounding of drawn corners."""


@dataclass(frozen=True, slots=True)
class AreaCoverage:
    """A sensitive area and the share of it that masks hide, 0..1."""

    area: str
    kind: SensitiveKind
    share: float

    @property
    def is_covered(self) -> bool:
        """Whether nothing of it is seen."""
        return self.share >= WHOLE


@dataclass(frozen=True, slots=True)
class MaskCoverage:
    """One camera: the share of its picture that is masked, 0..1, and its sensitive areas."""

    camera: str
    masked: float
    areas: tuple[AreaCoverage, ...]


def mask_coverage(camera: Camera) -> MaskCoverage:
    """What a camera's masks hide, by area, exactly; masks that overlap count once."""
    hidden = _union([mask.polygon for mask in camera.masks])
    areas = tuple(
        AreaCoverage(each.id, each.kind, _share(Polygon(each.polygon), hidden))
        for each in camera.sensitive
    )
    return MaskCoverage(camera.id, _share(box(0, 0, 1, 1), hidden), areas)


def uncovered(camera: Camera) -> list[AreaCoverage]:
    """Sensitive areas of which something is seen."""
    return [each for each in mask_coverage(camera).areas if not each.is_covered]


def _union(polygons: Sequence[Sequence[tuple[float, float]]]) -> shapely.Geometry:
    return shapely.union_all([Polygon(each) for each in polygons])


def _share(area: Polygon, hidden: shapely.Geometry) -> float:
    return min(1.0, float(shapely.area(shapely.intersection(area, hidden)) / area.area))
