"""How many heads evidence clips blur, and how much of the picture: on PETS 2009 S2.L1's truth.

    python benchmarks/evidence_heads.py [--footage DIR] [--seconds 79.5] [--json]

The clip is analysed as a live stream would be (5 pictures a second), then shown as evidence
(10 pictures a second at clip size). The truth gives the box of every person in every picture; a
head is taken to be its top sixth, square and centred. A head counts as covered when at least 90 %
of its pixels are blurred. Heads cut by the picture's edge count by what is inside.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from gardefou.capture.file import FileSource
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.reader import ReadSettings
from gardefou.capture.ring import PacketRing
from gardefou.evidence.clip import BlurredStretch
from gardefou.evidence.finder import Finder, FinderSettings, Found, HeadFinder
from gardefou.evidence.heads import HeadRecord, HeadTrail
from gardefou.evidence.job import Footage
from gardefou.evidence.redaction import blurred_area
from gardefou.geometry.arrays import Bools, Floats, Image, Size
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver
from gardefou.runtime.cadence import Cadence
from gardefou.runtime.pipeline import CameraPipeline
from gardefou.runtime.stream import analysed_frames

VIDEO: Final = "pets09_s2l1_vtest.avi"
TRUTH: Final = "mot/MOT15-train/PETS09-S2L1/gt.txt"
TRUTH_RATE: Final = 10.0
TRUTH_SIZE: Final = (768, 576)
HEAD_SHARE: Final = 1 / 6
COVERED: Final = 0.9


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a way of finding heads came to; ``blurred`` and ``truth`` are shares of the picture."""

    way: str
    heads: int
    covered: float
    missed: int
    blurred: float
    truth: float


class FindsNothing:
    """Leaves heads to the trail."""

    def find(self, image: Image) -> Found:
        """No region."""
        return Found()


def analysed(video: Path, seconds: float) -> tuple[Footage, HeadTrail]:
    """The clip's packets and the trail that live analysis would have left."""
    trail = HeadTrail(seconds=seconds + 10)
    ring = PacketRing(1e9, 1 << 30)
    with InferenceEngine(threads=1) as engine, FileSource(video, ReadSettings("a"), ring) as source:
        pipeline = CameraPipeline("a", Perceiver(engine), [], cadence=Cadence())
        for seen in analysed_frames(source.frames(), pipeline, source):
            percept = seen.percept
            if percept.time > seconds:
                break
            if percept.looked:
                trail.add(percept.time, percept.size, percept.detections, seen.tracks)
        return Footage(tuple(ring.since(0.0)), source.codec_parameters), trail


def true_heads(path: Path) -> dict[int, Floats]:
    """Head boxes [N, 4] px of each picture, counted from 1."""
    rows = np.loadtxt(path, delimiter=",")
    left, top, width, height = rows[:, 2:6].T
    side = HEAD_SHARE * height
    half = np.minimum(side, width) / 2
    middle = left + width / 2
    boxes = np.stack([middle - half, top, middle + half, top + side], axis=1)
    return {int(frame): boxes[rows[:, 0] == frame] for frame in np.unique(rows[:, 0])}


def covered_shares(heads: Floats, blurred: Bools, size: Size) -> Iterator[float]:
    """Share of each head's pixels that is blurred; heads outside the picture are left out."""
    edges = np.clip(np.round(heads), 0, [*size, *size]).astype(np.int64)
    for left, top, right, bottom in edges:
        if right > left and bottom > top:
            yield float(blurred[top:bottom, left:right].mean())


def measure(
    way: str, footage: Footage, record: HeadRecord, finder: Finder, truth: Path, seconds: float
) -> Coverage:
    heads = true_heads(truth)
    shares: list[float] = []
    blurred_shares, true_shares = [], []
    stretch = BlurredStretch(footage, 0.0, seconds, record, PrivacyMask(), finder)
    for picture in stretch:
        number = round(picture.time * TRUTH_RATE) + 1
        here = heads.get(number, np.zeros((0, 4)))
        blurred = blurred_area(picture.regions, TRUTH_SIZE)
        shares.extend(covered_shares(here, blurred, TRUTH_SIZE))
        blurred_shares.append(blurred.mean())
        fractions = here / np.array([*TRUTH_SIZE, *TRUTH_SIZE])
        true_shares.append(blurred_area(fractions, TRUTH_SIZE, margin=0.0).mean())
    missed = sum(share < COVERED for share in shares)
    return Coverage(
        way,
        len(shares),
        1 - missed / len(shares),
        missed,
        float(np.mean(blurred_shares)),
        float(np.mean(true_shares)),
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--footage", type=Path, default=os.environ.get("GARDEFOU_FOOTAGE"))
    parser.add_argument("--seconds", type=float, default=79.5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.footage is None:
        parser.error("name the labelled footage: --footage DIR or GARDEFOU_FOOTAGE")
    return given


def main() -> None:
    given = arguments()
    footage, trail = analysed(given.footage / VIDEO, given.seconds)
    finder = HeadFinder(FinderSettings())
    ways: list[tuple[str, HeadRecord, Finder]] = [
        ("trail", trail.record(), FindsNothing()),
        ("finder", HeadRecord.empty(), finder),
        ("both", trail.record(), finder),
    ]
    results = [
        measure(way, footage, record, each, given.footage / TRUTH, given.seconds)
        for way, record, each in ways
    ]
    if given.json:
        print(json.dumps([asdict(result) for result in results]))
        return
    for result in results:
        print(
            f"{result.way:7} {result.covered:.2%} of {result.heads} heads covered "
            f"({result.missed} missed), {result.blurred:.2%} of the picture blurred "
            f"(the heads are {result.truth:.2%})"
        )


if __name__ == "__main__":
    main()
