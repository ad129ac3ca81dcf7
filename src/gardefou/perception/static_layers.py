"""Two memories of one fixed camera: what it usually shows, and what has stood still for a while.

A long memory keeps the background, a short one a candidate for each pixel that differs from it:
what is not background and does not change is static (F. Porikli, "Robust abandoned object
detection using dual foregrounds", 2008; R. Evangelio and T. Sikora, "Static object detection based
on a dual background model and a finite-state machine", 2011). All times are of the stream, so that
one picture a second says the same as ten.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gardefou.geometry.arrays import Bools, Image
from gardefou.perception.brightness import brightness

Layer = npt.NDArray[np.float32]

# Tuned on ABODA (street, infrared night, classrooms; 1 and 30 fps) against PETS 2001 and 2009,
# roads, a car park at dusk, an atrium and offices, in which nothing is left.
STATIC_S: Final = 2.0
"""A pixel that shows the same thing for this long is static, s."""

REMEMBERED_S: Final = 8.0
"""A static pixel is remembered behind what passes in front of it for up to this long, s."""

_BACKGROUND_S: Final = 30.0
"""Time constant with which the background follows slow changes of the light, s."""

_CANDIDATE_S: Final = 3.0
"""Time constant with which a candidate follows its pixel, s."""

_NOISE_S: Final = 10.0
"""Time constant of the noise estimate, s."""

_FIRST_NOISE: Final = 4.0
"""Noise before it was measured, grey levels."""

_NOISES: Final = 4.0
"""A pixel is another thing from this many mean deviations away."""

_LEAST_DIFFERENCE: Final = 12.0
_MOST_DIFFERENCE: Final = 45.0
"""Bounds of the difference at which a pixel is another thing, grey levels."""

_SAMENESS: Final = 0.75
"""A candidate's pixel is the same up to this share of that difference."""

_UNDONE: Final = 2.0
"""A candidate is forgotten this much faster where the background shows again."""

_FORGETTING: Final = 0.9
"""And this much slower than it was learned while something else is in front of it."""

_CONFIRMED_S: Final = 0.7
"""A background seen for less than this is a guess from the first picture, s."""

_LIGHT_PX: Final = 65
"""Side of the square over which a change of the light is averaged, px of the working picture."""

_MISFIT: Final = 0.3
"""Share of the picture from which an old background in the new light is no background."""

_DARK: Final = 8.0
_STRONGEST_GAIN: Final = 2.0
_SAMPLING: Final = 5


@dataclass(frozen=True, slots=True)
class Still:
    """Which pixels [H, W] of the working picture are what.

    ``static`` differ from the background and stood still, also while hidden for a moment; ``live``
    differ from the background and did not stand still; ``shown`` show their candidate now;
    ``contrast`` of candidate and background, in differences that a pixel needs to be foreign.
    """

    static: Bools
    live: Bools
    shown: Bools
    contrast: Layer


