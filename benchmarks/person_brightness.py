"""How much worse people are found when they, not the scene, are darker or lighter.

    python benchmarks/person_brightness.py [--footage DIR] [--every 16]

A synthetic test of what skin and clothing can do to a detector: on PETS 2009 S2.L1 the pixels
inside each person's true box are made darker or lighter, with soft edges, and nothing else is.
Found is a person with a detection of the class, at the score from which bodies are followed, that
overlaps the true box by 0.4 or more. It is no substitute for labelled people: the boxes hold some
background too, and brightness is one thing of many.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np

from gardefou.geometry import boxes as box
from gardefou.geometry.arrays import Floats, Image
from gardefou.geometry.detections import ObjectClass
from gardefou.perception.engine import InferenceEngine
from gardefou.runtime.pipeline import TRACKING

GAINS: Final = (0.35, 0.5, 0.7, 1.0, 1.4, 1.8)
OVERLAP: Final = 0.4
VIDEO: Final = "pets09_s2l1_vtest.avi"
TRUTH: Final = "mot/MOT15-train/PETS09-S2L1/gt.txt"


def truth(path: Path) -> dict[int, Floats]:
    """Boxes of people by picture, from 1."""
    rows = np.loadtxt(path, delimiter=",")
    rows[:, 4:6] += rows[:, 2:4]
    return {int(number): rows[rows[:, 0] == number][:, 2:6] for number in np.unique(rows[:, 0])}


def lit(image: Image, people: Floats, gain: float) -> Image:
    """The picture with its people darker or lighter."""
    mask = np.zeros(image.shape[:2], dtype=np.float32)
    for x1, y1, x2, y2 in people.astype(int):
        mask[max(0, y1) : max(0, y2), max(0, x1) : max(0, x2)] = 1.0
    soft = cv2.GaussianBlur(mask, (0, 0), 2.0)[:, :, None]
    changed = image * (1 + soft * (gain - 1))
    return np.clip(changed, 0, 255).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--footage", type=Path, default=os.environ.get("GARDEFOU_FOOTAGE"))
    parser.add_argument("--every", type=int, default=16)
    arguments = parser.parse_args()
    boxes = truth(arguments.footage / TRUTH)
    found: Counter[float] = Counter()
    total = 0
    with (
        InferenceEngine(threads=1) as engine,
        av.open(str(arguments.footage / VIDEO)) as container,
    ):
        for number, frame in enumerate(container.decode(video=0), start=1):
            if number % arguments.every or number not in boxes:
                continue
            image = np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)
            people = boxes[number]
            total += len(people)
            for gain in GAINS:
                seen = engine.detect(lit(image, people, gain))
                kept = (seen.classes == ObjectClass.PERSON) & (seen.scores >= TRACKING.high_score)
                shared = box.intersections(people, seen.boxes[kept])
                union = box.areas(people)[:, None] + box.areas(seen.boxes[kept]) - shared
                found[gain] += int((shared >= OVERLAP * union).any(axis=1).sum())
    for gain in GAINS:
        print(f"brightness x {gain:g}: {found[gain]} of {total} people, {found[gain] / total:.1%}")


if __name__ == "__main__":
    main()
