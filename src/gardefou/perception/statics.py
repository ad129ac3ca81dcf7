"""Still things of one camera as evidence: what was brought and is neither person nor vehicle."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

import numpy as np

from gardefou.geometry.arrays import Floats, Image, Size
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.percept import Statics
from gardefou.perception.static_look import Crop, Suspicion, most_urgent, vetoes
from gardefou.perception.static_objects import StaticThings, Thing, boxes_of

PERSON_SCORE: Final = 0.4
"""Score from which a detected person is somebody who may attend a thing."""

# Tuned on ABODA against PETS, offices, streets and roads.
_RESTLESS: Final = 0.55
_STILL: Final = 0.85
"""Stillness at which a thing is surely none, and from which it is as still as an object."""

_DOUBTED: Final = 0.45
_SURE: Final = 0.75
"""Score of a person or vehicle from which a thing may be that, and from which it surely is."""

_FAINT: Final = 1.5
_PLAIN: Final = 1.9
"""Contrast with the background, in differences that a pixel needs: a reflection or a shade is
faint, an object is plain."""

_EVEN: Final = 0.07
_UNEVEN: Final = 0.14
"""Spread of a thing's change over its pixels at which it is the light, and from which it is not:
0.04 to 0.08 of light on walls and floors, 0.19 to 0.9 of bags."""

_SCATTERED: Final = 0.3
_COMPACT: Final = 0.5
"""Share of its box that a thing fills: the light on an edge is scattered, luggage is compact."""


@dataclass(frozen=True, slots=True)
class PendingStatics:
    """Still things of a picture, and the closer look at one of them that is under way, if any."""

    time: float
    size: Size
    things: tuple[Thing, ...]
    boxes: Floats
    thing: int | None
    crop: Crop | None
    look: Future[Detections] | None


class StaticsModel:
    """Watches for still things; `begin` reads the pixels, `finish` adds what the network says.

    ``look`` hands an enlarged crop to the network. Of each picture at most one thing is looked at
    more closely.
    """

    def __init__(self, look: Callable[[Image], Future[Detections]]) -> None:
        self._look = look
        self._things = StaticThings()
        self._suspicions: dict[int, Suspicion] = {}

    def begin(self, image: Image, time: float) -> PendingStatics:
        """Learn a picture [H, W, 3] at a stream time, s."""
        fresh = self._things.update(image, time)
        things = tuple(self._things.things)
        size = (image.shape[1], image.shape[0])
        boxes = boxes_of(things, self._things.scale(size))
        self._suspicions = {
            each.id: self._suspicions.get(each.id) or Suspicion() for each in things
        }
        chosen = self._due(things, time) if fresh else None
        crop = look = None
        if chosen is not None:
            crop = Crop.round(boxes[chosen], size)
            self._suspicions[things[chosen].id].looked_at(time)
            look = self._look(crop.cut(image))
        return PendingStatics(time, size, things, boxes, chosen, crop, look)

    def rest(self, image: Image, time: float) -> None:
        """Learn a picture [H, W, 3] nobody looks at more closely, of a sleeping camera."""
        self._things.update(image, time)

    def finish(self, pending: PendingStatics, found: Detections) -> Statics:
        """The still things with how surely each is an object; ``found`` in the whole picture."""
        for thing, score in zip(pending.things, vetoes(found, pending.boxes), strict=True):
            if thing.id in self._suspicions:
                self._suspicions[thing.id].see_afar(float(score))
        if pending.thing is not None and pending.crop is not None and pending.look is not None:
            seen = pending.crop.in_picture(pending.look.result())
            own = pending.boxes[pending.thing : pending.thing + 1]
            suspicion = self._suspicions.get(pending.things[pending.thing].id)
            if suspicion is not None:
                suspicion.see_close(float(vetoes(seen, own)[0]))
        return self._statics(pending, found)

    def reset(self) -> None:
        """Forget everything, as after a break in the stream."""
        self._things.reset()
        self._suspicions = {}

    def _due(self, things: tuple[Thing, ...], time: float) -> int | None:
        ages = [time - each.born for each in things]
        due = [
            self._suspicions[each.id].is_due(time, age)
            for each, age in zip(things, ages, strict=True)
        ]
        return most_urgent(ages, due)

    def _statics(self, pending: PendingStatics, found: Detections) -> Statics:
        things = pending.things
        people = (found.classes == ObjectClass.PERSON) & (found.scores >= PERSON_SCORE)
        return Statics(
            ids=np.array([each.id for each in things], dtype=np.int64),
            boxes=pending.boxes,
            ages=np.array([pending.time - each.born for each in things], dtype=np.float64),
            strengths=np.array([self._strength(each) for each in things], dtype=np.float64),
            company=np.array([each.company for each in things], dtype=np.float64),
            people=found.boxes[people],
        )

    def _strength(self, thing: Thing) -> float:
        """How surely a thing is an object that was brought, 0..1."""
        suspicion = self._suspicions.get(thing.id)
        if not thing.carried or suspicion is None or not suspicion.was_seen:
            return 0.0
        still = _ramp(thing.stillness, _RESTLESS, _STILL)
        plain = _ramp(thing.contrast or 0.0, _FAINT, _PLAIN)
        compact = _ramp(thing.fill, _SCATTERED, _COMPACT)
        solid = _ramp(thing.spread, _EVEN, _UNEVEN)
        return still * plain * compact * solid * (1.0 - _ramp(suspicion.worst, _DOUBTED, _SURE))


def _ramp(value: float, low: float, high: float) -> float:
    """0 up to ``low``, 1 from ``high``, a line between."""
    return min(max((value - low) / (high - low), 0.0), 1.0)
