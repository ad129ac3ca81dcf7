"""A learned model for fire weakens what it does not believe, and adds nothing of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import openvino as ov
from openvino import opset13 as op

from gardefou.capture.burst import Burst
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.fire_judge import FIRE_MODEL, fire_judge
from gardefou.perception.install import Installer
from support.installation import Listener

PLACE = np.array([[100.0, 60, 140, 100], [200.0, 60, 240, 100]])


def red_network(path: Path) -> Path:
    """A network that takes what is red for flame: the mean red of each 8x8 cell is the heat."""
    picture = op.parameter([1, 128, 128, 3], np.float32, name="picture")
    channels = op.transpose(picture, np.array([0, 3, 1, 2]))
    red = op.gather(channels, np.array([2]), np.int64(1))
    cells = op.avg_pool(red, [8, 8], [0, 0], [0, 0], [8, 8], exclude_pad=True)
    heat = op.multiply(cells, np.float32(1 / 255))
    nothing = op.multiply(op.concat([cells] * 3, 1), np.float32(0))
    maps = op.transpose(op.concat([heat, nothing], 1), np.array([0, 2, 3, 1]))
    ov.save_model(ov.Model([maps], [picture], "red"), path)
    return path


def test_without_a_model_the_rules_stand_alone(models_dir: Path) -> None:
    with InferenceEngine(models_dir, threads=1) as engine:
        assert fire_judge(engine) is None


def test_a_model_of_ones_own_believes_in_one_place_and_not_in_the_other(
    tmp_path: Path, models_dir: Path, listener: Listener
) -> None:
    shutil.copytree(models_dir, tmp_path / "models")
    file = red_network(tmp_path / "mine.xml")
    Installer(listener, tmp_path).add(file, "fire-heat", name=FIRE_MODEL, licence="CC0-1.0")
    images = np.zeros((10, 180, 320, 3), np.uint8)
    images[:, 60:100, 100:140, 2] = 255
    burst = Burst(np.arange(10) / 25, images)
    with InferenceEngine(tmp_path / "models", threads=1) as engine:
        judge = fire_judge(engine)
        assert judge is not None
        flames = judge.belief(burst, PLACE, is_smoke=False)
        smoke = judge.belief(burst, PLACE, is_smoke=True)
    assert flames[0] > 0.9
    assert flames[1] == 0
    assert smoke.tolist() == [0, 0]
