"""Person down: a body seen upright, then low and flat on the ground after a fall, and staying."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Bools, Floats
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.situations.body_shapes import (
    BORDER,
    HEAD_DROP,
    SAME_PLACE,
    STANDS,
    Stance,
    at_full_length,
    occupied,
    people_of,
    places_for,
    same_body,
    shapes_of,
    upright_of,
)
from gardefou.situations.scene import Observation, Scene, box_region
from gardefou.situations.situation import Situation

# Lengths are in heights of the body as it stood or sat, "H"; set as those of `body_shapes`.
MEMORY_S = 4.0
"""How far back a body's height is remembered, s."""

UPRIGHT_ASPECT = 1.2
"""Least height over width of a body that stands or sits."""

TALL = 0.8
"""A body this share of H high is still upright."""

FALL_S = 2.0
"""Longest time from upright to flat, s: who lies down takes longer, and sits first."""

STOOD_S = 0.5
"""How long a body must have been upright at about one height, s."""

ROLLS = 0.4
"""A body that gets further than this from where it came to lie, H, has not come to rest."""

STANDING_ASPECT = 1.9
"""From this height over width a body stands; below it sits, or bends."""

WHOLE_ASPECT = 2.2
MOST_CUT = 1.6
"""A body cut by the frame's upper border is taken to be this many times as high as wide, and at
most this many times as high as what is seen of it; whether it sits is not known then."""

LEAST_HEIGHT = 0.2
"""Least H, in heights of the frame: what is said of smaller bodies is noise."""

KNOWN = 0.5
"""Overlap (intersection over union) from which a flat shape was there before the fall."""

STAY_S = 1.6
"""How long a body must be seen on the ground, s."""

GIVE_UP_S = 5.0
"""An uncertain fall of which nothing is seen for this long is forgotten, s."""

SETTLING = 0.3
"""Share of each new sight in the place where a body is held to lie."""

LEAK = 0.25
"""How fast a stay that is not certain fades while nothing is seen, s per s."""

RISEN_S = 1.0
"""How long somebody must stand there, and nobody lie, before the fall is over, s."""

UNSEEN_S = 30.0
"""How long a body that nobody saw leave is held to lie there, s: one that lies still becomes
background, and networks know few lying people."""

LOOK_SCORE = 0.3
"""Least score of a body in a closer look at the place."""

LOOK_S = 0.9
"""What a closer look showed holds for this long, s: the place is seen turned one way, then the
other."""

LOST_S = 0.35
"""A body not seen at its height for this long may have come down, s."""

LONGEST_STEP_S = 1.0
"""The most that the time between two scenes adds, s."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """One body at one time, s; ``box`` and ``height`` px; ``aspect`` height over width.

    Each moment is asked for both in every scene it is remembered, so they are worked out once.
    """

    time: float
    box: Floats
    height: float
    aspect: float

    @classmethod
    def of(cls, time: float, box: Floats) -> _Moment:
        """A body's box [4] at a time, s."""
        height = float(box[3] - box[1])
        return cls(time, box, height, height / max(float(box[2] - box[0]), 1.0))


@dataclass(slots=True)
class _Fall:
    """One fall: whose, from what, where the body lies, px, and how long it was seen there, s."""

    track: int
    stance: Stance
    place: Floats
    anchor: Floats
    began: float
    seen_at: float
    stay_s: float = 0.0
    risen_s: float = 0.0
    certain: bool = False

    def holds(self, shapes: Floats) -> Bools:
        """Which shapes are that body where it lies. [N, 4] -> [N]."""
        return same_body(self.place, self.stance.height, shapes)

    def lying(self, looked: Detections) -> float:
        """The best score of that body lying there in closer looks, 0 where none shows it."""
        return float(looked.scores[self.holds(looked.boxes)].max(initial=0.0))


