"""One camera's way from frame to alert: opened once, closed once, whatever comes between."""

from __future__ import annotations

from concurrent.futures import Future
from typing import cast

import numpy as np
import pytest

from gardefou.alerting.alert import AlertClosed, AlertEvent, AlertOpened
from gardefou.capture.frame import Frame
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver
from gardefou.runtime.detectors import build_detectors, with_all_situations
from gardefou.runtime.pipeline import CameraPipeline
from gardefou.site.document import Camera
from gardefou.site.settings import AVAILABLE
from gardefou.situations.situation import Situation

WHOLE = [[0, 0], [1, 0], [1, 1], [0, 1]]


class OnePerson:
    """A network that finds the same person in every picture that is not black."""

    def submit(self, image: np.ndarray) -> Future[Detections]:
        answer: Future[Detections] = Future()
        found = Detections(
            np.array([[100.0, 80.0, 140.0, 180.0]]),
            np.array([0.9]),
            np.array([int(ObjectClass.PERSON)], dtype=np.int64),
        )
        answer.set_result(found if image.any() else Detections.empty())
        return answer


def camera(**more: object) -> Camera:
    zone = {"id": "all", "situation": "zone_intrusion", "act": "test", "polygon": WHOLE}
    given = {"id": "cam", "name": "Cam", "situations": {"zone_intrusion": {}}, "zones": [zone]}
    return Camera.model_validate(given | more)


def pipeline() -> CameraPipeline:
    network = cast(InferenceEngine, OnePerson())
    return CameraPipeline("cam", Perceiver(network), build_detectors(camera()))


def play(line: CameraPipeline, start: float, end: float, person: bool = True) -> list[AlertEvent]:
    """Show so many seconds at 5 frames a second; the alert events they cause."""
    image = np.full((240, 320, 3), 90 if person else 0, dtype=np.uint8)
    events: list[AlertEvent] = []
    for beat in range(round(start * 5), round(end * 5)):
        events += line.finish(line.start(Frame("cam", beat / 5, image))).events
    return events


def test_an_alert_opens_once_and_closes_once() -> None:
    line = pipeline()
    [opened] = play(line, 0, 10)
    assert isinstance(opened, AlertOpened)
    assert line.open_alerts == [opened.alert]
    [closed] = play(line, 10, 20, person=False)
    assert isinstance(closed, AlertClosed)
    assert closed.alert == opened.alert
    assert closed.closed_at == pytest.approx(9.8, abs=2.5)
    assert line.close() == []


def test_a_break_in_the_stream_neither_closes_nor_repeats_an_alert() -> None:
    line = pipeline()
    [opened] = play(line, 0, 5)
    line.reset()
    assert line.open_alerts == [opened.alert]
    assert play(line, 5, 10) == []
    [closed] = line.close()
    assert isinstance(closed, AlertClosed)
    assert closed.alert == opened.alert
    assert closed.closed_at == pytest.approx(9.8)
    assert line.close() == []


def test_after_closing_a_new_alert_has_a_new_identity() -> None:
    line = pipeline()
    [first] = play(line, 0, 5)
    line.close()
    [second] = play(line, 5, 10)
    assert isinstance(second, AlertOpened)
    assert second.alert.id != first.alert.id


def test_a_situation_needs_both_a_zone_and_to_be_on() -> None:
    assert [each.situation for each in build_detectors(camera())] == [Situation.ZONE_INTRUSION]
    assert build_detectors(camera(zones=[], situations={})) == []


def test_every_situation_that_has_its_zone_can_be_switched_on() -> None:
    lane = {"id": "lane", "situation": "wrong_way", "direction": [0, 2], "polygon": WHOLE}
    both = camera(
        zones=[camera().zones[0].model_dump(mode="json", exclude_none=True), lane],
        situations={"zone_intrusion": {}, "wrong_way": {}},
    )
    assert [each.situation for each in build_detectors(both)] == [
        Situation.ZONE_INTRUSION,
        Situation.WRONG_WAY,
    ]
    everything = with_all_situations(camera())
    assert everything.situations.on == frozenset(AVAILABLE)
    without_zones = AVAILABLE - {Situation.WRONG_WAY}
    assert {each.situation for each in build_detectors(everything)} == without_zones
