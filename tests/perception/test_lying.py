"""A closer look, turned, at the place where somebody who stood is missing."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.capture.file import FileSource
from gardefou.capture.reader import ReadSettings
from gardefou.geometry.arrays import Image, Size
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.lying import (
    LOOK_SIZE,
    LOOKED_FOR_HEIGHT,
    PATIENT_LOOKS,
    PATIENT_S,
    WATCHED_S,
    LyingLooks,
    Turned,
    people_lying,
)
from gardefou.perception.perceiver import Perceiver
from gardefou.perception.percept import Evidence, Lying
from gardefou.situations.person_down import LEAST_HEIGHT

SIZE: Size = (640, 480)
STEP_S = 0.2
STANDING = (300, 200, 360, 400)
LYING = (240, 360, 440, 400)


class Eyes:
    """Sees what is white as one person, the surer the longer it is upright."""

    def __init__(self) -> None:
        self.looks = 0

    def submit(self, image: Image) -> Future[Detections]:
        self.looks += 1
        answer: Future[Detections] = Future()
        answer.set_result(self.see(image))
        return answer

    def see(self, image: Image) -> Detections:
        rows, columns = np.nonzero(image[..., 0] > 128)
        if not len(rows):
            return Detections.empty()
        x1, y1, x2, y2 = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
        score = 0.8 if y2 - y1 > x2 - x1 else 0.2
        boxes = np.array([[x1, y1, x2, y2]], dtype=np.float64)
        return Detections(boxes, np.array([score]), np.array([int(ObjectClass.PERSON)]))


def picture(*bodies: tuple[int, int, int, int]) -> Image:
    image = np.zeros((SIZE[1], SIZE[0], 3), dtype=np.uint8)
    for x1, y1, x2, y2 in bodies:
        image[y1:y2, x1:x2] = 255
    return image


def play(parts: list[tuple[Image, float]], standing: list[bool]) -> tuple[list[Lying | None], Eyes]:
    """What looks show while pictures last, s, in which the network sees somebody stand or not."""
    eyes = Eyes()
    looks = LyingLooks(eyes.submit)
    shown: list[Lying | None] = []
    step = 0
    for (image, lasts), stands in zip(parts, standing, strict=True):
        for _ in range(round(lasts / STEP_S)):
            look = looks.start(image, step * STEP_S)
            found = eyes.see(picture(STANDING)) if stands else Detections.empty()
            looks.learn(found, step * STEP_S, SIZE)
            shown.append(people_lying(look) if look else None)
            step += 1
    return shown, eyes


def test_a_body_that_lies_where_somebody_stood_is_seen_as_it_lies() -> None:
    shown, _ = play([(picture(STANDING), 2), (picture(LYING), 3)], [True, False])
    assert not any(shown[:11])
    seen = [each for each in shown if each is not None and len(each.boxes)]
    assert len(seen) >= 5
    for each in seen:
        assert each.boxes[0] == pytest.approx(LYING, abs=4)
        assert each.scores[0] == pytest.approx(0.8)


def test_nobody_is_looked_for_while_everybody_who_stood_still_stands() -> None:
    shown, eyes = play([(picture(STANDING), 4)], [True])
    assert not any(shown)
    assert eyes.looks == 0


def test_nobody_is_looked_for_where_nobody_stood() -> None:
    _, eyes = play([(picture(LYING), 4)], [False])
    assert eyes.looks == 0


def test_somebody_too_small_for_a_fall_to_be_told_is_not_looked_for() -> None:
    assert LOOKED_FOR_HEIGHT <= LEAST_HEIGHT
    small = (300, 200, 330, 200 + int(LOOKED_FOR_HEIGHT * SIZE[1]) - 2)
    tall = (300, 200, 330, 200 + int(LOOKED_FOR_HEIGHT * SIZE[1]) + 2)
    for body, is_looked_for in ((small, False), (tall, True)):
        eyes = Eyes()
        looks = LyingLooks(eyes.submit)
        for step in range(10):
            looks.learn(eyes.see(picture(body)), step * STEP_S, SIZE)
        assert looks.is_watching(2.0) is is_looked_for
        assert (looks.start(picture(), 3.0) is not None) is is_looked_for
        assert not looks.is_watching(2.0 + WATCHED_S)


def test_what_was_at_the_place_before_is_not_shown() -> None:
    bench = (240, 360, 440, 400)
    shown, eyes = play([(picture(bench), 2), (picture(bench), 3)], [True, False])
    assert eyes.looks > 0
    assert not any(len(each.boxes) for each in shown if each is not None)


def test_a_missing_body_is_looked_for_only_for_a_while_and_not_too_often() -> None:
    _, eyes = play([(picture(STANDING), 2), (picture(), 30)], [True, False])
    assert 0 < eyes.looks <= 2.7 * WATCHED_S + 2


def test_the_place_before_is_looked_at_only_for_somebody_seen_there_now() -> None:
    _, nobody = play([(picture(STANDING), 2), (picture(), 1)], [True, False])
    _, somebody = play([(picture(STANDING), 2), (picture(LYING), 1)], [True, False])
    assert somebody.looks == nobody.looks + 2  # Once for each side it may lie on.


def test_where_many_looks_showed_nobody_it_is_looked_seldom_until_somebody_is_seen() -> None:
    _, long = play([(picture(STANDING), 2), (picture(), WATCHED_S)], [True, False])
    assert long.looks <= PATIENT_LOOKS + WATCHED_S / PATIENT_S
    shown, _ = play(
        [(picture(STANDING), 2), (picture(), 4), (picture(LYING), 2)], [True, *[False] * 2]
    )
    assert any(each is not None and len(each.boxes) for each in shown)


def test_reset_forgets_who_stood() -> None:
    eyes = Eyes()
    looks = LyingLooks(eyes.submit)
    for step in range(10):
        looks.learn(eyes.see(picture(STANDING)), step * STEP_S, SIZE)
    looks.reset()
    assert looks.start(picture(LYING), 4.0) is None


@given(
    st.integers(0, 500),
    st.integers(0, 300),
    st.integers(40, 200),
    st.sampled_from([1, -1]),
)
def test_a_box_of_the_turned_square_comes_back_to_where_it_is(
    x: int, y: int, height: int, quarters: int
) -> None:
    body = np.array([x, y, x + height / 3, y + height], dtype=np.float64)
    turned = Turned.round(body, SIZE, quarters)
    (left, top), side = turned.origin, turned.side
    assert min(left, top) >= 0
    assert left + side <= SIZE[0]
    assert top + side <= SIZE[1]
    mark = (left + side // 4, top + side // 2, left + side // 2, top + side // 2 + side // 8)
    rows, columns = np.nonzero(turned.cut(picture(mark))[..., 0] > 128)
    seen = [[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]]
    back = turned.in_picture(np.array(seen, dtype=np.float64))[0]
    assert back == pytest.approx(mark, abs=2 + 2 * side / LOOK_SIZE)


def test_a_real_body_on_the_floor_is_seen_where_it_fell(footage: Path, models_dir: Path) -> None:
    clip = footage / "urfd_fall11_rgb.mp4"
    if not clip.is_file():
        pytest.skip(f"needs {clip.name} in the footage folder")
    with (
        InferenceEngine(models_dir, threads=1) as engine,
        FileSource(clip, ReadSettings("cam")) as source,
    ):
        perceiver = Perceiver(engine, frozenset({Evidence.LYING}))
        percepts = [
            perceiver.finish(perceiver.start("cam", frame.time, frame.image))
            for frame in source.frames()
        ]
    seen = [each.lying for each in percepts if each.lying is not None][-1]
    best = seen.boxes[seen.scores.argmax()]
    assert seen.scores.max() >= 0.3
    assert best[2] - best[0] > 1.5 * (best[3] - best[1])
    assert best[1] > 0.5 * percepts[-1].size[1]
