"""A camera that moved is told from light, night and crowds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from gardefou.geometry.arrays import Image
from gardefou.perception.scene_shift import LEARNING_LOOKS, SceneShift, View

SIZE = (640, 360)
Change = Callable[[Image], Image]

CLIPS = ("pets09_s2l1_vtest.avi", "aboda_v05_1fps.mp4", "crowd_portico_close.mp4")
"""A lawn, a room whose light is switched, and a crowd that fills the picture."""


def moved(across: float, down: float = 0.0) -> Change:
    """Shifted by shares of the picture."""

    def change(image: Image) -> Image:
        height, width = image.shape[:2]
        matrix = np.array([[1, 0, across * width], [0, 1, down * height]], np.float32)
        shifted = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)
        return np.asarray(shifted, np.uint8)

    return change


def turned(degrees: float, zoom: float = 1.0) -> Change:
    """Turned about the middle and enlarged."""

    def change(image: Image) -> Image:
        height, width = image.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, zoom)
        result = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)
        return np.asarray(result, np.uint8)

    return change


def lit(gain: float, offset: float = 0.0, noise: float = 0.0) -> Change:
    """Another exposure, with a sensor's noise."""
    random = np.random.default_rng(5)

    def change(image: Image) -> Image:
        light = image * gain + offset + random.normal(0, noise or 1e-9, image.shape)
        return np.asarray(np.clip(light, 0, 255), np.uint8)

    return change


def from_the_side(image: Image) -> Image:
    """The sun comes from one side."""
    across = np.linspace(0.35, 1.5, image.shape[1])[None, :, None]
    return np.asarray(np.clip(image * across, 0, 255), np.uint8)


def night(image: Image) -> Image:
    """Black, with noise."""
    return lit(0.02, 4, 2)(image)


STAYS: dict[str, Change] = {
    "as it was": lambda image: image,
    "dim": lit(0.4),
    "dark and grey": lit(0.15, 0, 3),
    "bright": lit(1.5, 30),
    "from the side": from_the_side,
    "night": night,
}
MOVES: dict[str, Change] = {
    "a little": moved(0.03),
    "down": moved(0.0, 0.06),
    "far": moved(0.2),
    "turned": turned(5),
    "zoomed": turned(0, 1.2),
    "another view": lambda image: np.ascontiguousarray(image[:, ::-1]),
}


def verdicts(pictures: list[Image], change: Change, looks: int = 24) -> set[View]:
    """What is said of pictures after a reference was learned from them unchanged."""
    shift = SceneShift(look_s=1.0)
    for step in range(LEARNING_LOOKS):
        shift.update(pictures[step % len(pictures)], float(step))
    found = set()
    for step in range(LEARNING_LOOKS, LEARNING_LOOKS + looks):
        look = shift.update(change(pictures[step % len(pictures)]), float(step))
        assert look is not None
        found.add(look.view)
    return found


@pytest.fixture(scope="module")
def street() -> list[Image]:
    """A textured street; somebody walks through."""
    random = np.random.default_rng(7)
    ground = np.kron(random.integers(40, 220, (18, 32, 3)), np.ones((20, 20, 1))).astype(np.uint8)
    images = []
    for step in range(12):
        image = ground.copy()
        image[120:260, 40 * step : 40 * step + 60] = (40, 60, 50)
        images.append(image)
    return images


@pytest.mark.parametrize("change", STAYS.values(), ids=STAYS.keys())
def test_light_does_not_block(street: list[Image], change: Change) -> None:
    assert View.MOVED not in verdicts(street, change)


@pytest.mark.parametrize("change", MOVES.values(), ids=MOVES.keys())
def test_a_move_blocks(street: list[Image], change: Change) -> None:
    assert View.MOVED in verdicts(street, change)


def test_a_camera_that_sees_nothing_with_edges_says_nothing() -> None:
    wall = [np.full((*SIZE[::-1], 3), 128, np.uint8)]
    assert verdicts(wall, moved(0.2)) == {View.UNDECIDED}


def test_the_edges_of_a_mask_do_not_hold_a_moving_picture_fast(street: list[Image]) -> None:
    hidden = np.zeros(SIZE[::-1], np.uint8)
    hidden[60:300, 100:540] = 255
    shift = SceneShift(hidden, look_s=1.0)
    seen = []
    for step in range(40):
        image = street[0] if step < 12 else moved(0.05)(street[0])
        image = image.copy()
        image[hidden > 0] = 128
        look = shift.update(image, float(step))
        assert look is not None
        seen.append(look.view)
    assert View.MOVED not in seen[:12]
    assert View.MOVED in seen[12:]


def test_it_looks_only_now_and_then(street: list[Image]) -> None:
    shift = SceneShift(look_s=2.0)
    looked = [shift.update(street[0], 0.2 * step) is not None for step in range(100)]
    assert sum(looked) == 10


def test_time_that_goes_back_does_not_blind_it(street: list[Image]) -> None:
    shift = SceneShift()
    shift.update(street[0], 1e9)
    assert shift.update(street[0], 5.0) is not None


def clip(path: Path, pictures: int = 30) -> list[Image]:
    """Pictures spread over a whole clip, at analysis size."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        step = max(1, (stream.frames or pictures) // pictures)
        found = []
        for index, frame in enumerate(container.decode(stream)):
            if index % step == 0:
                picture = frame.reformat(*SIZE, format="bgr24").to_ndarray()
                found.append(np.asarray(picture, np.uint8))
    return found


@pytest.mark.parametrize("name", CLIPS)
def test_real_places_are_told_from_the_same_places_moved(footage: Path, name: str) -> None:
    pictures = clip(footage / name)
    for change in (STAYS["as it was"], STAYS["dark and grey"], STAYS["from the side"]):
        assert View.MOVED not in verdicts(pictures, change)
    for change in (MOVES["a little"], MOVES["turned"], MOVES["far"]):
        assert View.MOVED in verdicts(pictures, change)
