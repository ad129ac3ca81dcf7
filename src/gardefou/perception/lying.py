"""A closer look where somebody who stood is not seen standing any more: does a body lie there?

Networks trained on upright people score lying ones low. Turned by a quarter, a lying body is
upright, so the place is cut out, enlarged and shown to the network lying on either side.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Floats, Image, Size
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.percept import Lying

LOOK_SIZE: Final = 256
"""Side of the enlarged crop, px: one size, so that the network is compiled once for all."""

CROP: Final = 2.6
"""Side of the crop, heights of the body: one that lies is as long, on either side of its feet."""

FEET: Final = 0.35
"""How far over the feet the middle of the crop is, heights of the body."""

INTERVAL_S: Final = 0.38
"""Least time between two looks of a camera, s: at most 2.6 looks a second."""

UPRIGHT_SCORE: Final = 0.35
UPRIGHT_ASPECT: Final = 1.2
"""Least score, and height over width, of a detection that shows a body upright."""

LEAST_HEIGHT: Final = 0.15
"""Least height of such a body, heights of the frame."""

LOOKED_FOR_HEIGHT: Final = 0.2
"""And of one that is looked for, once in its life: a fall is not told of a smaller one."""

FOLLOWED: Final = 0.2
"""Overlap (intersection over union) of a body with itself in the picture before."""

STOOD_S: Final = 0.4
"""How long a body must have been seen upright, s."""

LOST_S: Final = 0.3
"""A body not seen upright for this long may have fallen, s."""

BEFORE_S: Final = 1.0
"""A picture this much older than the last sight of a body upright shows the place before, s."""

KEPT_EVERY_S: Final = 1.0
KEPT: Final = 4
"""How often such a picture is kept, s, and how many."""

LEAST_SCORE: Final = 0.3
"""Least score of a body in a closer look. The place before is looked at only for such a body: most
looks show nobody."""

KNOWN: Final = 0.5
SCORED: Final = 0.7
"""Overlap (intersection over union) with something seen at the place before, and least share of
the score that it had then, from which what is seen is no body that came down: networks take some
beds and sofas for people."""

WATCHED_S: Final = 6.0
"""And is looked for where it was for so long, s."""

PATIENT_LOOKS: Final = 6
PATIENT_S: Final = 1.2
"""Where so many looks for a body showed nobody, it is looked for this seldom, s: it walked away."""


_ROTATIONS: Final = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, -1: cv2.ROTATE_90_CLOCKWISE}


class _Before:
    """What the network sees of a place in an older picture: asked once, and only when needed."""

    def __init__(self, look: Callable[[Image], Future[Detections]], image: Image, turned: Turned):
        self._look = look
        self._image: Image | None = image
        self._turned = turned
        self._seen: Future[Detections] | None = None

    def seen(self) -> Detections:
        """The detections in the turned square; waits for the network, raises what it raised."""
        if self._image is not None:
            self._seen, self._image = self._look(self._turned.cut(self._image)), None
        assert self._seen is not None
        return self._seen.result()


@dataclass(slots=True)
class _Upright:
    """A body seen upright: where last, px, since and until when, s, and when it was looked for.

    ``tallest`` it was seen, px; ``vain`` counts the looks for it, one after another, that showed
    nobody.
    """

    box: Floats
    since: float
    until: float
    tallest: float
    looked: float = -np.inf
    looks: int = 0
    vain: int = 0
    before: dict[int, _Before] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turned:
    """A square of the picture, ``origin`` x, y and ``side`` px, turned by ``quarters``.

    A quarter is 1 anticlockwise or -1 clockwise.
    """

    origin: tuple[int, int]
    side: int
    quarters: int

    @classmethod
    def round(cls, body: Floats, size: Size, quarters: int) -> Turned:
        """The square round where a body [4] px that stood there may lie, within the picture."""
        width, height = size
        tall = float(body[3] - body[1])
        side = min(round(CROP * tall), width, height)
        x = (body[0] + body[2]) / 2 - side / 2
        y = body[3] - FEET * tall - side / 2
        origin = (round(min(max(x, 0), width - side)), round(min(max(y, 0), height - side)))
        return cls(origin, side, quarters)

    def cut(self, image: Image) -> Image:
        """The turned and enlarged square of a picture [H, W, 3]."""
        x, y = self.origin
        part = image[y : y + self.side, x : x + self.side]
        shrinks = self.side > LOOK_SIZE
        way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        sized = cv2.resize(part, (LOOK_SIZE, LOOK_SIZE), interpolation=way)
        return np.asarray(cv2.rotate(sized, _ROTATIONS[self.quarters]), dtype=np.uint8)

    def in_picture(self, boxes: Floats) -> Floats:
        """Boxes of the turned square in pixels of the picture. [N, 4] -> [N, 4]."""
        x1, y1, x2, y2 = boxes.T
        turns = {
            1: (LOOK_SIZE - y2, x1, LOOK_SIZE - y1, x2),
            -1: (y1, LOOK_SIZE - x2, y2, LOOK_SIZE - x1),
        }
        upright = np.stack(turns[self.quarters], axis=1) * (self.side / LOOK_SIZE)
        return upright + np.array([*self.origin, *self.origin], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class LyingLook:
    """A look under way: what of the picture is looked at, whose place it is, the network's answer.

    ``before`` is what it sees of the same place in a picture from before the body came down.
    """

    turned: Turned
    found: Future[Detections]
    before: _Before
    body: _Upright


class LyingLooks:
    """Looks of one camera at places where a body that stood may lie now.

    ``look`` hands an enlarged crop to the network. Nothing is looked at while nobody who was seen
    upright is missing.
    """

    def __init__(self, look: Callable[[Image], Future[Detections]]) -> None:
        self._look = look
        self.reset()

    def reset(self) -> None:
        """Forget everybody, as after a break in the stream."""
        self._bodies: list[_Upright] = []
        self._pictures: deque[tuple[float, Image]] = deque(maxlen=KEPT)
        self._looked = -np.inf
        self._least_px = 0.0

    def start(self, image: Image, time: float) -> LyingLook | None:
        """Begin a look at a picture [H, W, 3] at a stream time, s, when one is due."""
        if not self._pictures or time - self._pictures[-1][0] >= KEPT_EVERY_S:
            self._pictures.append((time, image.copy()))
        if time - self._looked < INTERVAL_S:
            return None
        missing = [each for each in self._tall() if _is_missing(each, time)]
        if not missing:
            return None
        body = min(missing, key=lambda each: each.looked)
        body.looked = self._looked = time
        body.looks += 1
        quarters = 1 if body.looks % 2 else -1
        turned = Turned.round(body.box, (image.shape[1], image.shape[0]), quarters)
        if quarters not in body.before:
            old = self._picture(body.until - BEFORE_S)
            body.before[quarters] = _Before(self._look, old, turned)
        return LyingLook(turned, self._look(turned.cut(image)), body.before[quarters], body)

    def is_watching(self, time: float) -> bool:
        """Whether somebody who may fall, or have fallen, was upright not long before a time, s.

        Not somebody who was looked for in vain so often that they walked away.
        """
        return any(
            time - each.until <= WATCHED_S and each.vain < PATIENT_LOOKS for each in self._tall()
        )

    def _tall(self) -> list[_Upright]:
        """Those who are looked for when they are missing."""
        return [each for each in self._bodies if each.tallest >= self._least_px]

    def _picture(self, until: float) -> Image:
        """The last picture kept until a time, s, or else the first."""
        old = [image for time, image in self._pictures if time <= until]
        return old[-1] if old else self._pictures[0][1]

    def learn(self, found: Detections, time: float, size: Size) -> None:
        """Learn who stands in a picture of a size, px, from what the network found in it."""
        self._least_px = LOOKED_FOR_HEIGHT * size[1]
        standing = _upright(found, size)
        bodies = [each for each in self._bodies if time - each.until <= WATCHED_S]
        known = np.array([each.box for each in bodies]).reshape(-1, 4)
        alike = box.iou(standing, known)
        for index, seen in enumerate(standing):
            if len(bodies) and alike[index].max(initial=0.0) >= FOLLOWED:
                body = bodies[int(alike[index].argmax())]
                body.box, body.until = seen, time
                body.tallest = max(body.tallest, float(seen[3] - seen[1]))
                body.before.clear()
                body.vain = 0
            else:
                bodies.append(_Upright(seen, time, time, float(seen[3] - seen[1])))
        self._bodies = bodies


def people_lying(look: LyingLook) -> Lying:
    """What a look showed; waits for the network and raises what it raised."""
    seen = look.found.result()
    people = seen[(seen.classes == ObjectClass.PERSON) & (seen.scores >= LEAST_SCORE)]
    if not len(people):
        look.body.vain += 1
        return Lying(people.boxes, people.scores)
    look.body.vain = 0
    old = look.before.seen()
    same = box.iou(people.boxes, old.boxes) >= KNOWN
    same &= old.scores >= SCORED * people.scores[:, None]
    new = people[np.flatnonzero(~same.any(axis=1))]
    return Lying(look.turned.in_picture(new.boxes), new.scores)


def _upright(found: Detections, size: Size) -> Floats:
    """Boxes of people who stand or sit. [N, 4] px."""
    sides = found.boxes[:, 2:] - found.boxes[:, :2]
    upright = (found.classes == ObjectClass.PERSON) & (found.scores >= UPRIGHT_SCORE)
    upright &= sides[:, 1] >= UPRIGHT_ASPECT * sides[:, 0]
    upright &= sides[:, 1] >= LEAST_HEIGHT * size[1]
    return found[upright].boxes


def _is_missing(body: _Upright, time: float) -> bool:
    """Whether a body that stood for some time is not seen upright now, and it is time to look."""
    if body.vain >= PATIENT_LOOKS and time - body.looked < PATIENT_S:
        return False
    return body.until - body.since >= STOOD_S and time - body.until >= LOST_S
