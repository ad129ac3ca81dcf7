"""Things that came into a fixed camera's picture and stand still there, with how old they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from gardefou.geometry.arrays import Bools, Floats, Image, Size
from gardefou.perception.brightness import brightness
from gardefou.perception.static_layers import STATIC_S, Layer, StaticLayers, Still

WORKING_PIXELS: Final = 384 * 256
"""Area of the working picture, px: a bag at the far end of a street is still a few pixels wide."""

PERIOD_S: Final = 0.38
"""Least time between two pictures that are looked at, s: what stands still can wait."""

IDLE_PERIOD_S: Final = 0.78
"""The same while there is no thing younger than `SETTLING_S`, s."""

SETTLING_S: Final = 10.0
"""A thing is looked at often until this age, s: most that are none have gone by then."""

LONGEST_STEP_S: Final = 2.0
"""The most that the time between two pictures counts, s: nobody saw what happened meanwhile."""

UPHEAVAL: Final = 0.5
"""Share of the picture from which a change is the light or the camera; all begins anew, but for
things that are seen again in the new light."""

LIGHT: Final = 0.2
"""The same share where the background's own texture is still seen in what changed: the light."""

_SAME_PLACE: Final = 0.7
_SEEN_AGAIN: Final = 0.5
"""Correlation of the texture before and after such a change from which the same is seen again, of
the place and of a thing with its outline: a knocked camera shows something else there."""

ABSORBED_S: Final = 1800.0
"""After this long a thing belongs to the place, s."""

_LEAST_AREA: Final = 0.0004
"""Smallest thing, share of the picture."""

_LARGEST_AREA: Final = 0.15
"""Largest thing, share of the picture; a larger one is the light."""

_SAME_OUTLINE: Final = 0.5
"""Intersection over union from which a still region is a known thing, newly outlined."""

_GONE: Final = 0.5
"""A thing is gone when less than this share of its pixels still stand still."""

_KNOWN: Final = 0.5
"""Share of a still region within known things from which it is no new one."""

_GHOST: Final = 0.02
"""Balance of contour gradients below which a thing left rather than came (see `_came`)."""

_YOUNG_GHOST: Final = 0.12
_YOUNG_S: Final = 15.0
"""The same while the background is this young, s: who stood in the first picture left a ghost."""

_SETTLED_S: Final = 3.0
"""A thing younger than this is forgotten when it turns out to be a part of a larger one, s."""

_RELIT: Final = 0.8
"""Correlation with the background from which a region is the background in another light."""

_TEXTURE: Final = 2.5
"""Least standard deviation of a background whose fine texture can be recognised, grey levels."""

_MOST_LIGHT: Final = 0.4
"""Largest change, in natural logarithms of brightness, that is asked whether it is the light: half
as bright again, or a third less. A lamp or a hard shadow may change more; so does most luggage."""

_BLACK: Final = 8.0
"""Added to grey levels before they are compared by ratio: below it a camera sees its own noise."""

_RESTLESS_S: Final = 3.0
"""Time constant of the stillness measure, s."""

_CONTRAST_S: Final = 5.0
"""Time constant of a thing's contrast, s: a flicker of the light does not make an object."""

_STIR_S: Final = 5.0
"""Something must have moved beside a thing within this time before it was seen, s."""

_CARRIER: Final = 0.5
"""How much of it, in areas of the thing."""

_BESIDE: Final = 1.0
"""How far beside a thing it is looked for, in its longer side."""

_JUDGED_S: Final = 1.0
"""A region is not judged relit or a ghost before this age, s."""


@dataclass(slots=True)
class Thing:
    """One still thing: its pixels and what is known of it.

    ``mask`` [H, W] of the working picture; ``box`` x1, y1, x2, y2 in its pixels; ``born`` stream
    time at which it first stood still, s; ``stillness`` 0..1; ``carried`` whether something moved
    beside it just before; ``company`` what moves beside it now, in areas of the thing; ``contrast``
    with the background, in differences that a pixel needs; ``spread`` of that contrast over the
    thing, in natural logarithms: light changes all that it falls on by one ratio.
    """

    id: int
    mask: Bools
    box: tuple[int, int, int, int]
    born: float
    carried: bool
    came: float = 0.0
    stillness: float = 1.0
    company: float = 0.0
    contrast: float | None = None
    spread: float = math.inf

    @property
    def fill(self) -> float:
        """Share of its box that the thing fills, 0..1."""
        x1, y1, x2, y2 = self.box
        return int(np.count_nonzero(self.mask)) / ((x2 - x1) * (y2 - y1))