class PersonDown:
    """Falls after which the body stays on the ground, on one camera.

    Three things must come together: a body followed while it stood or sat, whose head then came
    down fast or was lost; a flat body at that place which was not there before; and its stay,
    while nobody stands there. It is seen by the network, which scores lying people low, as a
    moving region, or in a closer look at the place.
    """

    situation = Situation.PERSON_DOWN

    def __init__(self) -> None:
        self._bodies: dict[int, deque[_Moment]] = {}
        self._people: deque[tuple[float, Floats]] = deque()
        self._shapes: deque[tuple[float, Floats]] = deque()
        self._looks: deque[tuple[float, Detections]] = deque()
        self._falls: list[_Fall] = []
        self._time: float | None = None

    def reset(self) -> None:
        """Forget every body and every fall."""
        self._bodies.clear()
        self._people.clear()
        self._shapes.clear()
        self._looks.clear()
        self._falls.clear()
        self._time = None

    def update(self, scene: Scene) -> list[Observation]:
        """One observation for each body that lies where it fell."""
        step = 0.0 if self._time is None else min(scene.time - self._time, LONGEST_STEP_S)
        self._time = scene.time
        people = people_of(scene.detections)
        self._follow(scene, people)
        shapes = shapes_of(scene, people)
        upright = upright_of(people)
        looked = self._look(scene)
        for fall in self._falls:
            _watch(fall, shapes, looked, upright, scene.time, step)
        self._falls = [each for each in self._falls if not self._is_over(each, scene.time)]
        self._begin(shapes, looked, upright, scene)
        self._shapes.append((scene.time, np.concatenate([shapes, looked.boxes])))
        while scene.time - self._shapes[0][0] > MEMORY_S:
            self._shapes.popleft()
        return [
            Observation(
                self.situation,
                scene.camera_id,
                scene.time,
                box_region(fall.place[None], scene.size),
                1.0,
            )
            for fall in self._falls
            if fall.certain
        ]

    def _look(self, scene: Scene) -> Detections:
        """The people that the last closer looks showed."""
        if scene.lying is not None:
            seen = scene.lying.scores >= LOOK_SCORE
            kinds = np.full(np.count_nonzero(seen), int(ObjectClass.PERSON), dtype=np.int64)
            found = Detections(scene.lying.boxes[seen], scene.lying.scores[seen], kinds)
            self._looks.append((scene.time, found))
        while self._looks and scene.time - self._looks[0][0] > LOOK_S:
            self._looks.popleft()
        together = Detections.empty()
        for _, found in self._looks:
            together = together.joined(found)
        return together

    def _follow(self, scene: Scene, people: Detections) -> None:
        """Remember where each track's body is now, by the network's own box where there is one."""
        tracks = scene.tracks
        rows = np.flatnonzero(tracks.measured & (tracks.classes == ObjectClass.PERSON))
        alike = box.iou(tracks.boxes[rows], people.boxes)
        for index, row in enumerate(rows):
            seen = tracks.boxes[row]
            if len(people) and alike[index].max() >= SAME_PLACE:
                seen = people.boxes[int(alike[index].argmax())]
            key = int(tracks.ids[row])
            if key not in self._bodies:
                self._bodies[key] = self._earlier(seen)
            self._bodies[key].append(_Moment.of(scene.time, seen))
        self._people.append((scene.time, people.boxes))
        while scene.time - self._people[0][0] > MEMORY_S:
            self._people.popleft()
        for moments in self._bodies.values():
            while moments and scene.time - moments[0].time > MEMORY_S:
                moments.popleft()
        self._bodies = {key: moments for key, moments in self._bodies.items() if moments}

    def _earlier(self, seen: Floats) -> deque[_Moment]:
        """Where a new track's body was before: the tracker waits for a surer sight of it."""
        moments: deque[_Moment] = deque()
        for time, people in reversed(self._people):
            alike = box.iou(seen[None], people)[0] if len(people) else np.zeros(1)
            if alike.max() < SAME_PLACE:
                break
            seen = people[int(alike.argmax())]
            moments.appendleft(_Moment.of(time, seen))
        return moments

    def _begin(self, shapes: Floats, looked: Detections, upright: Detections, scene: Scene) -> None:
        """Begin a fall for each body that came down and left a flat shape."""
        for track, moments in self._bodies.items():
            stance = _stance(moments, scene.time, scene.size[1])
            if stance is None or stance.height < LEAST_HEIGHT * scene.size[1]:
                continue
            places = np.zeros((0, 4))
            if _came_down(moments, stance):
                places = places_for(shapes, stance, scene.size)
            if _is_lost(moments, stance, scene.time):
                found = at_full_length(looked.boxes, stance, scene.size)
                places = np.concatenate([places, found])
            places = places[~self._known(places, stance.time)]
            if not len(places) or any(each.holds(places).any() for each in self._falls):
                continue
            place = places[np.argmax(box.areas(places))]
            fall = _Fall(track, stance, place, place, scene.time, scene.time)
            if not occupied(place, stance.height, upright, fall.lying(looked)):
                self._falls.append(fall)

    def _known(self, places: Floats, until: float) -> Bools:
        """Which shapes were there already when the body was upright. [N]."""
        old = [shapes for time, shapes in self._shapes if time <= until and len(shapes)]
        if not old or not len(places):
            return np.zeros(len(places), dtype=np.bool_)
        return np.asarray((box.iou(places, np.concatenate(old)) >= KNOWN).any(axis=1))

    def _is_over(self, fall: _Fall, time: float) -> bool:
        """Whether the body rose, walked away or was never seen to stay."""
        upright = [
            each
            for each in self._bodies.get(fall.track, ())
            if each.time > fall.began
            and each.height >= STANDS * fall.stance.height
            and each.aspect >= UPRIGHT_ASPECT
        ]
        rose = bool(upright) and upright[-1].time - upright[0].time >= RISEN_S
        if rose or fall.risen_s >= RISEN_S:
            return True
        return time - fall.seen_at > (UNSEEN_S if fall.certain else GIVE_UP_S)


