"""What the network's input size costs and finds: people of a MOTChallenge sequence.

    python benchmarks/perception_input_size.py VIDEO GT.TXT [--model NAME] [--every N]

Recall and precision count one-to-one matches at IoU 0.5 with the true boxes; CPU is that of the
whole process for a picture: scaling, network, decoding. One thread.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from scipy.optimize import linear_sum_assignment

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Floats, Image
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.engine import DEFAULT_MODEL, InferenceEngine

SIZES = ((352, 256), (416, 256), (416, 320), (512, 384), (640, 480))
SCORES = (0.2, 0.3, 0.4, 0.5)
MATCH = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--every", type=int, default=4)
    arguments = parser.parse_args()
    truth = read_truth(arguments.truth)
    columns = "".join(f" | R {score:.1f}  P {score:.1f}" for score in SCORES)
    print(f"{'input':>9} {'format':>6} {'CPU ms':>7}{columns}")
    for width, height in SIZES:
        with InferenceEngine(model=arguments.model, pixels=width * height, threads=1) as engine:
            print(row(engine, arguments.video, truth, arguments.every), flush=True)


def row(engine: InferenceEngine, video: Path, truth: dict[int, Floats], every: int) -> str:
    tally = np.zeros((len(SCORES), 3))
    spent, count, size = 0.0, 0, (0, 0)
    for number, image in pictures(video, every):
        size = (image.shape[1], image.shape[0])
        if not count:
            engine.detect(image)
        started = time.process_time()
        found = engine.detect(image)
        spent += time.process_time() - started
        count += 1
        tally += tallied(found, truth.get(number, np.zeros((0, 4))))
    matched, reported, real = tally.T
    figures = "".join(
        f" | {r:.3f} {p:.3f}" for r, p in zip(matched / real, matched / reported, strict=True)
    )
    width, height = engine.input_size(size)
    precision = engine.inference_precision(size)
    return f"{width}x{height:<5} {precision:>6} {1000 * spent / count:7.1f}{figures}"


def tallied(found: Detections, truth: Floats) -> Floats:
    """Matches, reports and true boxes at each score. [len(SCORES), 3]."""
    rows = []
    for score in SCORES:
        people = found.boxes[(found.classes == ObjectClass.PERSON) & (found.scores >= score)]
        overlap = box.iou(people, truth)
        pairs = linear_sum_assignment(-overlap)
        rows.append((np.count_nonzero(overlap[pairs] >= MATCH), len(people), len(truth)))
    return np.array(rows, dtype=np.float64)


def read_truth(path: Path) -> dict[int, Floats]:
    """Boxes of each picture of a MOTChallenge ``gt.txt``, numbered from 1."""
    rows = np.loadtxt(path, delimiter=",")
    boxes = np.concatenate([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]], axis=1)
    return {int(number): boxes[rows[:, 0] == number] for number in np.unique(rows[:, 0])}


def pictures(video: Path, every: int) -> Iterator[tuple[int, Image]]:
    """Every n-th picture with its number, from 1."""
    with av.open(os.fspath(video)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index % every == 0:
                yield index + 1, np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)


if __name__ == "__main__":
    main()