class StaticThings:
    """The still things of one camera, learned from its pictures in order of time."""

    def __init__(self) -> None:
        self._next = 1
        self.reset()

    def reset(self) -> None:
        """Forget everything, as after a break in the stream."""
        self._layers: StaticLayers | None = None
        self._time = 0.0
        self._shape: tuple[int, ...] = ()
        self._stirred: Layer = np.zeros((0, 0), dtype=np.float32)
        self.things: list[Thing] = []

    def update(self, image: Image, time: float) -> bool:
        """Learn a picture [H, W, 3] at a stream time, s; whether it was time to look at it."""
        if self._layers is not None and 0 <= time - self._time < self._period_s(time):
            return False
        small = shrunk(image)
        if self._layers is None or small.shape != self._shape or time < self._time:
            self._begin(small, time)
            return True
        elapsed = min(time - self._time, LONGEST_STEP_S)
        self._time = time
        still = self._layers.update(small, elapsed)
        # What shows the background again is no change, however long a thing there is remembered.
        changed = still.live | still.shown
        if self._is_upheaval(small, changed):
            self._begin_again(small, changed, time)
            return True
        self._stirred[still.live] = time
        self._outline(still.static, time)
        self._judge(still.static, time)
        for thing in self.things:
            _watch(thing, still, elapsed)
        return True

    def _period_s(self, time: float) -> float:
        """Least time from the last picture that was looked at to the next, s."""
        settles = any(time - each.born < SETTLING_S for each in self.things)
        return PERIOD_S if settles else IDLE_PERIOD_S

    def scale(self, size: Size) -> tuple[float, float]:
        """Pixels of a picture of a size to a pixel of the working picture, across and down."""
        return size[0] / self._shape[1], size[1] / self._shape[0]

    def _begin(self, small: Image, time: float) -> None:
        self._layers = StaticLayers(small)
        self._time, self._shape, self._began = time, small.shape, time
        self._stirred = np.full(small.shape[:2], -np.inf, dtype=np.float32)
        self.things = []

    def _is_upheaval(self, small: Image, changed: Bools) -> bool:
        """Whether so much changed at some pixels [H, W] that it is the light or the camera."""
        share = int(np.count_nonzero(changed)) / changed.size
        return share > UPHEAVAL or (share > LIGHT and self._is_light(small, changed))

    def _is_light(self, small: Image, changed: Bools) -> bool:
        """Whether what changed shows the background's own texture."""
        layers = self._layers
        assert layers is not None
        return _likeness(layers.background, small, changed) >= _SAME_PLACE

    def _begin_again(self, small: Image, changed: Bools, time: float) -> None:
        """Begin anew after a change of the whole picture, with what is seen again in it."""
        layers = self._layers
        assert layers is not None
        kept = [each for each in self.things if _seen_again(layers, small, each)]
        if not kept and not self._is_light(small, changed):
            self._begin(small, time)
            return
        covered = np.zeros(changed.shape, dtype=np.bool_)
        for thing in kept:
            covered |= thing.mask
        self._layers = layers.relit(small, covered)
        self._began, self.things = time, kept

    def _outline(self, static: Bools, time: float) -> None:
        """Match still regions with known things; regions that nothing explains are new things."""
        before = self.things
        self.things = [each for each in before if _share(static, each.mask) >= _GONE]
        brought = [each.mask for each in before if each.carried and each not in self.things]
        for region in _regions(static):
            inside = [each for each in self.things if _share(region.mask, each.mask) >= _KNOWN]
            overlaps = [_overlap(region.mask, each.mask) for each in inside]
            if overlaps and max(overlaps) >= _SAME_OUTLINE:
                same = inside[int(np.argmax(overlaps))]
                same.mask, same.box = region.mask, region.box
                dropped = [each for each in inside if each is not same]
            else:
                dropped = [each for each in inside if time - each.born < _SETTLED_S]
            self.things = [each for each in self.things if each not in dropped]
            self._add_unknown(region, brought, time)

    def _add_unknown(self, region: _Region, brought: Sequence[Bools], time: float) -> None:
        """A new thing where no known one explains most of a region.

        ``brought`` [H, W] are what came and is gone now: who stood with a bag was one thing with
        it, and what is left of that came with them.
        """
        known = np.zeros(region.mask.shape, dtype=np.bool_)
        for thing in self.things:
            known |= thing.mask
        fresh = region.mask & ~_grown(known, 2) if known.any() else region.mask
        for part in _regions(fresh):
            around = _surroundings(part.box)
            recently = self._stirred[around] >= time - STATIC_S - _STIR_S
            stirred = int(np.count_nonzero(recently & ~part.mask[around]))
            carried = stirred >= _CARRIER * part.area or any(
                _share(each, part.mask) >= _KNOWN for each in brought
            )
            self.things.append(Thing(self._next, part.mask, part.box, time, carried))
            self._next += 1

    def _judge(self, static: Bools, time: float) -> None:
        """Give back to the background what is a ghost, another light, or has been there long."""
        layers = self._layers
        assert layers is not None
        if not self.things:
            return
        ghost = _YOUNG_GHOST if time - self._began < _YOUNG_S else _GHOST
        kept = []
        for thing in self.things:
            thing.came = _came(layers, static, thing)
            thing.spread = _spread(layers, thing)
        for thing in self.things:
            age = time - thing.born
            over = age >= ABSORBED_S or np.count_nonzero(thing.mask) > _LARGEST_AREA * static.size
            unreal = age >= _JUDGED_S and (thing.came < ghost or _relit(layers, thing))
            if over or unreal:
                layers.accept(_grown(thing.mask, 2) & static)
            else:
                kept.append(thing)
        self.things = kept


