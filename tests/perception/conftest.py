"""Fixtures of perception's tests: one real picture with its truth, models that stand elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.installation import Listener
from support.pictures import Labelled, decoded, true_boxes

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def walkers(footage: Path) -> list[Labelled]:
    """Every fortieth picture of the PETS walkway with its true boxes."""
    truth = true_boxes(footage / "mot" / "MOT15-train" / "PETS09-S2L1" / "gt.txt")
    return [
        Labelled(image, truth[number])
        for number, _, image in decoded(footage / "pets09_s2l1_vtest.avi", 40)
    ]


@pytest.fixture(scope="session")
def extra_models() -> Path:
    """Folder of networks that the project does not ship, `$GARDEFOU_EXTRA_MODELS` or beside it."""
    named = os.environ.get("GARDEFOU_EXTRA_MODELS")
    folder = Path(named) if named else ROOT.parent / "shared" / "models"
    if not (folder / "yolox_nano.onnx").is_file():
        pytest.skip(f"needs further networks: set GARDEFOU_EXTRA_MODELS (looked in {folder})")
    return folder


@pytest.fixture
def listener() -> Listener:
    return Listener()
