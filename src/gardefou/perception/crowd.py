"""The people of a picture, looked for in overlapping tiles: small ones are seen larger.

The shared network sees each tile at its own input size, so someone who is too small for it in the
whole picture is found in a tile (F. Ö. Ünel et al., "The Power of Tiling for Small Object
Detection", 2019). Dear, so it is done every few seconds and only for cameras that want it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

import numpy as np

from gardefou.geometry.arrays import Bools, Floats, Image, Size
from gardefou.geometry.boxes import areas, intersections
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.crowd_weights import of_people_size, weights
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.percept import Crowd

EVERY_S: Final = 2.5
"""Time between two looks, s: a density is no matter of a second."""

FEW: Final = 8
"""With fewer people than this in the whole picture, however unsure, no tile is looked at: the least
density that may be signalled is 20 people on 10 m², of whom the whole picture shows about half."""

CALM: Final = 14.0
CALM_EVERY_S: Final = 4.6
"""Where the last look saw fewer people than this, counted as expected value, the next comes after
this time, s: the least crowd that may be signalled is 20, and the count is exact to 30 %. Three
such looks still fit into the ten seconds of which a density is the median."""

QUIET: Final = 10.0
QUIET_EVERY_S: Final = 9.2
"""Where it saw fewer than this, half of that crowd, tiles are looked at again only after this time,
s: the looks between see the whole picture alone, which costs nothing more."""

GROWN: Final = 1.5
LEAST_THEN: Final = 2.0
"""Unless the whole picture shows so many times the people it showed then, both as it sees them,
however unsure, and as expected value, then taken to be at least this: of eight people weak
detections make 16 in one picture and 36 in another."""

# Set on pictures of a bus station and of a concourse, and on PETS 2009.
TILES: Final = (2, 3)
"""The picture is seen whole, and cut into so many columns and rows of tiles."""

OVERLAP: Final = 0.25
"""Share of a tile's width and height that its neighbour sees too, so that everyone is whole in
one."""

SAME_PERSON: Final = 0.6
"""Share of the smaller of two boxes from which they are one person seen in two tiles."""

EDGE_PX: Final = 2.0
"""A box this near an inner edge of its tile is cut; the neighbour sees the whole, px."""


@dataclass(frozen=True, slots=True)
class Look:
    """Tiles that the network still works on; each with its place x1, y1, x2, y2, px."""

    places: Sequence[tuple[int, int, int, int]]
    found: Sequence[Future[Detections]]
    size: Size


class CrowdLooks:
    """Decides when to look and hands the tiles to the network."""

    def __init__(self, engine: InferenceEngine) -> None:
        self._engine = engine
        self.reset()

    def reset(self) -> None:
        """Look at the next picture, as after a break in the stream."""
        self._last: float | None = None
        self._tiled = -np.inf
        self._seen = FEW
        self._seen_then = 0
        self._people = Detections.empty()
        self._expected_then = 0.0
        self._is_calm = False
        self._is_quiet = False

    def start(self, image: Image, time: float, whole: Future[Detections]) -> Look | None:
        """Begin a look at a picture [H, W, 3] at a stream time, s, when one is due.

        ``whole`` is what the network finds in the whole picture anyway; where the last such look
        saw few people, it is enough.
        """
        since = np.inf if self._last is None or time < self._last else time - self._last
        if since < EVERY_S or (self._is_calm and since < CALM_EVERY_S and not self._has_grown()):
            return None
        self._last = time
        size = (image.shape[1], image.shape[0])
        alone = Look([(0, 0, *size)], [whole], size)
        waits = self._is_quiet and 0 <= time - self._tiled < QUIET_EVERY_S
        if self._seen >= FEW and waits and not self._has_grown():
            return alone
        self._remember()
        self._is_calm = self._is_quiet = False
        if self._seen < FEW:
            return alone
        self._tiled = time
        return look(self._engine, image, whole)

    def finish(self, look: Look) -> Crowd:
        """The people found; waits for the network and raises what it raised."""
        crowd = people(look)
        if len(look.places) > 1:
            self._remember()
            self._is_calm = crowd.expected < CALM
            self._is_quiet = crowd.expected < QUIET
        return crowd

    def learn(self, detections: Detections) -> None:
        """Remember the people whom the whole picture showed."""
        self._people = detections[detections.classes == ObjectClass.PERSON]
        self._seen = len(self._people)

    def _remember(self) -> None:
        """Remember how many people the whole picture shows, to compare with."""
        self._seen_then, self._expected_then = self._seen, self._expected()

    def _expected(self) -> float:
        """How many people the whole picture shows, as expected value."""
        return _crowd(*_once(self._people.boxes, self._people.scores)).expected

    def _has_grown(self) -> bool:
        """Whether the whole picture shows many more people than when tiles were looked at."""
        if self._seen < GROWN * max(self._seen_then, FEW):
            return False
        return self._expected() >= GROWN * max(self._expected_then, LEAST_THEN)


def look(engine: InferenceEngine, image: Image, whole: Future[Detections] | None = None) -> Look:
    """Hand a picture [H, W, 3], unless it is on its way already, and its tiles to the network."""
    size = (image.shape[1], image.shape[0])
    tiles = [each for count in TILES for each in _tiles(size, count)]
    found = [engine.submit(np.ascontiguousarray(image[b:d, a:c])) for a, b, c, d in tiles]
    return Look([(0, 0, *size), *tiles], [whole or engine.submit(image), *found], size)


def people(look: Look) -> Crowd:
    """The people found, each once; waits for the network and raises what it raised."""
    boxes, scores = [np.zeros((0, 4))], [np.zeros(0)]
    for place, future in zip(look.places, look.found, strict=True):
        seen = future.result()
        seen = seen[seen.classes == ObjectClass.PERSON]
        placed = seen.boxes + np.array([*place[:2], *place[:2]], dtype=np.float64)
        whole = ~_cut(placed, place, look.size)
        boxes.append(placed[whole])
        scores.append(seen.scores[whole])
    return _crowd(*_once(np.concatenate(boxes), np.concatenate(scores)))


def _tiles(size: Size, count: int) -> list[tuple[int, int, int, int]]:
    columns, rows = (_spans(length, count) for length in size)
    return [(x1, y1, x2, y2) for y1, y2 in rows for x1, x2 in columns]


def _spans(length: int, count: int) -> list[tuple[int, int]]:
    """Overlapping intervals that cover a length, px.

    >>> _spans(700, 2)
    [(0, 400), (300, 700)]
    """
    step = length / (count + OVERLAP / (1 - OVERLAP))
    width = step / (1 - OVERLAP)
    return [(round(k * step), min(round(k * step + width), length)) for k in range(count)]


def _cut(boxes: Floats, place: tuple[int, int, int, int], size: Size) -> Bools:
    """Which boxes touch an edge of their tile that is no edge of the picture."""
    inner = np.array([place[0] > 0, place[1] > 0, place[2] < size[0], place[3] < size[1]])
    near = np.abs(boxes - np.array(place, dtype=np.float64)) <= EDGE_PX
    return np.asarray((near & inner).any(axis=1), dtype=np.bool_)


def _crowd(boxes: Floats, scores: Floats) -> Crowd:
    """Those of the size of people, each with the people it stands for."""
    fits = of_people_size(boxes, scores)
    # The typical score is that of all, whatever their size: most of the good ones are people.
    return Crowd(boxes[fits], weights(scores)[fits])


def _once(boxes: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """Drop the weaker of two boxes that share most of the smaller."""
    order = np.argsort(-scores, kind="stable")
    boxes, scores = boxes[order], scores[order]
    smaller = np.minimum(areas(boxes)[:, None], areas(boxes)[None, :])
    same = intersections(boxes, boxes) >= SAME_PERSON * np.maximum(smaller, 1.0)
    kept = np.zeros(len(boxes), dtype=np.bool_)
    for index in range(len(boxes)):
        kept[index] = not (same[index] & kept).any()
    return boxes[kept], scores[kept]