@dataclass(frozen=True, slots=True)
class _Region:
    """A connected region of the working picture: its pixels, box and area, px."""

    mask: Bools
    box: tuple[int, int, int, int]
    area: int


def _regions(mask: Bools) -> list[_Region]:
    """The connected regions of a mask that are large enough for a thing."""
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    # Labels of 16 bits cost a third of the usual ones, and are enough for pictures of this size.
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        opened, connectivity=8, ltype=cv2.CV_16U
    )
    least = _LEAST_AREA * mask.size
    regions = []
    for label in np.flatnonzero(stats[:count, cv2.CC_STAT_AREA] >= least):
        if label:
            x, y, w, h, area = (int(each) for each in stats[label])
            part = (slice(y, y + h), slice(x, x + w))
            whole = np.zeros(mask.shape, dtype=np.bool_)
            whole[part] = labels[part] == label
            regions.append(_Region(whole, (x, y, x + w, y + h), area))
    return regions


def _share(of: Bools, mask: Bools) -> float:
    """Share of a mask's pixels that are set in another."""
    return int(np.count_nonzero(of & mask)) / max(int(np.count_nonzero(mask)), 1)


def _overlap(a: Bools, b: Bools) -> float:
    """Intersection over union of two masks."""
    return int(np.count_nonzero(a & b)) / max(int(np.count_nonzero(a | b)), 1)


def _window(box: tuple[int, int, int, int], margin: int) -> tuple[slice, slice]:
    """The rows and columns of a box grown by a margin, px."""
    x1, y1, x2, y2 = box
    return slice(max(y1 - margin, 0), y2 + margin), slice(max(x1 - margin, 0), x2 + margin)


def _surroundings(box: tuple[int, int, int, int]) -> tuple[slice, slice]:
    """The rows and columns round a thing in which company counts."""
    return _window(box, round(max(box[2] - box[0], box[3] - box[1]) * _BESIDE))


