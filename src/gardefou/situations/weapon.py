"""Weapon: a knife, a firearm or a bat seen near one person again and again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Floats
from gardefou.geometry.detections import ObjectClass
from gardefou.perception.percept import Weapons
from gardefou.situations.scene import Observation, Scene, box_region
from gardefou.situations.situation import Situation

WEAPON_SCORE = 0.5
"""Score from which a single picture shows a weapon. The adapters are scaled to it: at this score
one look in twenty at people of ordinary clips is wrong."""

CONFIRM_SCORE = 0.65
"""Least score of a look that counts towards a confirmation: in a stream almost nobody carries a
weapon, and looks at one person who hardly moves repeat one mistake. At 0.5 one of 78 ordinary clips
and three of 172 altered ones had a false alarm, at 0.6 none."""

WINDOW_S = 3.0
"""How far back looks at a person count, s."""

LEAST_SEEN = 4
"""Least number of looks in the window that saw a weapon."""

LEAST_SPAN_S = 0.8
"""Least time from the first to the last of them, s."""

LEAST_SHARE = 0.75
"""Least share of the looks in the window that saw one: what comes and goes is a fold of cloth. Set,
with the score, on the ordinary clips of the labelled footage."""

HOLD_S = 1.5
"""A confirmed weapon holds this long after the last look that saw it, s: people turn."""

_SAME_PERSON = 0.3
"""Least intersection over union of a track and the person who was looked at."""


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at a person: stream time, s, score 0..1 and the weapon's box [4] px."""

    time: float
    score: float
    place: Floats


@dataclass(slots=True)
class _Suspicion:
    """The looks at one track in the window; ``seen_at`` the last that saw a weapon, s."""

    looks: deque[_Look] = field(default_factory=deque)
    seen_at: float = -np.inf
    confirmed: bool = False

    def add(self, look: _Look) -> None:
        """Learn from one more look."""
        self.looks.append(look)
        if look.score >= CONFIRM_SCORE:
            self.seen_at = look.time

    def judge(self, time: float) -> bool:
        """Whether a weapon is confirmed at a stream time, s."""
        while self.looks and self.looks[0].time < time - WINDOW_S:
            self.looks.popleft()
        seen = self.seen
        if len(seen) >= LEAST_SEEN and seen[-1].time - seen[0].time >= LEAST_SPAN_S:
            self.confirmed |= len(seen) >= LEAST_SHARE * len(self.looks)
        self.confirmed &= time - self.seen_at <= HOLD_S
        return self.confirmed

    @property
    def seen(self) -> list[_Look]:
        """The looks that saw a weapon, in order of time."""
        return [look for look in self.looks if look.score >= CONFIRM_SCORE]


class Weapon:
    """Confirms over time what closer looks at people saw.

    A look says little: a phone, a fold or a shadow looks like a weapon for a moment. Looks at one
    track are counted over a few seconds; most of them must agree. What kind of weapon it is may
    change from look to look.
    """

    situation = Situation.WEAPON

    def __init__(self) -> None:
        self._suspicions: dict[int, _Suspicion] = {}

    def reset(self) -> None:
        """Forget every look."""
        self._suspicions.clear()

    def update(self, scene: Scene) -> list[Observation]:
        """One observation for each person near whom a weapon is confirmed."""
        present = set(scene.tracks.ids.tolist())
        self._suspicions = {key: each for key, each in self._suspicions.items() if key in present}
        if scene.weapons is not None:
            for track, look in _looks(scene, scene.weapons):
                self._suspicions.setdefault(track, _Suspicion()).add(look)
        return list(self._observations(scene))

    def _observations(self, scene: Scene) -> Iterator[Observation]:
        for track, suspicion in self._suspicions.items():
            if not suspicion.judge(scene.time):
                continue
            seen = suspicion.seen
            person = scene.tracks.boxes[scene.tracks.ids == track]
            around = np.concatenate([person, seen[-1].place[None]])
            strength = float(np.mean([look.score for look in seen]))
            region = box_region(around, scene.size)
            yield Observation(self.situation, scene.camera_id, scene.time, region, strength)


def _looks(scene: Scene, weapons: Weapons) -> Iterator[tuple[int, _Look]]:
    """Each look with the identifier of the track of the person it was at."""
    tracks = scene.tracks
    people = np.flatnonzero(tracks.classes == ObjectClass.PERSON)
    if not len(people):
        return
    overlaps = box.iou(weapons.people, tracks.boxes[people])
    for row, score in enumerate(weapons.scores):
        best = int(overlaps[row].argmax())
        if overlaps[row, best] >= _SAME_PERSON:
            look = _Look(scene.time, float(score), weapons.boxes[row])
            yield int(tracks.ids[people[best]]), look
