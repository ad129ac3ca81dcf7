"""Closer looks at people: whose turn it is, what is looked at, and who looks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import cast

import numpy as np
import openvino as ov
import openvino.opset13 as op
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gardefou.geometry.arrays import Floats, Image
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.adapters.heat import WeaponHeat
from gardefou.perception.adapters.nanodet import NanoDet
from gardefou.perception.adapters.nanodet_weapons import BELIEVED, NanoDetWeapons
from gardefou.perception.engine import DEFAULT_MODEL, InferenceEngine
from gardefou.perception.install import Installer
from gardefou.perception.percept import Weapons
from gardefou.perception.static_look import LOOK_SIZE
from gardefou.perception.store import ModelStore
from gardefou.perception.weapons import (
    LEAST_HEIGHT,
    SIDE,
    SMALL_LOOK,
    SMALL_SIDE,
    WEAPON_MODEL,
    WeaponLooker,
    WeaponLooks,
    people_to_look_at,
    upper_body,
    weapon_looker,
    weapons_in,
)
from support.installation import Listener

SIZE = (640, 360)
PICTURE = np.zeros((SIZE[1], SIZE[0], 3), dtype=np.uint8)
KNIFE = Detections(np.array([[120.0, 120, 140, 130]]), np.array([0.9]), np.array([9]))


def crowd(count: int, height: float = 100.0) -> Detections:
    """People side by side."""
    boxes = [[60.0 * k, 50.0, 60.0 * k + 40, 50.0 + height] for k in range(count)]
    ones = np.ones(count)
    return Detections(np.array(boxes), 0.8 * ones, ones.astype(np.int64))


class Eyes:
    """An engine that answers every crop with what it is told."""

    def __init__(self, answer: Callable[[Image], Detections]) -> None:
        self._answer = answer

    adapter = "of a test"

    def companion(self, model: str) -> None:
        return None

    def submit(self, image: Image, reader: object = None) -> Future[Detections]:
        future: Future[Detections] = Future()
        future.set_result(self.detect(image))
        return future

    def detect(self, image: Image, reader: object = None) -> Detections:
        return self._answer(image)


def engine(answer: Callable[[Image], Detections]) -> InferenceEngine:
    return cast(InferenceEngine, Eyes(answer))


def looker(answer: Callable[[Image], Detections]) -> WeaponLooker:
    return WeaponLooker(engine(answer))


def frames(looks: WeaponLooks, people: Detections, count: int) -> Iterator[Weapons]:
    """Frames in which nobody moves, five a second."""
    for row in range(count):
        yield looks.finish(looks.start(PICTURE, row / 5), people)


def lefts(weapons: Weapons) -> set[float]:
    return set(weapons.people[:, 0].tolist())


def test_people_take_turns_and_nobody_is_left_out() -> None:
    looks = WeaponLooks(engine(lambda _: Detections.empty()))
    turns = [lefts(each) for each in frames(looks, crowd(6), 25)]
    assert turns[0] == set()
    assert {len(turn) for turn in turns[1::2]} == {1}, "while nobody is suspect"
    assert {len(turn) for turn in turns[2::2]} == {0}
    assert set.union(*turns[1:13]) == set.union(*turns[13:25]) == {60.0 * k for k in range(6)}


def test_a_suspect_is_looked_at_again_and_the_others_still_have_their_turns() -> None:
    bright = PICTURE.copy()
    bright[50:150, 120:160] = 255
    looks = WeaponLooks(engine(lambda crop: KNIFE if crop.mean() > 60 else Detections.empty()))
    turns = []
    for row in range(30):
        weapons = looks.finish(looks.start(bright, row / 5), crowd(6))
        turns.append(lefts(weapons))
    first = next(row for row, turn in enumerate(turns) if 120.0 in turn)
    assert all(120.0 in turn for turn in turns[first:])
    assert set.union(*turns[first:]) == {60.0 * k for k in range(6)}


def test_without_people_nothing_is_looked_at() -> None:
    looks = WeaponLooks(engine(lambda _: pytest.fail("a look without a person")))
    assert all(not len(each.people) for each in frames(looks, Detections.empty(), 3))


def test_a_break_in_the_stream_forgets_who_was_there() -> None:
    looks = WeaponLooks(engine(lambda _: KNIFE))
    list(frames(looks, crowd(1), 2))
    looks.reset()
    assert not len(looks.start(PICTURE, 0.4).people)


def test_only_people_large_and_sure_enough_are_looked_at() -> None:
    small = crowd(2, LEAST_HEIGHT - 1)
    assert not len(people_to_look_at(small))
    unsure = Detections(crowd(2).boxes, np.array([0.1, 0.8]), crowd(2).classes)
    assert len(people_to_look_at(unsure)) == 1
    cars = Detections(crowd(2).boxes, crowd(2).scores, np.full(2, int(ObjectClass.CAR)))
    assert not len(people_to_look_at(cars))


@settings(deadline=None)
@given(st.floats(-20, 640), st.floats(-20, 360), st.floats(1, 500), st.floats(1, 500))
def test_a_crop_lies_within_the_picture(x: float, y: float, width: float, height: float) -> None:
    crop = upper_body(np.array([x, y, x + width, y + height]), SIZE)
    left, top = crop.origin
    assert 0 <= left <= SIZE[0] - crop.side
    assert 0 <= top <= SIZE[1] - crop.side
    assert crop.cut(PICTURE).shape == (*LOOK_SIZE, 3)


def test_a_small_crop_is_enlarged_less_by_the_shared_network_and_found_in_its_place() -> None:
    engine = cast(InferenceEngine, None)
    shared, learned = WeaponLooker(engine, NanoDetWeapons()), WeaponLooker(engine)
    small = np.array([100.0, 100.0, 140.0, 100.0 + SMALL_SIDE / SIDE])
    large = small + np.array([0.0, 0.0, 0.0, 4.0])
    assert shared.crop(small, SIZE).cut(PICTURE).shape == (*SMALL_LOOK, 3)
    assert shared.crop(large, SIZE).cut(PICTURE).shape == (*LOOK_SIZE, 3)
    assert learned.crop(small, SIZE).cut(PICTURE).shape == (*LOOK_SIZE, 3)
    crop = shared.crop(small, SIZE)
    whole = np.array([[0.0, 0.0, *SMALL_LOOK]])
    found = crop.in_picture(Detections(whole, np.ones(1), np.array([int(ObjectClass.KNIFE)])))
    x, y = crop.origin
    assert found.boxes[0] == pytest.approx([x, y, x + crop.side, y + crop.side])


def test_a_weapon_is_found_in_pixels_of_the_picture() -> None:
    weapons = weapons_in(looker(lambda _: KNIFE), PICTURE, crowd(1).boxes)
    crop = upper_body(crowd(1).boxes[0], SIZE)
    expected = KNIFE.boxes * crop.side / LOOK_SIZE[0] + np.tile(np.array(crop.origin), 2)
    assert weapons.boxes == pytest.approx(expected)
    assert weapons.scores.tolist() == [0.9]
    assert weapons.kinds.tolist() == [int(ObjectClass.KNIFE)]


@pytest.mark.parametrize("kind", [ObjectClass.OTHER, ObjectClass.BAG, ObjectClass.PERSON])
def test_what_is_no_weapon_does_not_count(kind: ObjectClass) -> None:
    other = Detections(KNIFE.boxes, KNIFE.scores, np.array([int(kind)]))
    assert weapons_in(looker(lambda _: other), PICTURE, crowd(1).boxes).scores.tolist() == [0.0]


def test_what_is_longer_than_a_knife_is_no_knife() -> None:
    long = Detections(np.array([[10.0, 100, 250, 110]]), np.array([0.9]), np.array([9]))
    person = crowd(1).boxes
    assert weapons_in(looker(lambda _: long), PICTURE, person).scores.tolist() == [0.0]


def test_a_weapon_out_of_reach_is_not_that_persons() -> None:
    far = Detections(np.array([[0.0, 0, 10, 10]]), np.array([0.9]), np.array([9]))
    person: Floats = np.array([[300.0, 50, 330, 250]])
    assert weapons_in(looker(lambda _: far), PICTURE, person).scores.tolist() == [0.0]


def test_without_a_learned_model_the_shared_network_is_read_for_weapons(
    tmp_path: Path, models_dir: Path
) -> None:
    shutil.copytree(models_dir / DEFAULT_MODEL, tmp_path / DEFAULT_MODEL)
    ModelStore(tmp_path).register(ModelStore(models_dir).model(DEFAULT_MODEL))
    with InferenceEngine(tmp_path, threads=1) as shared:
        looks = weapon_looker(shared)
    assert looks.engine is shared
    assert isinstance(looks.reader, NanoDetWeapons)


def test_a_networks_word_for_knife_counts_though_another_name_scores_higher() -> None:
    counts = [16 * 16, 8 * 8, 4 * 4]
    scores = [np.zeros((1, count, 80), dtype=np.float32) for count in counts]
    bins = [np.zeros((1, count, 44), dtype=np.float32) for count in counts]
    scores[1][0, 27, 43] = BELIEVED[ObjectClass.KNIFE]
    scores[1][0, 27, 65] = 0.6  # a remote control
    scores[1][0, 60, 0] = 0.9
    outputs = [*scores, *bins]
    found = NanoDetWeapons().decode(outputs, (128, 128), 0.15)
    assert found.classes.tolist() == [int(ObjectClass.KNIFE)]
    assert found.scores.tolist() == pytest.approx([0.5])
    assert (found.boxes[0, :2] <= [56, 56]).all()
    assert (found.boxes[0, 2:] >= [56, 56]).all()
    named = NanoDet().decode(outputs, (128, 128), 0.15)
    assert int(ObjectClass.KNIFE) not in named.classes.tolist()


def brightness_network(path: Path) -> Path:
    """A network that takes what is bright for a knife: the mean of each 8x8 cell is the heat."""
    picture = op.parameter([1, 128, 128, 3], np.float32, name="picture")
    channels = op.transpose(picture, np.array([0, 3, 1, 2]))
    mean = op.reduce_mean(channels, np.array([1]), keep_dims=True)
    cells = op.avg_pool(mean, [8, 8], [0, 0], [0, 0], [8, 8], exclude_pad=True)
    heat = op.multiply(cells, np.float32(1 / 255))
    nothing = op.multiply(op.concat([cells] * 4, 1), np.float32(0))
    maps = op.transpose(op.concat([heat, nothing], 1), np.array([0, 2, 3, 1]))
    ov.save_model(ov.Model([maps], [picture], "bright"), path)
    return path


def test_a_model_of_ones_own_takes_the_looks(
    tmp_path: Path, models_dir: Path, listener: Listener
) -> None:
    shutil.copytree(models_dir, tmp_path / "models")
    file = brightness_network(tmp_path / "mine.xml")
    Installer(listener, tmp_path).add(file, "weapon-heat", name=WEAPON_MODEL, licence="CC0-1.0")
    picture = PICTURE.copy()
    picture[100:106, 130:142] = 255
    person: Floats = np.array([[100.0, 50, 140, 150]])
    with InferenceEngine(tmp_path / "models", threads=1) as shared:
        looks = weapon_looker(shared)
        assert looks.engine is not shared
        assert weapon_looker(shared).engine is looks.engine, "one network for all cameras"
        weapons = weapons_in(looks, picture, person)
    assert weapons.scores[0] > 0.5
    assert weapons.kinds.tolist() == [int(ObjectClass.KNIFE)]
    x, y = (weapons.boxes[0, :2] + weapons.boxes[0, 2:]) / 2
    assert 128 <= x <= 144
    assert 95 <= y <= 111


def test_heat_becomes_one_box_a_peak() -> None:
    maps = np.zeros((1, 16, 16, 5), dtype=np.float32)
    maps[0, 4, 6, 1] = 0.8
    maps[0, 4, 7, 1] = 0.6
    maps[0, 12, 2, 2] = 0.3
    maps[0, 4, 6, 3:] = np.log([2.0, 0.5])
    found = WeaponHeat().decode([maps], (128, 128), 0.2)
    assert found.scores.tolist() == pytest.approx([0.8, 0.3])
    assert found.classes.tolist() == [int(ObjectClass.FIREARM), int(ObjectClass.BAT)]
    assert found.boxes[0].tolist() == pytest.approx([36, 32, 68, 40])


def test_heat_below_the_floor_is_nothing() -> None:
    maps = np.full((1, 16, 16, 5), 0.1, dtype=np.float32)
    assert not len(WeaponHeat().decode([maps], (128, 128), 0.2))
