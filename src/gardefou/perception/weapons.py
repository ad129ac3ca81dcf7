"""Evidence of weapons: a closer look round people's arms and hands, a few people at a time.

A weapon is a few pixels of a whole picture, so the network looks at enlarged crops of people
(detection in regions of interest, as R. Olmos et al., "Automatic handgun detection alarm in videos
using deep learning", 2018, found to cost the fewest false alarms). Looks are dear: people take
turns, and one who gave cause for a second look goes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Bools, Floats, Image, Ints, Size
from gardefou.geometry.detections import Detections, ObjectClass, among
from gardefou.perception.adapters.adapter import DetectorAdapter
from gardefou.perception.adapters.nanodet_weapons import NanoDetWeapons
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.percept import Weapons
from gardefou.perception.static_look import Crop

WEAPON_MODEL: Final = "weapon"
"""Name under which a learned model for weapons is installed; without one the shared network looks
for knives and bats."""

NANODET: Final = "nanodet"
"""The adapter whose networks are read for knives and bats alone."""

LOOKS: Final = 2
"""Most people looked at in one frame, while somebody is suspect."""

CALM_S: Final = 0.4
"""While nobody is, one person is looked at each time this long has passed, s."""

PERSON_SCORE: Final = 0.3
"""Least score of a person who is looked at."""

LEAST_HEIGHT: Final = 48.0
"""Least height of a person who is looked at, px of the analysed frame: a knife of a quarter of a
metre would be seven pixels long."""

SIDE: Final = 0.6
"""Side of the crop, in heights of the person. Of 0.6, 0.8 and 1 this told the labelled stills with
a handgun, and those with a knife, from those without best, and was the least often wrong on people
of ordinary clips."""

MIDDLE: Final = 0.36
"""The crop's middle lies this far down the person's box, as a share of its height."""

SMALL_SIDE: Final = 64
SMALL_LOOK: Final[Size] = (160, 160)
"""A crop of at most this side is enlarged to this size only, px. Stills made so small that people
are 70 or 100 px high are told apart better at 160 or 192 px than at 256, knives and handguns alike:
enlarged four times, what is left of them looks like nothing the network knows."""

ARM_SPAN: Final = 0.9
"""A person whose box is wide counts as at least this share of its width high: one who sits, bends,
or is cut by the frame's edge."""

REACH: Final = 0.15
"""A weapon's middle may lie this far outside the person's box, in heights of the person."""

LONGEST: Final = {ObjectClass.KNIFE: 0.45, ObjectClass.FIREARM: 0.7, ObjectClass.BAT: 0.7}
"""Longest side of a weapon's box, in heights of the person."""

SUSPECT: Final = 0.35
"""Score from which a person is looked at again in the next frame."""

SUSPECT_S: Final = 2.0
"""How long such a person goes first, s."""

_WEAPONS: Final = frozenset(LONGEST)

_SLACK_S: Final = 0.05
"""Frames come a little early or late, s."""

_SAME_PERSON: Final = 0.3
"""Intersection over union from which two boxes of near frames are one person."""


@dataclass(frozen=True, slots=True)
class PendingLooks:
    """Crops that the network still works on, and whose they are: ``people`` [K, 4] px."""

    people: Floats
    crops: Sequence[Crop]
    found: Sequence[Future[Detections]]


@dataclass(slots=True)
class _Turn:
    """When a person was last looked at, s, and how suspicious that look was, 0..1."""

    place: Floats
    time: float
    score: float

    def is_suspect(self, time: float) -> bool:
        """Whether the last look, not long before a stream time, s, asks for another."""
        return self.score >= SUSPECT and time - self.time <= SUSPECT_S


class WeaponLooks:
    """Looks for weapons at the people of one camera, in turns."""

    def __init__(self, engine: InferenceEngine) -> None:
        self._looker = weapon_looker(engine)
        self._people: Floats = np.zeros((0, 4))
        self._turns: list[_Turn] = []
        self._looked = -np.inf

    def reset(self) -> None:
        """Forget whose turn it is, as after a break in the stream."""
        self._people = np.zeros((0, 4))
        self._turns.clear()
        self._looked = -np.inf

    def is_watching(self, time: float) -> bool:
        """Whether somebody gave cause for a second look, at a stream time, s."""
        return any(each.is_suspect(time) for each in self._turns)

    def start(self, image: Image, time: float) -> PendingLooks:
        """Begin to look at some of those seen in the last frame, at a stream time, s."""
        chosen = self._people[self._next(time)]
        if len(chosen):
            self._looked = time
        for person in chosen:
            self._turn_of(person).time = time
        return begin_looks(self._looker, image, chosen)

    def finish(self, pending: PendingLooks, detections: Detections) -> Weapons:
        """What the looks found; remember who is in this frame. Waits, raises what was raised."""
        weapons = end_looks(pending)
        for person, score in zip(weapons.people, weapons.scores, strict=True):
            self._turn_of(person).score = float(score)
        self._people = people_to_look_at(detections)
        self._turns = [each for each in self._turns if self._is_present(each)]
        for person in self._people:
            self._turn_of(person).place = person
        return weapons

    def _next(self, time: float) -> Ints:
        """Whose turn it is: suspects, then those not looked at for longest. -> [K] rows."""
        turns = [self._turn_of(person) for person in self._people]
        rows = sorted(range(len(turns)), key=lambda row: turns[row].time)
        suspects = [row for row in rows if turns[row].is_suspect(time)]
        if not suspects:
            calm = 0 <= time - self._looked < CALM_S - _SLACK_S
            return np.array([] if calm else rows[:1], dtype=np.int64)
        order = dict.fromkeys([*suspects[: LOOKS - 1], *rows])
        return np.array([*order][:LOOKS], dtype=np.int64)

    def _turn_of(self, person: Floats) -> _Turn:
        """What is remembered of a person at this place [4], newly made when nothing is."""
        edges = person.tolist()
        overlaps = [_overlap(edges, each.place.tolist()) for each in self._turns]
        best = max(overlaps, default=0.0)
        if best >= _SAME_PERSON:
            return self._turns[overlaps.index(best)]
        self._turns.append(_Turn(person, -np.inf, 0.0))
        return self._turns[-1]

    def _is_present(self, turn: _Turn) -> bool:
        place = turn.place.tolist()
        return any(_overlap(place, each) >= _SAME_PERSON for each in self._people.tolist())