def shrunk(image: Image) -> Image:
    """The working picture of a picture [H, W, 3]."""
    height, width = image.shape[:2]
    scale = min(math.sqrt(WORKING_PIXELS / (width * height)), 1.0)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    # OpenCV sums parts of pixels in 32 bits either way; of bytes it costs half as much again.
    means = cv2.resize(image.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    small = cv2.convertScaleAbs(means)
    return np.asarray(cv2.GaussianBlur(small, (3, 3), 0), dtype=np.uint8)


def _watch(thing: Thing, still: Still, elapsed: float) -> None:
    """How still a thing is, and what moves beside it."""
    own, around = _window(thing.box, 1), _surroundings(thing.box)
    mask = thing.mask[own]
    area = max(int(np.count_nonzero(mask)), 1)
    contrast = float(np.median(still.contrast[own][mask]))
    known = contrast if thing.contrast is None else thing.contrast
    thing.contrast = known + (contrast - known) * (1 - math.exp(-elapsed / _CONTRAST_S))
    beside = still.live[around] & ~_grown(thing.mask[around], 1)
    thing.company = int(np.count_nonzero(beside)) / area
    if thing.company < _CARRIER:
        core = _eroded(mask)
        shown = _share(still.shown[own], core if core.any() else mask)
        thing.stillness += (shown - thing.stillness) * (1 - math.exp(-elapsed / _RESTLESS_S))


def _came(layers: StaticLayers, static: Bools, thing: Thing) -> float:
    """Whether a thing came (towards 1) or left (towards -1), by gradients now and before.

    A thing that came has edges of its own along its outline where the background has none; where
    one left, the background has them (in the way of F. Lv et al., "Left-luggage detection using
    Bayesian inference", 2006).
    """
    own = _window(thing.box, 3)  # The outline grown by one, and one more for the gradient.
    background, mask = layers.background[own], thing.mask[own]
    shown = np.where(static[own][..., None], layers.candidate[own], background)
    band = _grown(mask, 1) & ~_eroded(mask)
    new, old = (float(_gradient(each)[band].mean()) for each in (shown, background))
    return (new - old) / max(new + old, 1e-6)


def _relit(layers: StaticLayers, thing: Thing) -> bool:
    """Whether a thing is the background in another light: its texture is still there."""
    own = _window(thing.box, 4)
    inner = _eroded(thing.mask[own])
    if np.count_nonzero(inner) < _LEAST_AREA * thing.mask.size / 2:
        return False
    new = _fine(layers.candidate[own], inner)
    old = _fine(layers.background[own], inner)
    if min(float(old.std()), float(new.std())) < _TEXTURE:
        return False
    return bool(np.corrcoef(old, new)[0, 1] >= _RELIT)


def _seen_again(layers: StaticLayers, picture: Image, thing: Thing) -> bool:
    """Whether a thing is in a picture [H, W, 3] taken in another light."""
    own = _window(thing.box, 4)
    before = np.where(thing.mask[own][..., None], layers.candidate[own], layers.background[own])
    return _likeness(before, picture[own], _grown(thing.mask[own], 2)) >= _SEEN_AGAIN


def _likeness(before: Layer, picture: Image, where: Bools) -> float:
    """Correlation of the texture of a picture [H, W, 3] with that before at some pixels [H, W]."""
    old, new = _fine(before, where), _fine(picture.astype(np.float32), where)
    if min(float(old.std()), float(new.std())) < _TEXTURE:
        return 0.0
    return float(np.corrcoef(old, new)[0, 1])


def _spread(layers: StaticLayers, thing: Thing) -> float:
    """How unevenly a thing differs from the background, in natural logarithms of brightness.

    Light and shade scale what they fall on, all over and in every colour (J. C. S. Jacques Jr. et
    al., "Background subtraction and shadow detection in grayscale video sequences", 2005); a thing
    has grey levels of its own. Infinite where more changed than light usually does.
    """
    own = _window(thing.box, 1)
    mask = thing.mask[own]
    core = _eroded(mask)
    where = core if core.any() else mask
    after, before = (each[own][where] + _BLACK for each in (layers.candidate, layers.background))
    change = np.log(after / before)
    if abs(float(change.mean())) > _MOST_LIGHT:
        return math.inf
    return float(change.std())


def _fine(image: Layer, mask: Bools) -> Layer:
    """Grey levels under a mask without what varies slowly there. [H, W, 3] -> [K]."""
    weight = mask.astype(np.float32)
    grey = brightness(image)
    around = cv2.blur(grey * weight, (9, 9))[mask] / cv2.blur(weight, (9, 9))[mask]
    return np.asarray(grey[mask] - around, dtype=np.float32)


def _gradient(image: Layer) -> Layer:
    """Strength of the edges, from grey levels. [H, W, 3] -> [H, W]."""
    grey = brightness(image)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down), dtype=np.float32)


def _grown(mask: Bools, by: int) -> Bools:
    """A mask grown by some pixels on every side."""
    size = 2 * by + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((size, size), np.uint8)).astype(np.bool_)


def _eroded(mask: Bools) -> Bools:
    """A mask without its outermost pixels."""
    return cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)


def boxes_of(things: Sequence[Thing], scale: tuple[float, float]) -> Floats:
    """Boxes of things in pixels of the analysed picture. [N, 4]."""
    boxes: Floats = np.array([each.box for each in things], dtype=np.float64).reshape(-1, 4)
    boxes *= np.array([*scale, *scale])
    return boxes
