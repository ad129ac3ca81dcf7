"""Wrong way: a body that travels against a zone's direction over a set distance."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry import polygons
from gardefou.geometry.arrays import Size
from gardefou.geometry.detections import ObjectClass
from gardefou.situations.scene import Observation, Scene, box_region
from gardefou.situations.situation import Situation
from gardefou.situations.zone import Zone

DISTANCE_BODIES = 0.8
"""Travel against the direction that makes a wrong way, in lengths of the body's own box."""

DISTANCE_FRAME = 0.05
"""The least such travel, in diagonals of the frame: small boxes jitter by a body length."""

EDGES_SHARE = 0.5
"""Share of that travel which every edge of the box must make: a box that grows or shrinks moves its
middle and is no travel."""

BORDER_FRAME = 0.01
"""An edge this near the frame's border, in frame widths or heights, is cut by it. A body that a
network named may enter or leave there, so that edge is not asked to move."""

STRAIGHTNESS = 0.6
"""Least ratio of the way gained against the direction to the way gone: a turn or jitter wanders."""

COSINE = 0.5
"""Least cosine between the travel and the forbidden direction (60°): a crossing is no wrong way."""

LONGEST_STEP_BODIES = 1.5
"""A box that moves further than this between two scenes, in body lengths, was mistaken for another
(cars in file, seen a few times a second): its travel starts anew."""

LONGEST_STEP_SHARE = 0.5
"""Largest share of the travel that one step may make: where a track passes from one car to the
next in file, a single step is most of it."""

MEASUREMENTS = 4
"""A travel counts after this many measurements."""

CREDIBLE_SCORE = 0.4
"""Least mean score of a travel's measurements: weak detections follow shadows and body parts."""

KEEP_S = 4.0
"""A track not seen for this long is forgotten, s."""

# Bodies are few and their boxes four numbers each: plain ones cost a tenth of arrays of four.
Edges = tuple[float, float, float, float]
"""Edges x1, y1, x2, y2 of a box, px."""

Way = tuple[float, float]
"""A movement or direction, across and down."""


@dataclass(slots=True)
class _Travel:
    """One body's way inside one zone since it last stood still or went along.

    ``start`` and ``last`` boxes, px; ``length`` of the body, px; ``path`` gone by its centre and
    its ``longest`` step, px; ``scores`` of its ``count`` measurements, summed.
    """

    start: Edges
    last: Edges
    length: float
    path: float
    longest: float
    scores: float
    count: int
    seen_at: float


class WrongWay:
    """Bodies that go against the allowed direction of the zones of one camera.

    Any moving body counts, whatever a network calls it. Travel is measured on the box itself, in
    lengths of the body, so that one rule serves a car nearby and a cyclist far away. The constants
    were set on the `wrong_way` clips of the labelled footage (car park, motorway, road, plaza).
    """

    situation = Situation.WRONG_WAY

    def __init__(self, zones: list[Zone]) -> None:
        self._zones = zones
        self._travels: dict[tuple[str, int], _Travel] = {}

    def reset(self) -> None:
        """Forget every travel."""
        self._travels.clear()

    def update(self, scene: Scene) -> list[Observation]:
        """One observation for each zone in which a body goes the wrong way now."""
        observations = []
        boxes = box.clip(scene.tracks.boxes, scene.size).tolist()
        for zone in self._zones:
            rows = _rows(zone, scene)
            wrong = [row for row in rows if self._goes_wrong(zone, scene, row, tuple(boxes[row]))]
            if wrong:
                region = box_region(scene.tracks.boxes[wrong], scene.size)
                observations.append(
                    Observation(self.situation, scene.camera_id, scene.time, region, 1.0, zone.id)
                )
        self._travels = {
            key: travel
            for key, travel in self._travels.items()
            if scene.time - travel.seen_at <= KEEP_S
        }
        return observations

    def _goes_wrong(self, zone: Zone, scene: Scene, row: int, bounds: Edges) -> bool:
        """Carry one body's travel on by this scene; whether it is a wrong way by now."""
        assert zone.direction is not None
        against = (-float(zone.direction[0]), -float(zone.direction[1]))
        score = float(scene.tracks.scores[row])
        key = (zone.id, int(scene.tracks.ids[row]))
        travel = self._travels.get(key)
        if travel is None or _jumped(travel, bounds):
            self._travels[key] = _begun(bounds, score, scene.time)
            return False
        _carry_on(travel, bounds, score, scene.time)
        if _along(_shift(travel.start, bounds), against) <= 0:
            self._travels[key] = _begun(bounds, score, scene.time)
            return False
        across, down = scene.tracks.velocities[row].tolist()
        if _along((across, down), against) <= 0:
            return False
        is_unnamed = scene.tracks.classes[row] == ObjectClass.BODY
        cut = _UNCUT if is_unnamed else _cut_edges(travel, scene.size)
        return _is_wrong_way(travel, against, cut, hypot(*scene.size))


