"""A closer look at a crowd: tiles, each person once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest

from gardefou.geometry.arrays import Image
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception import crowd
from gardefou.perception.crowd import (
    CALM,
    CALM_EVERY_S,
    EVERY_S,
    FEW,
    GROWN,
    QUIET,
    QUIET_EVERY_S,
    CrowdLooks,
    look,
    people,
)
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver
from gardefou.perception.percept import Crowd, Evidence


class Eyes:
    """Sees a white rectangle as one person, cut where the picture is cut."""

    def __init__(self, kind: ObjectClass = ObjectClass.PERSON) -> None:
        self.kind = kind
        self.looks = 0

    def submit(self, image: Image) -> Future[Detections]:
        self.looks += 1
        rows, columns = np.nonzero(image[..., 0] == 255)
        found = Detections.empty()
        if len(rows):
            box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
            boxes = np.array([box], dtype=np.float64)
            found = Detections(boxes, np.array([0.5]), np.array([int(self.kind)]))
        answer: Future[Detections] = Future()
        answer.set_result(found)
        return answer


def picture(x: int, y: int) -> Image:
    image = np.zeros((360, 640, 3), dtype=np.uint8)
    image[y : y + 60, x : x + 24] = 255
    return image


def engine(eyes: Eyes) -> InferenceEngine:
    return cast(InferenceEngine, eyes)


def side_by_side(scores: Sequence[float]) -> Detections:
    """As many people next to one another."""
    count = len(scores)
    boxes = np.array([0.0, 0.0, 24.0, 60.0]) + 26 * np.arange(count)[:, None] * [1, 0, 1, 0]
    people = np.full(count, ObjectClass.PERSON, dtype=np.int64)
    return Detections(boxes, np.array(scores, dtype=np.float64), people)


NOBODY: Future[Detections] = Future()
NOBODY.set_result(Detections.empty())


@pytest.mark.parametrize("place", [(10, 10), (310, 150), (600, 300), (360, 20), (270, 200)])
def test_a_person_is_found_once_and_where_they_stand(place: tuple[int, int]) -> None:
    x, y = place
    crowd = people(look(engine(Eyes()), picture(x, y)))
    assert crowd.boxes.tolist() == [[x, y, x + 24, y + 60]]


def test_nobody_and_other_things_give_nobody() -> None:
    nothing = np.zeros((360, 640, 3), dtype=np.uint8)
    assert not len(people(look(engine(Eyes()), nothing)).weights)
    assert not len(people(look(engine(Eyes(ObjectClass.CAR)), picture(100, 100))).weights)


def test_a_look_is_taken_only_when_due() -> None:
    eyes = Eyes()
    looks = CrowdLooks(engine(eyes))
    due = [
        looks.start(picture(10, 10), time, NOBODY) is not None
        for time in (0.0, 0.2, EVERY_S, EVERY_S + 0.2)
    ]
    assert due == [True, False, True, False]
    looks.reset()
    assert looks.start(picture(10, 10), EVERY_S + 0.4, NOBODY) is not None


def test_tiles_are_looked_at_only_where_there_may_be_a_crowd() -> None:
    looks = CrowdLooks(engine(Eyes()))
    image, places = picture(10, 10), []
    for round_, count in enumerate((0, FEW - 1, FEW)):
        look = looks.start(image, round_ * EVERY_S, NOBODY)
        assert look is not None
        assert look.found[0] is NOBODY
        places.append(len(look.places))
        looks.learn(side_by_side([0.2] * count))
    look = looks.start(image, 3 * EVERY_S, NOBODY)
    assert look is not None
    assert [*places, len(look.places)] == [14, 1, 1, 14]


def tiled_at(
    expected: float, seen_since: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[float], list[float]]:
    """When the whole picture and when tiles are looked at, s, after a look that saw so many."""
    found = Crowd(np.zeros((1, 4)), np.array([expected]))
    monkeypatch.setattr(crowd, "people", lambda look: found)
    looks = CrowdLooks(engine(Eyes()))
    whole: list[float] = []
    tiles: list[float] = []
    for beat in range(60):
        time = beat / 5
        look = looks.start(picture(10, 10), time, NOBODY)
        if look is not None:
            looks.finish(look)
            (tiles if len(look.places) > 1 else whole).append(time)
        looks.learn(side_by_side([0.2] * seen_since))
    return whole, tiles


def test_a_crowd_is_looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, tiles = tiled_at(CALM, FEW, monkeypatch)
    assert whole == []
    assert np.diff(tiles) == pytest.approx(np.full(len(tiles) - 1, 2.6))
    assert EVERY_S <= 2.6


def test_where_tiles_showed_few_people_the_next_look_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, tiles = tiled_at(QUIET, FEW, monkeypatch)
    assert whole == []
    assert tiles == pytest.approx([0.0, CALM_EVERY_S, 2 * CALM_EVERY_S])


def test_where_they_showed_very_few_every_other_look_is_at_the_whole_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, tiles = tiled_at(QUIET - 1, FEW, monkeypatch)
    assert whole == pytest.approx([CALM_EVERY_S])
    assert tiles == pytest.approx([0.0, QUIET_EVERY_S])


def test_unless_more_people_came(monkeypatch: pytest.MonkeyPatch) -> None:
    _, tiles = tiled_at(QUIET - 1, round(GROWN * FEW), monkeypatch)
    assert tiles[1] <= EVERY_S + 0.2


def test_weak_detections_among_the_same_people_are_no_more_people(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crowd, "people", lambda look: Crowd(np.zeros((1, 4)), np.array([FEW])))
    looks = CrowdLooks(engine(Eyes()))
    tiles = []
    for beat in range(60):
        weak = 0 if beat == 0 else 2 * FEW
        look = looks.start(picture(10, 10), beat / 5, NOBODY)
        looks.learn(side_by_side([0.8] * FEW + [0.16] * weak))
        if look is not None:
            looks.finish(look)
            tiles += [beat / 5] * (len(look.places) > 1)
    assert tiles == pytest.approx([0.0, QUIET_EVERY_S])


def test_a_perceiver_gathers_what_is_wanted_and_nothing_else(
    models_dir: Path, footage: Path
) -> None:
    image = cv2.imread(str(footage / "crowd_concourse" / "v11_0030.jpg"))
    assert image is not None
    picture = np.asarray(image, dtype=np.uint8)
    with InferenceEngine(models_dir, threads=1) as network:
        plain = Perceiver(network)
        bare = plain.finish(plain.start("hall", 0.0, picture))
        assert bare.flow is None
        assert bare.crowd is None
        both = Perceiver(network, frozenset(Evidence))
        first = both.finish(both.start("hall", 0.0, picture))
        second = both.finish(both.start("hall", 0.2, picture))
    assert first.crowd is not None
    assert 48 <= first.crowd.expected <= 72, "sixty by eye"
    assert second.crowd is None
    assert second.flow is not None
    assert np.abs(second.flow.velocities).max(initial=0.0) == 0.0
