"""Labelled clips under other conditions: mirrored, dark, cropped, raised, hazy, slower, others.

A rule that was tuned on a folder of clips fits that folder. These variants show, without further
footage, how much of a figure is the rule and how much is the fit: nothing that defines a situation
changes, only the pictures do. They are no substitute for other places and nights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from gardefou.capture.burst import Burst
from gardefou.capture.frame import Frame
from gardefou.evaluation.cases import Case, CaseZone, Point
from gardefou.geometry.arrays import Floats, Image

GAIN: Final = 0.35
"""What the dark variant leaves of the light."""

NOISE: Final = 6.0
"""Standard deviation of the dark variant's noise, grey levels."""

SCALE: Final = 0.6
"""Size of the small variant."""

CUT: Final = 0.08
"""Share of width and height that the cropped variant lacks, at the left and at the top."""

HAZE_GAIN: Final = 0.55
HAZE_LIFT: Final = 70.0
"""What the hazy variant leaves of the contrast, and the grey that it adds, 0..255."""

QUALITY: Final = 22
"""JPEG quality of the compressed variant: blocks are plain to see."""

BREATH: Final = 0.18
BREATH_S: Final = 12.0
"""How far the exposure goes up and down in the breathing variant, and in which time, s."""

SWITCH_S: Final = 11.0
"""How long each state of the light lasts in the switched variant, s."""

DIMMED: Final = (0.25, 0.6)
"""What is left of the light at the left and at the right while some lamps are out."""

TILT_DEGREES: Final = 4.0
"""How far the tilted variant is turned: a mast that leans."""

RAISED: Final = ((-0.12, 0.0), (1.12, 0.0), (0.93, 1.0), (0.07, 1.0))
"""Where the picture's corners come to lie in the raised variant, fractions: what is near is drawn
together, what is far spread, so that heights and widths of bodies change from place to place."""

Change = Callable[[Image, float], Image]
"""One picture [H, W, 3] at a stream time, s, made into another."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Another condition: ``picture`` changes each picture, ``case`` what the case says of places.

    ``fps`` analysed frames a second.
    """

    picture: Change = lambda image, time: image
    case: Callable[[Case], Case] = lambda case: case
    fps: float = 5.0

    def frame(self, frame: Frame) -> Frame:
        """A frame under this condition, its burst too."""
        burst = frame.burst
        if burst is not None:
            pictures = zip(burst.images, burst.times.tolist(), strict=True)
            images = np.stack([self.picture(image, time) for image, time in pictures])
            burst = Burst(burst.times, images)
        return replace(frame, image=self.picture(frame.image, frame.time), burst=burst)


def mirror(image: Image, time: float) -> Image:
    """Left and right exchanged."""
    return np.ascontiguousarray(image[:, ::-1])


def darken(image: Image, time: float) -> Image:
    """As at night: a third of the light, and sensor noise, the same in every run."""
    seed = int(image[::16, ::16].sum())
    noise = np.random.default_rng(seed).normal(0.0, NOISE, image.shape)
    return np.clip(image * GAIN + noise, 0, 255).astype(np.uint8)


def shrink(image: Image, time: float) -> Image:
    """As from further away."""
    small = cv2.resize(image, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def decolour(image: Image, time: float) -> Image:
    """As an infrared or monochrome camera sees it."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), dtype=np.uint8)


def crop(image: Image, time: float) -> Image:
    """As by a camera turned aside and down: what was at the left and at the top is outside."""
    height, width = image.shape[:2]
    part = image[round(CUT * height) :, round(CUT * width) :]
    enlarged = cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(enlarged, dtype=np.uint8)


def haze(image: Image, time: float) -> Image:
    """As in mist or through a dirty dome: little contrast, nothing is black."""
    return np.asarray(np.clip(image * HAZE_GAIN + HAZE_LIFT, 0, 255), dtype=np.uint8)


def compress(image: Image, time: float) -> Image:
    """As over a narrow link."""
    _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), dtype=np.uint8)


def breathe(image: Image, time: float) -> Image:
    """As with an automatic exposure that hunts."""
    gain = 1 + BREATH * math.sin(2 * math.pi * time / BREATH_S)
    return np.asarray(np.clip(image * gain, 0, 255), dtype=np.uint8)


def switch(image: Image, time: float) -> Image:
    """As in a room in which some lamps are switched off and on."""
    if int(time // SWITCH_S) % 2 == 0:
        return image
    gains = np.linspace(*DIMMED, image.shape[1])[None, :, None]
    return np.asarray(np.clip(image * gains, 0, 255), dtype=np.uint8)


def tilt(image: Image, time: float) -> Image:
    """As from a mast that leans; the corners show the border's own pixels."""
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), TILT_DEGREES, 1.0)
    turned = cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, dtype=np.uint8)