class StaticLayers:
    """The two memories, learned from pictures of one size in order of time."""

    def __init__(self, image: Image) -> None:
        """Begin with a picture [H, W, 3]: what it shows is the background."""
        self.background: Layer = image.astype(np.float32)
        self.candidate: Layer = self.background.copy()
        self._seen_s: Layer = np.zeros(image.shape[:2], dtype=np.float32)
        self._confirmed_s: Layer = np.zeros(image.shape[:2], dtype=np.float32)
        self._noise: Layer = np.full(image.shape[:2], _FIRST_NOISE, dtype=np.float32)

    def update(self, image: Image, elapsed: float) -> Still:
        """Learn a picture [H, W, 3], ``elapsed`` s after the one before."""
        picture = self._at_usual_gain(image)
        least = self._least()
        from_background = _difference(picture, self.background)
        foreign = from_background >= least
        same = _difference(picture, self.candidate) < least * _SAMENESS
        self._learn_background(picture, from_background, foreign, elapsed)
        shown = foreign & same
        self._learn_candidate(picture, foreign, shown, elapsed)
        stood = self._seen_s >= STATIC_S
        self._correct_guesses(foreign, stood, elapsed)
        apart = _difference(self.candidate, self.background)
        static = stood & (apart >= least)
        contrast = apart / least
        return Still(static, foreign & ~(shown & stood), shown, contrast)

    def relit(self, image: Image, things: Bools) -> StaticLayers:
        """The memories after the light changed all over, beginning with a picture [H, W, 3].

        The background is what it was, in the new light: also behind ``things`` [H, W] that still
        stand there, and behind whoever passes. What fits it badly all over begins anew.
        """
        after = StaticLayers(image)
        after._noise = self._noise
        expected = self.in_light_of(image, self.background, things)
        hidden = _difference(image.astype(np.float32), expected) >= self._least()
        if np.count_nonzero(hidden & ~things) > _MISFIT * things.size:
            hidden = things
        hidden |= things
        cv2.copyTo(expected, hidden.view(np.uint8), after.background)
        after._confirmed_s[hidden] = _CONFIRMED_S
        after._seen_s[things] = STATIC_S
        return after

    def in_light_of(self, image: Image, layer: Layer, things: Bools) -> Layer:
        """A layer [H, W, 3] as it would look in the light of a picture [H, W, 3].

        The light is taken to vary slowly over the picture, and is read beside the things [H, W].
        """
        beside = (~things)[..., None].astype(np.float32)
        now, before = (
            cv2.blur((each + np.float32(_DARK)) * beside, (_LIGHT_PX, _LIGHT_PX))
            for each in (image.astype(np.float32), self.background)
        )
        gain = now / np.maximum(before, np.float32(1e-3))
        return np.asarray((layer + np.float32(_DARK)) * gain - np.float32(_DARK), dtype=np.float32)

    def _least(self) -> Layer:
        """The difference from which each pixel is another thing, grey levels. [H, W]."""
        least = np.clip(self._noise * _NOISES, _LEAST_DIFFERENCE, _MOST_DIFFERENCE)
        return np.asarray(least, dtype=np.float32)

    def accept(self, where: Bools) -> None:
        """Make what stands still at some pixels [H, W] part of the background."""
        cv2.copyTo(self.candidate, where.view(np.uint8), self.background)
        self._confirmed_s[where] = _CONFIRMED_S
        self._seen_s[where] = 0.0

    def _correct_guesses(self, foreign: Bools, stood: Bools, elapsed: float) -> None:
        """What was in front of the first picture only was no background."""
        self._confirmed_s += np.multiply(~foreign, np.float32(elapsed))
        self.accept(stood & (self._confirmed_s < _CONFIRMED_S))

    def _at_usual_gain(self, image: Image) -> Layer:
        """The picture as it would be at the exposure of the background."""
        sparse = (slice(None, None, _SAMPLING), slice(None, None, _SAMPLING))
        bright = brightness(image[sparse]) + _DARK
        usual = brightness(self.background[sparse]) + _DARK
        gain = float(np.median(bright / usual))
        gain = min(max(gain, 1 / _STRONGEST_GAIN), _STRONGEST_GAIN)
        picture: Layer = image.astype(np.float32)
        picture *= np.float32(1.0 / gain)
        return picture

    def _learn_background(
        self, picture: Layer, difference: Layer, foreign: Bools, elapsed: float
    ) -> None:
        usual = (~foreign).view(np.uint8)
        _follow(self.background, picture, _rate(elapsed, _BACKGROUND_S), usual)
        _follow(self._noise, difference, _rate(elapsed, _NOISE_S), usual)

    def _learn_candidate(
        self, picture: Layer, foreign: Bools, shown: Bools, elapsed: float
    ) -> None:
        gains = np.zeros(256)
        gains[:3] = -elapsed * _UNDONE, -elapsed * _FORGETTING, elapsed
        which = foreign.view(np.uint8) + shown.view(np.uint8)
        seen = np.asarray(cv2.LUT(which, gains), dtype=np.float64)
        seen += self._seen_s
        self._seen_s = np.clip(seen, -1.0, REMEMBERED_S, out=seen).astype(np.float32)
        replaced = foreign & ~shown & (self._seen_s <= 0)
        self._seen_s[replaced] = 0.0
        _follow(self.candidate, picture, _rate(elapsed, _CANDIDATE_S), shown.view(np.uint8))
        cv2.copyTo(picture, replaced.view(np.uint8), self.candidate)


def _follow(layer: Layer, picture: Layer, rate: float, where: npt.NDArray[np.uint8]) -> None:
    """Draw a layer towards a picture, in place, at the pixels [H, W] that are not 0."""
    step: Layer = np.asarray(cv2.subtract(picture, layer), dtype=np.float32)
    step *= np.float32(rate)
    cv2.add(layer, step, dst=layer, mask=where)


def _difference(a: Layer, b: Layer) -> Layer:
    """Largest difference over the channels, grey levels. [H, W, 3] -> [H, W]."""
    d = cv2.absdiff(a, b)
    return np.maximum(np.maximum(d[..., 0], d[..., 1]), d[..., 2])


def _rate(elapsed: float, time_constant: float) -> float:
    return 1.0 - math.exp(-elapsed / time_constant)
