"""Which pictures the network looks at: every second one only where that is enough."""

from __future__ import annotations

from concurrent.futures import Future
from typing import cast

import numpy as np
import pytest

from gardefou.capture.burst import Burst
from gardefou.capture.frame import Frame
from gardefou.geometry.arrays import Image
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver
from gardefou.perception.percept import Evidence, Flames, Foreground
from gardefou.runtime.cadence import FAST, LONGEST_STEP_S, Cadence
from gardefou.runtime.pipeline import Analysed, CameraPipeline
from gardefou.situations.person_down import LEAST_HEIGHT
from gardefou.situations.scene import Scene
from gardefou.tracking.tracks import Tracks

SIZE = (640, 360)
PERSON = np.array([[300.0, 200.0, 320.0, 250.0]])
STEP_S = 0.2


def moving(boxes: np.ndarray, *, reliable: bool = True) -> Foreground:
    return Foreground(boxes, np.ones(len(boxes)), 0.01, reliable)


NOTHING = moving(np.zeros((0, 4)))


def scene(
    time: float,
    body: np.ndarray = PERSON,
    velocity: tuple[float, float] = (0.0, 0.0),
    kind: ObjectClass = ObjectClass.PERSON,
) -> Scene:
    tracks = Tracks(
        np.array([1]),
        body,
        np.array([velocity]),
        np.array([int(kind)]),
        np.array([3.0]),
        np.array([0.8]),
        np.array([True]),
    )
    return Scene("cam", time, SIZE, tracks, NOTHING)


def bodies(boxes: np.ndarray = PERSON) -> Detections:
    count = len(boxes)
    return Detections(boxes, np.full(count, 0.8), np.full(count, int(ObjectClass.PERSON)))


def after(seen: Scene, *, under_way: bool = False, falls: bool = False) -> Cadence:
    """A cadence that was told of one picture."""
    cadence = Cadence(falls=falls)
    assert cadence.needs(NOTHING, seen.time)
    cadence.learn(seen, bodies(seen.tracks.boxes), under_way=under_way)
    return cadence


def test_a_picture_is_passed_over_where_all_is_known_and_moves_evenly_and_never_two() -> None:
    cadence = Cadence()
    looked = []
    for beat in range(7):
        time = beat * STEP_S
        looked.append(cadence.needs(moving(PERSON + beat), time))
        if looked[-1]:
            cadence.learn(scene(time, PERSON + beat), bodies(PERSON + beat), under_way=False)
    assert looked == [True, False, True, False, True, False, True]


def test_every_picture_is_looked_at_where_that_is_asked_for() -> None:
    cadence = Cadence(always=True)
    for beat in range(4):
        assert cadence.needs(NOTHING, beat * STEP_S)
        cadence.learn(scene(beat * STEP_S), bodies(), under_way=False)


@pytest.mark.parametrize(
    "foreground",
    [moving(np.array([[10.0, 200.0, 40.0, 260.0]])), moving(PERSON, reliable=False)],
    ids=["something new moves", "the light changed"],
)
def test_what_moves_may_ask_for_a_look(foreground: Foreground) -> None:
    assert not after(scene(0.0)).needs(moving(PERSON), STEP_S)
    assert after(scene(0.0)).needs(foreground, STEP_S)


def test_what_was_seen_may_ask_for_the_next_picture() -> None:
    length = PERSON[0, 3] - PERSON[0, 1]
    fast = scene(0.0, velocity=((FAST + 0.1) * length, 0.0))
    assert not after(scene(0.0, velocity=((FAST - 0.1) * length, 0.0))).needs(NOTHING, STEP_S)
    assert after(fast).needs(NOTHING, STEP_S)
    assert after(scene(0.0), under_way=True).needs(NOTHING, STEP_S)


def test_people_large_enough_to_be_seen_to_fall_are_looked_at_in_every_picture() -> None:
    tall = PERSON.copy()
    tall[0, 1] = tall[0, 3] - LEAST_HEIGHT * SIZE[1] - 1
    assert after(scene(0.0, tall), falls=True).needs(NOTHING, STEP_S)
    assert not after(scene(0.0, tall), falls=False).needs(NOTHING, STEP_S)
    assert not after(scene(0.0), falls=True).needs(NOTHING, STEP_S)
    car = scene(0.0, tall, kind=ObjectClass.CAR)
    assert not after(car, falls=True).needs(NOTHING, STEP_S)


def test_a_slow_stream_is_looked_at_in_every_picture_and_so_is_one_after_a_break() -> None:
    assert after(scene(0.0)).needs(NOTHING, LONGEST_STEP_S + 0.01)
    cadence = after(scene(0.0))
    cadence.reset()
    assert cadence.needs(NOTHING, STEP_S)


class Eyes:
    """A network that sees the same person and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def submit(self, image: Image) -> Future[Detections]:
        self.asked += 1
        answer: Future[Detections] = Future()
        answer.set_result(bodies())
        return answer

    def companion(self, model: str) -> None:
        """No further network is installed."""


def play(pipeline: CameraPipeline, seconds: float) -> list[Analysed]:
    image = np.random.default_rng(1).integers(90, 110, (SIZE[1], SIZE[0], 3)).astype(np.uint8)
    frames = (Frame("cam", beat * STEP_S, image) for beat in range(round(seconds / STEP_S)))
    return [pipeline.finish(pipeline.start(frame)) for frame in frames]


def test_a_camera_whose_scene_is_even_asks_the_network_for_every_second_picture() -> None:
    eyes = Eyes()
    pipeline = CameraPipeline("cam", Perceiver(cast(InferenceEngine, eyes)), [], cadence=Cadence())
    seen = play(pipeline, 8.0)
    settled = seen[15:]
    looked = [each.percept.looked for each in settled]
    assert looked == [looked[0], not looked[0]] * 12 + looked[24:]
    assert eyes.asked == sum(each.percept.looked for each in seen)
    assert {tuple(each.tracks.ids) for each in settled} == {tuple(seen[-1].tracks.ids)}
    assert all(len(each.percept.detections) == each.percept.looked for each in settled)


def test_while_somebody_watches_it_live_every_picture_is_looked_at() -> None:
    eyes = Eyes()
    pipeline = CameraPipeline("cam", Perceiver(cast(InferenceEngine, eyes)), [], cadence=Cadence())
    pipeline.looks_at_all = True
    assert all(each.percept.looked for each in play(pipeline, 8.0))
    assert eyes.asked == 40


def test_without_a_cadence_every_picture_is_looked_at() -> None:
    eyes = Eyes()
    play(CameraPipeline("cam", Perceiver(cast(InferenceEngine, eyes)), []), 4.0)
    assert eyes.asked == 20


def test_what_a_burst_showed_waits_for_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    flames = Flames(PERSON, np.ones(1), np.zeros(1, dtype=np.bool_))
    perceiver = Perceiver(cast(InferenceEngine, Eyes()), frozenset({Evidence.FLAMES}))
    assert perceiver._fire is not None
    monkeypatch.setattr(perceiver._fire, "update", lambda burst, size: flames)
    image = np.zeros((SIZE[1], SIZE[0], 3), dtype=np.uint8)
    burst = Burst(np.zeros(1), np.zeros((1, 9, 16, 3), dtype=np.uint8))
    passed = perceiver.finish(perceiver.start("cam", 0.0, image, burst, lambda moving: False))
    assert (passed.looked, passed.flames) == (False, None)
    looked = perceiver.finish(perceiver.start("cam", 0.2, image))
    assert looked.flames is flames
    assert perceiver.finish(perceiver.start("cam", 0.4, image)).flames is None
