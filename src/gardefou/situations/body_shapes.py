"""Shapes of bodies: which stand or sit, which may be one that came down, which are the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Bools, Floats, Size
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.situations.scene import Scene

# Lengths are in heights of the body as it stood or sat, "H". All were set together on the acted
# falls and daily life of the labelled footage (offices, bedrooms, a laboratory from above), as they
# are, mirrored, darkened and made smaller.
UPRIGHT_SCORE = 0.35
"""Least score of a detection that shows a body upright."""

HEAD_DROP = 0.42
"""Least way of the box's upper edge down, H. To sit down on a low chair is 0.4."""

FLAT = 0.36
"""Largest flatness of a body on the ground: (height / H) x (height / width). 0.16 to 0.31 on the
falls, 0.45 of someone who crouches."""

FLAT_HEIGHT = 0.6
"""Largest height of a body on the ground, H: a camera from above sees it foreshortened."""

WIDEST = 1.6
"""Largest width of a body on the ground, H."""

LEAST_AREA = 0.05
"""Least area of what may be a body on the ground, H²."""

LEAST_PART = 0.03
"""Least area of what shows that it is still there, H²: the network may see the legs alone."""

SLIVER = 0.2
"""A shape cut by the frame's lower border is no body below this height, H: people leave there."""

STILL_FLAT = 0.45
"""Largest flatness of a body that goes on lying: an arm or a knee is raised."""

LONG = 1.4
"""Least width over height of a body in a closer look that begins a fall."""

LEFT_SEAT = 0.45
"""How far a seated body must come from its seat, H: who lies down where they sit does not."""

REACH = 0.6
"""How far from where it stood a body may lie, H."""

RISES = 0.25
"""How far the lower edge may come up in a fall, H: feet near the camera leave the ground."""

BORDER = 0.01
"""An edge this near the frame's border, in heights of the frame, is cut by it."""

PART = 0.8
"""Share of a shape within a body's place from which it is a part of that body."""

SAME_PLACE = 0.35
"""Overlap (intersection over union) of two boxes of one body that lies still."""

STANDS = 0.55
"""A body this high, H, at the place of a fall stands or sits there."""

SITS = 0.4
SURE = 0.6
"""One this high, H, does so when the network is this sure, since it is never sure of who lies, or
surer than the look that shows the body lying."""

SEATED_ASPECT = 0.9
"""Least height over width of such a body."""

HALF = 0.5
"""It is there when it covers this share of the place, or when its foot is this near, H."""


@dataclass(frozen=True, slots=True)
class Stance:
    """How a body was before it may have fallen.

    ``height`` px is H; ``seen`` is how much of it the picture shows, px: less where it is cut, and
    then ``tallest`` is how high it may be, px.
    """

    time: float
    box: Floats
    height: float
    seated: bool
    seen: float
    tallest: float


def people_of(found: Detections) -> Detections:
    """The people among detections."""
    return found[found.classes == ObjectClass.PERSON]


def shapes_of(scene: Scene, people: Detections) -> Floats:
    """Boxes of everything that may be a body: people and what moves. [N, 4]."""
    if not scene.foreground.reliable:
        return people.boxes
    return np.concatenate([people.boxes, scene.foreground.boxes])


def upright_of(people: Detections) -> Detections:
    """People whose boxes are those of who stands or sits."""
    size = people.boxes[:, 2:] - people.boxes[:, :2]
    return people[size[:, 1] >= SEATED_ASPECT * size[:, 0]]


def places_for(shapes: Floats, stance: Stance, size: Size) -> Floats:
    """Where a body of that stance may lie: limbs of a shape that does not lie are left out. [M, 4].

    ``size`` of the frame, px.
    """
    lies = _lies(shapes, stance, size)
    found, others = shapes[lies], shapes[~lies & (_flatness(shapes, stance.height) <= STILL_FLAT)]
    within = box.intersections(found, others) >= PART * box.areas(found)[:, None]
    return found[~within.any(axis=1)]


def at_full_length(looked: Floats, stance: Stance, size: Size) -> Floats:
    """Bodies of closer looks that may be that body at full length. [N, 4] -> [M, 4]."""
    wide, high = looked[:, 2] - looked[:, 0], looked[:, 3] - looked[:, 1]
    return looked[_lies(looked, stance, size) & (wide >= LONG * high)]


def _lies(shapes: Floats, stance: Stance, size: Size) -> Bools:
    """Which shapes could be that body on the ground. [N, 4] -> [N]."""
    before, height = stance.box, stance.height
    wide, high = shapes[:, 2] - shapes[:, 0], shapes[:, 3] - shapes[:, 1]
    flat = _flatness(shapes, height) <= FLAT
    sized = (wide * high >= LEAST_AREA * height**2) & (wide <= WIDEST * height)
    sized &= (high >= SLIVER * height) | (shapes[:, 3] < size[1] * (1 - BORDER))
    low = (high <= FLAT_HEIGHT * stance.tallest) & (shapes[:, 1] >= before[1] + HEAD_DROP * height)
    below = shapes[:, 3] - before[3]
    gap = np.maximum(shapes[:, 0] - before[2], before[0] - shapes[:, 2])
    near = (below >= -RISES * height) & (below <= REACH * height) & (gap <= REACH * height)
    if stance.seated:
        aside = (shapes[:, 0] + shapes[:, 2] - before[0] - before[2]) / 2
        near &= np.hypot(aside, below) >= LEFT_SEAT * height
    return np.asarray(flat & sized & low & near)


def _flatness(shapes: Floats, height: float) -> Floats:
    wide, high = shapes[:, 2] - shapes[:, 0], shapes[:, 3] - shapes[:, 1]
    return np.asarray((high / height) * (high / np.maximum(wide, 1.0)))


def same_body(place: Floats, height: float, shapes: Floats) -> Bools:
    """Which shapes are a body of a height, px, that lies at a place [4], or a part of it.

    [N, 4] -> [N].
    """
    alike = box.iou(place[None], shapes)[0] >= SAME_PLACE
    area = np.maximum(box.areas(shapes), 1.0)
    inside = box.intersections(place[None], shapes)[0] >= PART * area
    inside &= area >= LEAST_PART * height**2
    return np.asarray((alike | inside) & (_flatness(shapes, height) <= STILL_FLAT))


def occupied(place: Floats, height: float, upright: Detections, lying: float) -> bool:
    """Whether somebody upright is at a place [4] where a body of a height, px, may lie.

    ``lying`` is the score of a closer look that shows the body there, 0 where none does: who lies
    does not stand, so one of the two is a mistake, the weaker one.
    """
    standing = upright[upright.scores >= (lying or UPRIGHT_SCORE)]
    boxes = standing.boxes
    share = (boxes[:, 3] - boxes[:, 1]) / height
    sure = (standing.scores >= SURE) | (lying > 0)
    tall = (share >= STANDS) | ((share >= SITS) & sure)
    over = (boxes[:, 2] > place[0]) & (boxes[:, 0] < place[2])
    covered = box.intersections(place[None], boxes)[0] >= HALF * box.areas(place[None])[0]
    near = np.abs(boxes[:, 3] - place[3]) <= HALF * height
    return bool((tall & over & (near | covered)).any())
