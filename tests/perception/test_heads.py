"""Heads and faces are covered, generously, so that evidence can blur them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gardefou.geometry import boxes as box
from gardefou.perception.heads import FaceFinder, head_regions
from gardefou.perception.store import ModelStore
from support.pictures import decoded

SIZE = (640, 480)
people = st.tuples(
    st.integers(0, 600), st.integers(0, 440), st.integers(4, 200), st.integers(4, 400)
)


@given(people)
def test_a_head_region_lies_in_the_picture_and_covers_the_top_of_the_box(
    person: tuple[int, int, int, int],
) -> None:
    x, y, width, height = person
    boxes = box.clip(np.array([[x, y, x + width, y + height]], dtype=np.float64), SIZE)
    ((x1, y1, x2, y2),) = head_regions(boxes, SIZE)
    assert 0 <= x1 <= boxes[0, 0]
    assert 0 <= y1 <= boxes[0, 1]
    assert boxes[0, 2] <= x2 <= SIZE[0]
    assert y2 >= boxes[0, 1] + (boxes[0, 3] - boxes[0, 1]) / 4


def test_a_lying_person_is_covered_whole() -> None:
    lying = np.array([[100.0, 300, 250, 350]])
    ((x1, y1, x2, y2),) = head_regions(lying, SIZE)
    assert x1 <= 100
    assert y1 <= 300
    assert x2 >= 250
    assert y2 >= 350


def test_nobody_gives_no_region() -> None:
    assert head_regions(np.zeros((0, 4)), SIZE).shape == (0, 4)


def test_faces_of_a_close_crowd_are_found(footage: Path, models_dir: Path) -> None:
    finder = FaceFinder(models_dir)
    counts = [
        len(finder.find(image)) for _, _, image in decoded(footage / "crowd_portico_close.mp4", 120)
    ]
    assert min(counts) >= 4


def test_an_empty_picture_holds_no_face(models_dir: Path) -> None:
    assert FaceFinder(models_dir).find(np.full((180, 320, 3), 128, np.uint8)).shape == (0, 4)


def test_the_face_network_has_no_landmarks(models_dir: Path) -> None:
    network = ModelStore(models_dir).load("centerface").network
    channels = [output.partial_shape[1].get_length() for output in network.outputs]
    assert channels == [1, 2, 2]
    assert not list((models_dir / "centerface").glob("*.onnx"))