def rise(image: Image, time: float) -> Image:
    """As by a camera that hangs higher and looks down more; the border's own pixels fill gaps."""
    height, width = image.shape[:2]
    pixels = np.array([width, height, 1.0])
    turn = _raising() * pixels[:, None] / pixels
    turned = cv2.warpPerspective(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, dtype=np.uint8)


def rise_case(case: Case) -> Case:
    """The case of the raised clip: places move along, line counts are left out."""
    return _moved(case, _raised)


def crop_case(case: Case) -> Case:
    """The case of the cropped clip: places move along, line counts and people are left out."""
    return _moved(case, _cropped)


def mirror_case(case: Case) -> Case:
    """The case of the mirrored clip; line counts are left out, their headings are not mirrored."""
    moved = _moved(case, _mirror)
    return moved.model_copy(update={"zones": [_turned_round(zone) for zone in moved.zones]})


VARIANTS: Final[Mapping[str, Variant]] = {
    "as-is": Variant(),
    "mirrored": Variant(picture=mirror, case=mirror_case),
    "dark": Variant(picture=darken),
    "small": Variant(picture=shrink),
    "grey": Variant(picture=decolour),
    "cropped": Variant(picture=crop, case=crop_case),
    "raised": Variant(picture=rise, case=rise_case),
    "hazy": Variant(picture=haze),
    "compressed": Variant(picture=compress),
    "breathing": Variant(picture=breathe),
    "switched": Variant(picture=switch),
    "tilted": Variant(picture=tilt),
    "3fps": Variant(fps=3.0),
    "4fps": Variant(fps=4.3),
    "6fps": Variant(fps=6.1),
    "8fps": Variant(fps=8.0),
}
"""The conditions by name."""


def _moved(case: Case, move: Callable[[list[Point] | None], list[Point] | None]) -> Case:
    """The case with every place moved, and without line counts, whose headings may not hold."""
    zones = [
        zone.model_copy(update={"polygon": move(zone.polygon), "line": move(zone.line)})
        for zone in case.zones
    ]
    expected = [event.model_copy(update={"region": move(event.region)}) for event in case.expect]
    return case.model_copy(update={"zones": zones, "expect": expected, "counts": {}})


def _turned_round(zone: CaseZone) -> CaseZone:
    """The zone with left and right of its direction exchanged."""
    direction = zone.direction and (-zone.direction[0], zone.direction[1])
    return zone.model_copy(update={"direction": direction})


def _mirror(points: list[Point] | None) -> list[Point] | None:
    return points and [(1.0 - x, y) for x, y in points]


def _cropped(points: list[Point] | None) -> list[Point] | None:
    return points and [(_beyond_cut(x), _beyond_cut(y)) for x, y in points]


def _beyond_cut(share: float) -> float:
    return min(max((share - CUT) / (1 - CUT), 0.0), 1.0)


def _raised(points: list[Point] | None) -> list[Point] | None:
    if points is None:
        return None
    moved = cv2.perspectiveTransform(np.array([points], dtype=np.float64), _raising())[0]
    return [(float(x), float(y)) for x, y in np.clip(moved, 0.0, 1.0)]


def _raising() -> Floats:
    """The homography of the raised variant, fractions of the frame to such. [3, 3]."""
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=np.float32)
    turn = cv2.getPerspectiveTransform(corners, np.array(RAISED, dtype=np.float32))
    return np.asarray(turn, dtype=np.float64)
