"""Pictures of a clip and their true boxes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from gardefou.geometry.arrays import Floats, Image


@dataclass(frozen=True)
class Labelled:
    """A picture and the true boxes of the people in it, px."""

    image: Image
    people: Floats


def decoded(path: Path, every: int = 1) -> Iterator[tuple[int, float, Image]]:
    """Number (from 1), time in s and picture of every n-th frame."""
    with av.open(os.fspath(path)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index % every == 0:
                image = np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)
                yield index + 1, float(frame.time or 0.0), image


def true_boxes(truth: Path) -> dict[int, Floats]:
    """Boxes of each picture of a MOTChallenge ``gt.txt``, numbered from 1."""
    rows = np.loadtxt(truth, delimiter=",")
    boxes = np.concatenate([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]], axis=1)
    return {int(number): boxes[rows[:, 0] == number] for number in np.unique(rows[:, 0])}