def _overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union of two boxes: for a few, plain numbers cost less than arrays."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return width * height / max(areas - width * height, 1e-9)


@dataclass(frozen=True, slots=True)
class WeaponLooker:
    """Who looks at the crops: a network, and who reads it when not its own adapter."""

    engine: InferenceEngine
    reader: DetectorAdapter | None = None

    def crop(self, person: Floats, size: Size) -> Crop:
        """What of a person [4] px in a picture of a size is looked at, and how large.

        A learned model sees all crops at the one size it was trained on.
        """
        crop = upper_body(person, size)
        if self.reader is None or crop.side > SMALL_SIDE:
            return crop
        return replace(crop, look=SMALL_LOOK)


def weapon_looker(engine: InferenceEngine) -> WeaponLooker:
    """The learned model where one is installed, else the shared network."""
    learned = engine.companion(WEAPON_MODEL)
    if learned is not None:
        return WeaponLooker(learned)
    return WeaponLooker(engine, NanoDetWeapons() if engine.adapter == NANODET else None)


def people_to_look_at(found: Detections, least_height: float = LEAST_HEIGHT) -> Floats:
    """Boxes of those people who are large and sure enough. [K, 4] px."""
    tall = found.boxes[:, 3] - found.boxes[:, 1] >= least_height
    sure = (found.classes == ObjectClass.PERSON) & (found.scores >= PERSON_SCORE)
    return np.asarray(found.boxes[sure & tall], dtype=np.float64)


def upper_body(person: Floats, size: Size) -> Crop:
    """The square round the arms and hands of a person [4] px, within a picture of this size.

    >>> upper_body(np.array([100.0, 100.0, 140.0, 200.0]), (640, 480))
    Crop(origin=(90, 106), side=60, look=(256, 256))
    """
    x1, y1, x2, y2 = (float(each) for each in person)
    height = max(y2 - y1, ARM_SPAN * (x2 - x1))
    width_of, height_of = size
    side = min(round(SIDE * height), width_of, height_of)
    left = round((x1 + x2 - side) / 2)
    top = round(y1 + MIDDLE * (y2 - y1) - side / 2)
    origin = (min(max(left, 0), width_of - side), min(max(top, 0), height_of - side))
    return Crop(origin, side)


def begin_looks(looker: WeaponLooker, image: Image, people: Floats) -> PendingLooks:
    """Hand the crops of some people [K, 4] px of a picture [H, W, 3] to the network."""
    size = (image.shape[1], image.shape[0])
    crops = [looker.crop(person, size) for person in people]
    found = [looker.engine.submit(each.cut(image), looker.reader) for each in crops]
    return PendingLooks(people, crops, found)


def end_looks(pending: PendingLooks) -> Weapons:
    """What was found near each of the people; waits for the network and raises what it raised."""
    return surest_weapons(pending.people, pending.crops, [each.result() for each in pending.found])


def weapons_in(looker: WeaponLooker, image: Image, people: Floats) -> Weapons:
    """Look at some people [K, 4] px of a picture [H, W, 3] now, in the caller's own thread."""
    crops = [looker.crop(person, (image.shape[1], image.shape[0])) for person in people]
    seen = [looker.engine.detect(each.cut(image), looker.reader) for each in crops]
    return surest_weapons(people, crops, seen)


def surest_weapons(people: Floats, crops: Sequence[Crop], seen: Sequence[Detections]) -> Weapons:
    """The surest weapon of each person [K, 4] among what was seen in each crop; 0 where none."""
    boxes, scores = people.copy(), np.zeros(len(people))
    kinds = np.full(len(people), int(ObjectClass.OTHER), dtype=np.int64)
    for row, crop in enumerate(crops):
        found = crop.in_picture(seen[row])
        found = found[among(found.classes, _WEAPONS)]
        found = found[_may_be_held(found, people[row])]
        if len(found):
            best = int(found.scores.argmax())
            boxes[row], scores[row] = found.boxes[best], found.scores[best]
            kinds[row] = found.classes[best]
    return Weapons(people, boxes, scores, kinds)


def _may_be_held(weapons: Detections, person: Floats) -> Bools:
    """Which weapons a person [4] px may hold: not too long, middles in or near the box. [M]."""
    height = max(float(person[3] - person[1]), ARM_SPAN * float(person[2] - person[0]))
    middles = box.centres(weapons.boxes)
    low, high = person[:2] - REACH * height, person[2:] + REACH * height
    near = ((middles >= low) & (middles <= high)).all(axis=1)
    lengths = (weapons.boxes[:, 2:] - weapons.boxes[:, :2]).max(axis=1)
    longest = np.array([LONGEST[ObjectClass(kind)] for kind in weapons.classes.tolist()])
    return np.asarray(near & (lengths <= longest * height), dtype=np.bool_)