def _stance(moments: Iterable[_Moment], time: float, frame: float) -> Stance | None:
    """How a body was upright, at the start of the last `FALL_S`; None when it was not.

    ``frame`` is the height of the picture, px.
    """
    upright = [each for each in moments if each.aspect >= UPRIGHT_ASPECT]
    if not upright:
        return None
    height = median([each.height for each in upright])
    tall = [each for each in upright if TALL * height <= each.height <= height / TALL]
    recent = [each for each in tall if 0 < time - each.time <= FALL_S]
    if not recent or tall[-1].time - tall[0].time < STOOD_S:
        return None
    aspect = median([each.aspect for each in tall])
    if recent[0].box[1] <= BORDER * frame:
        whole = height * min(max(WHOLE_ASPECT / aspect, 1.0), MOST_CUT)
        tallest = height * MOST_CUT
        return Stance(recent[0].time, recent[0].box, whole, False, height, tallest)
    seated = aspect < STANDING_ASPECT
    return Stance(recent[0].time, recent[0].box, height, seated, height, height)


def _came_down(moments: Sequence[_Moment], stance: Stance) -> bool:
    """Whether the upper edge came down far enough since a stance, and is down still."""
    last = moments[-1]
    drop = float(last.box[1] - stance.box[1])
    return last.time > stance.time and drop >= HEAD_DROP * stance.height


def _is_lost(moments: Sequence[_Moment], stance: Stance, time: float) -> bool:
    """Whether a body was not seen as tall as it stood for a while."""
    tall = next(m.time for m in reversed(moments) if m.height >= TALL * stance.seen)
    return time - tall >= LOST_S


def _watch(
    fall: _Fall,
    shapes: Floats,
    looked: Detections,
    upright: Detections,
    time: float,
    step: float,
) -> None:
    """Carry a fall on by one scene."""
    shapes = np.concatenate([shapes, looked.boxes])
    lies = fall.holds(shapes)
    if occupied(fall.place, fall.stance.height, upright, fall.lying(looked)):
        fall.risen_s += step
        fall.stay_s = max(0.0, fall.stay_s - step)
    elif lies.any():
        alike = np.where(lies, box.iou(fall.place[None], shapes)[0], -1.0)
        fall.place = fall.place + SETTLING * (shapes[int(alike.argmax())] - fall.place)
        fall.stay_s += step
        fall.seen_at, fall.risen_s = time, 0.0
        centres = box.centres(np.stack([fall.place, fall.anchor]))
        if np.linalg.norm(centres[0] - centres[1]) > ROLLS * fall.stance.height:
            fall.anchor, fall.stay_s = fall.place, 0.0
    else:
        fall.stay_s = max(0.0, fall.stay_s - LEAK * step)
    fall.certain = fall.certain or fall.stay_s >= STAY_S