def _rows(zone: Zone, scene: Scene) -> list[int]:
    """Tracks measured now that the zone concerns and that touch its ground."""
    tracks = scene.tracks
    polygon = zone.open_polygon(scene.size)
    inside = polygons.contains(polygon, box.foot_points(tracks.boxes, scene.size))
    inside |= polygons.contains(polygon, box.centres(tracks.boxes))
    moves = tracks.classes != ObjectClass.BAG
    rows = inside & tracks.measured & zone.concerns(tracks.classes) & moves
    return [int(row) for row in np.flatnonzero(rows)]


def _begun(bounds: Edges, score: float, time: float) -> _Travel:
    return _Travel(bounds, bounds, _length(bounds), 0.0, 0.0, score, 1, time)


def _carry_on(travel: _Travel, bounds: Edges, score: float, time: float) -> None:
    """Add one measurement to a travel; the body's length is smoothed over about three."""
    step = hypot(*_shift(travel.last, bounds))
    travel.path += step
    travel.longest = max(travel.longest, step)
    travel.last, travel.seen_at = bounds, time
    travel.scores, travel.count = travel.scores + score, travel.count + 1
    travel.length += 0.3 * (_length(bounds) - travel.length)


def _is_wrong_way(travel: _Travel, against: Way, cut: _Cut, diagonal: float) -> bool:
    """Whether a travel is long, straight, whole and credible enough."""
    gained = _shift(travel.start, travel.last)
    progress = _along(gained, against)
    distance = max(DISTANCE_BODIES * travel.length, DISTANCE_FRAME * diagonal)
    return (
        travel.count >= MEASUREMENTS
        and travel.scores >= CREDIBLE_SCORE * travel.count
        and progress >= distance
        and progress >= STRAIGHTNESS * travel.path
        and travel.longest <= LONGEST_STEP_SHARE * progress
        and progress >= COSINE * hypot(*gained)
        and _least_edge_progress(travel, against, cut) >= EDGES_SHARE * distance
    )


def _least_edge_progress(travel: _Travel, against: Way, cut: _Cut) -> float:
    """Progress of the corner of the box that made least of it, px; edges that are cut go along."""
    moved = [after - before for before, after in zip(travel.start, travel.last, strict=True)]
    left, top, right, bottom = (
        moved[(edge + 2) % 4] if is_cut else moved[edge] for edge, is_cut in enumerate(cut)
    )
    across = min(left * against[0], right * against[0])
    return across + min(top * against[1], bottom * against[1])


_Cut = tuple[bool, bool, bool, bool]
_UNCUT: _Cut = (False, False, False, False)


def _cut_edges(travel: _Travel, size: Size) -> _Cut:
    """Which edges x1, y1, x2, y2 lie on the frame's border at the travel's start or now."""
    width, height = size
    aside, above = BORDER_FRAME * width, BORDER_FRAME * height
    start, last = travel.start, travel.last
    return (
        min(start[0], last[0]) <= aside,
        min(start[1], last[1]) <= above,
        max(start[2], last[2]) >= width - aside,
        max(start[3], last[3]) >= height - above,
    )


def _shift(before: Edges, after: Edges) -> Way:
    """Movement of a box's centre, px."""
    return (
        (after[0] + after[2] - before[0] - before[2]) / 2,
        (after[1] + after[3] - before[1] - before[3]) / 2,
    )


def _along(way: Way, direction: Way) -> float:
    """How far a movement goes in a direction, px."""
    return way[0] * direction[0] + way[1] * direction[1]


def _length(bounds: Edges) -> float:
    return max(bounds[2] - bounds[0], bounds[3] - bounds[1], 1.0)


def _jumped(travel: _Travel, bounds: Edges) -> bool:
    step = hypot(*_shift(travel.last, bounds))
    return step > LONGEST_STEP_BODIES * travel.length
