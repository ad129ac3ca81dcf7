"""Labelled clips under other conditions: mirrored, dark and noisy, small, grey, slower.

A rule that was tuned on a folder of clips fits that folder. These variants show, without further
footage, how much of a figure is the rule and how much is the fit: nothing that defines a situation
changes, only the pictures do. They are no substitute for other places and nights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from gardefou.capture.burst import Burst
from gardefou.capture.frame import Frame
from gardefou.evaluation.cases import Case, CaseZone, ExpectedEvent, Point
from gardefou.geometry.arrays import Image

GAIN: Final = 0.35
"""What the dark variant leaves of the light."""

NOISE: Final = 6.0
"""Standard deviation of the dark variant's noise, grey levels."""

SCALE: Final = 0.6
"""Size of the small variant."""

Change = Callable[[Image], Image]
"""One picture [H, W, 3] made into another."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Another condition: ``picture`` changes each picture, ``case`` what the case says of places.

    ``fps`` analysed frames a second.
    """

    picture: Change = lambda image: image
    case: Callable[[Case], Case] = lambda case: case
    fps: float = 5.0

    def frame(self, frame: Frame) -> Frame:
        """A frame under this condition, its burst too."""
        burst = frame.burst
        if burst is not None:
            images = np.stack([self.picture(each) for each in burst.images])
            burst = Burst(burst.times, images)
        return replace(frame, image=self.picture(frame.image), burst=burst)


def mirror(image: Image) -> Image:
    """Left and right exchanged."""
    return np.ascontiguousarray(image[:, ::-1])


def darken(image: Image) -> Image:
    """As at night: a third of the light, and sensor noise, the same in every run."""
    seed = int(image[::16, ::16].sum())
    noise = np.random.default_rng(seed).normal(0.0, NOISE, image.shape)
    return np.clip(image * GAIN + noise, 0, 255).astype(np.uint8)


def shrink(image: Image) -> Image:
    """As from further away."""
    small = cv2.resize(image, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def decolour(image: Image) -> Image:
    """As an infrared or monochrome camera sees it."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), dtype=np.uint8)


def mirror_case(case: Case) -> Case:
    """The case of the mirrored clip; line counts are left out, their headings are not mirrored."""
    return case.model_copy(
        update={
            "zones": [_mirror_zone(zone) for zone in case.zones],
            "expect": [_mirror_event(event) for event in case.expect],
            "counts": {},
        }
    )


VARIANTS: Final[Mapping[str, Variant]] = {
    "as-is": Variant(),
    "mirrored": Variant(picture=mirror, case=mirror_case),
    "dark": Variant(picture=darken),
    "small": Variant(picture=shrink),
    "grey": Variant(picture=decolour),
    "3fps": Variant(fps=3.0),
    "8fps": Variant(fps=8.0),
}
"""The conditions by name."""


def _mirror_zone(zone: CaseZone) -> CaseZone:
    direction = zone.direction and (-zone.direction[0], zone.direction[1])
    changed = {"polygon": _mirror(zone.polygon), "line": _mirror(zone.line), "direction": direction}
    return zone.model_copy(update=changed)


def _mirror_event(event: ExpectedEvent) -> ExpectedEvent:
    return event.model_copy(update={"region": _mirror(event.region)})


def _mirror(points: list[Point] | None) -> list[Point] | None:
    return points and [(1.0 - x, y) for x, y in points]
