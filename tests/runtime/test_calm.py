"""When a camera may sleep, what its looks keep up to date, and what its analysis answers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from gardefou.capture.frame import Frame, Role
from gardefou.capture.gate import Sleep
from gardefou.geometry.arrays import Image
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver
from gardefou.perception.percept import Statics
from gardefou.runtime.assembly import camera_pipeline, sleep_of
from gardefou.runtime.calm import has_unsettled_things, is_somebody_there, settled_after_s
from gardefou.runtime.stream import analysed_frames
from gardefou.site.document import Camera
from gardefou.situations.abandoned_object import AbandonedObject
from gardefou.situations.wrong_way import WrongWay
from support.scenes import scene

ROOM = np.random.default_rng(2).integers(40, 200, (36, 64, 3)).repeat(10, 0).repeat(10, 1)
LANE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]
PLACE = np.array([[100.0, 80.0, 140.0, 180.0]])


class Network:
    """Finds one body of a class and score in every picture, and counts them."""

    def __init__(self, kind: ObjectClass = ObjectClass.PERSON, score: float = 0.0) -> None:
        self.asked = 0
        self._found = Detections.empty()
        if score:
            kinds = np.array([int(kind)], dtype=np.int64)
            self._found = Detections(PLACE, np.array([score]), kinds)

    def submit(self, image: Image) -> Future[Detections]:
        self.asked += 1
        answer: Future[Detections] = Future()
        answer.set_result(self._found)
        return answer


class Still:
    """A source whose picture never changes size."""

    epoch = 0


def frames(
    count: int, role: Role = Role.NOW, begin_s: float = 0.0, step: float = 0.2
) -> Iterator[Frame]:
    for index in range(count):
        noise = np.random.default_rng(index).normal(0, 1, ROOM.shape)
        image = np.clip(ROOM + noise, 0, 255).astype(np.uint8)
        yield Frame("cam", begin_s + index * step, image, role=role)


def answers(network: Network, count: int = 10) -> list[bool]:
    camera = Camera(id="cam", name="cam")
    pipeline = camera_pipeline(camera, cast(InferenceEngine, network))
    told: list[bool] = []
    for _ in analysed_frames(
        frames(count), pipeline, Still(), lambda time, calm: told.append(calm)
    ):
        pass
    return told


def test_an_empty_scene_is_calm_once_its_background_is_known() -> None:
    told = answers(Network())
    assert told[:5] == [False] * 5
    assert told[-1]


@pytest.mark.parametrize(
    ("kind", "score", "calm"),
    [
        (ObjectClass.PERSON, 0.45, False),
        (ObjectClass.PERSON, 0.2, True),
        (ObjectClass.CAR, 0.9, True),
    ],
)
def test_a_person_keeps_it_awake_and_a_parked_car_does_not(
    kind: ObjectClass, score: float, calm: bool
) -> None:
    assert answers(Network(kind, score))[-1] is calm


def test_a_look_costs_no_network_and_is_no_analysed_frame() -> None:
    network = Network()
    pipeline = camera_pipeline(Camera(id="cam", name="cam"), cast(InferenceEngine, network))
    looks = frames(20, Role.LOOK, begin_s=2.0, step=2.0)
    told: list[float] = []
    seen = analysed_frames(
        [*frames(5), *looks], pipeline, Still(), lambda time, calm: told.append(time)
    )
    assert [each.percept.time for each in seen] == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8])
    assert network.asked == 5
    assert len(told) == 5


def test_the_background_outlives_a_sleep_that_shows_its_looks() -> None:
    """The light fades by a third during ten minutes of sleep; who then enters is all that moves."""
    pipeline = camera_pipeline(Camera(id="cam", name="cam"), cast(InferenceEngine, Network()))
    for frame in frames(20):
        pipeline.finish(pipeline.start(frame))
    for index, look in enumerate(frames(300, Role.LOOK, begin_s=6.0, step=2.0)):
        pipeline.rest(replace(look, image=_dimmed(look.image, 1.0 - index / 900)))
    late = next(frames(1, Role.LATE, begin_s=605.0))
    image = _dimmed(late.image, 2 / 3)
    image[100:200, 300:340] = 250
    foreground = pipeline.finish(pipeline.start(replace(late, image=image))).percept.foreground
    assert foreground.reliable
    assert len(foreground.boxes) == 1
    assert foreground.boxes[0] == pytest.approx([300, 100, 340, 200], abs=8)


def test_of_many_looks_the_background_learns_one_in_ten_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pipeline = camera_pipeline(Camera(id="cam", name="cam"), cast(InferenceEngine, Network()))
    for frame in frames(5):
        pipeline.finish(pipeline.start(frame))
    learned: list[float] = []
    monkeypatch.setattr(Perceiver, "rest", lambda self, image, time: learned.append(time))
    for look in frames(20, Role.LOOK, begin_s=2.8, step=2.0):
        pipeline.rest(look)
    assert learned == pytest.approx([10.8, 20.8, 30.8, 40.8])


def _dimmed(image: Image, by: float) -> Image:
    return np.asarray(np.clip(image * by, 0, 255), dtype=np.uint8)


@pytest.mark.parametrize(
    ("situations", "given", "sleep"),
    [
        (["fire"], {}, Sleep.KEYFRAMES),
        (["fire", "weapon"], {}, Sleep.SURE),
        (["fire"], {"sleep": "keyframes"}, Sleep.KEYFRAMES),
        (["wrong_way"], {"sleep": "keyframes"}, Sleep.PACKETS),
        (["zone_intrusion"], {"sleep": "keyframes"}, Sleep.PACKETS),
        (["weapon", "fire"], {"sleep": "keyframes"}, Sleep.PACKETS),
        (
            ["person_down", "abandoned_object", "crowd_density", "crowd_movement"],
            {"sleep": "keyframes"},
            Sleep.KEYFRAMES,
        ),
        (["wrong_way"], {"sleep": "never"}, Sleep.NEVER),
        (["wrong_way"], {"sleep": "packets"}, Sleep.PACKETS),
        (["wrong_way"], {"sleep": "sure"}, Sleep.SURE),
        ([], {"sleep": "sure"}, Sleep.KEYFRAMES),
        (["fire"], {"sleep": "never"}, Sleep.NEVER),
        (["fire"], {"sleep": "packets"}, Sleep.PACKETS),
    ],
)
def test_keyframes_are_enough_but_for_who_passes_between_two(
    situations: list[str], given: dict[str, str], sleep: Sleep
) -> None:
    lane = {"id": "lane", "situation": "wrong_way", "polygon": LANE, "direction": [1.0, 0.0]}
    yard = {"id": "yard", "situation": "zone_intrusion", "polygon": LANE, "act": "a test"}
    zones = [each for each in (lane, yard) if each["situation"] in situations]
    camera = {"id": "cam", "name": "cam", "situations": situations, "zones": zones}
    assert sleep_of(Camera.model_validate({**camera, "analysis": given})) is sleep


@pytest.mark.parametrize(("given", "sleep"), [("sure", "sure"), ("keyframes", "packets")])
def test_who_is_counted_at_a_line_may_pass_between_two_keyframes(given: str, sleep: str) -> None:
    line = {"id": "door", "line": [[0.2, 0.5], [0.8, 0.5]]}
    camera = {"id": "cam", "name": "cam", "situations": ["fire"], "lines": [line]}
    assert sleep_of(Camera.model_validate({**camera, "analysis": {"sleep": given}})) == sleep


def test_somebody_is_there_who_is_tracked_though_not_seen() -> None:
    assert is_somebody_there(scene(1.0, [(1, 100, 200, 40, 100)]))
    assert not is_somebody_there(scene(1.0, [(1, 100, 200, 40, 100)], ObjectClass.CAR))
    assert not is_somebody_there(scene(1.0, [(1, 100, 200, 40, 100)], score=0.2))
    assert not is_somebody_there(scene(1.0, []))


@pytest.mark.parametrize(("age", "unsettled"), [(5.0, True), (41.0, False)])
def test_a_thing_is_watched_until_it_is_an_alert_or_none(age: float, unsettled: bool) -> None:
    none = np.zeros((0, 4))
    one = np.zeros(1)
    things = Statics(np.array([1]), PLACE, np.array([age]), one, one, none)
    after = settled_after_s(AbandonedObject(30.0))
    assert after == 40.0
    assert has_unsettled_things(replace(scene(1.0, []), statics=things), after) is unsettled


def test_other_detectors_wait_for_no_thing() -> None:
    assert settled_after_s(WrongWay([])) == 0.0
