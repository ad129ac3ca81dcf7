"""One engine serves many cameras at once, and a failure reaches the one whose picture failed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from gardefou.errors import ModelError
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver
from support.pictures import Labelled


@pytest.fixture(scope="module")
def engine(models_dir: Path) -> Iterator[InferenceEngine]:
    with InferenceEngine(models_dir, threads=2, precision="f32") as engine:
        yield engine


def test_threads_get_their_own_pictures_back(
    engine: InferenceEngine, walkers: list[Labelled]
) -> None:
    pictures = [walker.image for walker in walkers[:4]] + [walkers[4].image[:320]]
    alone = [engine.detect(picture) for picture in pictures]
    with ThreadPoolExecutor(5) as cameras:
        together = list(
            cameras.map(lambda p: [engine.submit(p).result() for _ in range(4)], pictures)
        )
    for expected, results in zip(alone, together, strict=True):
        for result in results:
            np.testing.assert_array_equal(result.boxes, expected.boxes)
            np.testing.assert_array_equal(result.scores, expected.scores)


def test_results_may_be_fetched_in_any_order(
    engine: InferenceEngine, walkers: list[Labelled]
) -> None:
    first, second = (engine.submit(walker.image) for walker in walkers[:2])
    assert len(second.result()) != 0
    np.testing.assert_array_equal(first.result().boxes, engine.detect(walkers[0].image).boxes)


def test_boxes_lie_in_the_picture(engine: InferenceEngine, walkers: list[Labelled]) -> None:
    image = walkers[0].image[100:500, 300:700]
    boxes = engine.detect(np.ascontiguousarray(image)).boxes
    assert (boxes >= 0).all()
    assert (boxes <= 400).all()


def test_a_failure_reaches_its_own_future_and_no_other(
    engine: InferenceEngine, walkers: list[Labelled]
) -> None:
    broken = engine.submit(np.zeros((64, 64, 1), dtype=np.uint8))
    sound = engine.submit(walkers[0].image)
    with pytest.raises(ValueError, match="input takes"):
        broken.result()
    assert len(sound.result()) != 0


def test_a_full_queue_makes_the_next_camera_wait(
    models_dir: Path, walkers: list[Labelled], monkeypatch: pytest.MonkeyPatch
) -> None:
    image = walkers[0].image
    release, handed_over = threading.Event(), threading.Event()
    with InferenceEngine(models_dir, threads=1) as engine:
        detect = engine.detect
        monkeypatch.setattr(engine, "detect", lambda *given: release.wait() and detect(*given))
        futures = [engine.submit(image), engine.submit(image)]

        def another_camera() -> None:
            futures.append(engine.submit(image))
            handed_over.set()

        camera = threading.Thread(target=another_camera)
        camera.start()
        assert not handed_over.wait(0.2)
        release.set()
        camera.join()
        assert all(len(future.result()) for future in futures)


def test_a_closed_engine_takes_nothing(models_dir: Path, walkers: list[Labelled]) -> None:
    engine = InferenceEngine(models_dir, threads=1)
    engine.close()
    for _ in range(4):
        with pytest.raises(RuntimeError):
            engine.submit(walkers[0].image)


def test_the_number_format_is_the_one_asked_for(engine: InferenceEngine) -> None:
    assert engine.inference_precision((768, 576)) == "f32"


def test_a_face_network_is_no_detector(models_dir: Path) -> None:
    with pytest.raises(ModelError, match="centerface"):
        InferenceEngine(models_dir, "centerface")


def test_a_perceiver_joins_network_and_foreground(
    engine: InferenceEngine, walkers: list[Labelled]
) -> None:
    perceiver = Perceiver(engine)
    pending = [perceiver.start("gate", float(t), walkers[t].image) for t in range(3)]
    percepts = [perceiver.finish(one) for one in pending]
    assert [percept.time for percept in percepts] == [0.0, 1.0, 2.0]
    assert percepts[2].camera_id == "gate"
    assert percepts[2].size == (768, 576)
    assert len(percepts[2].detections) > 0
    assert percepts[2].foreground.reliable
    assert len(percepts[2].foreground.boxes) > 0


def test_openvino_cannot_load_its_telemetry(tmp_path: Path) -> None:
    package = tmp_path / "openvino_telemetry"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('telemetry was loaded')")
    (package / "backend.py").write_text("")
    code = (
        "import gardefou.perception.perceiver, openvino, openvino.tools.ovc.telemetry_utils as t;"
    )
    code += "raise SystemExit(0 if t.tm.__name__.endswith('telemetry_stub') else 1)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(tmp_path)}, check=False
    )
    assert done.returncode == 0
