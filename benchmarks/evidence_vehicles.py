"""How much of a clip's picture is blurred because of vehicles' numbers, and what that costs.

    python benchmarks/evidence_vehicles.py CLIP... [--seconds 10] [--pictures DIR]

Each clip is analysed as a live stream would be (5 pictures a second), then shown as evidence (10
pictures a second at clip size), once with heads alone and once with the lower parts of vehicles.
Then every picture is looked at, not one in four: of the vehicles that the network is sure of there
(score 0.5) and whose number could be read, covered are those of whose lower part 90 % is blurred.
``--pictures`` writes one picture of each two seconds, as shown, to be looked at.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest import mock

import cv2
import numpy as np

from gardefou.capture.file import FileSource
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.reader import ReadSettings
from gardefou.capture.ring import PacketRing
from gardefou.evidence import finder, heads
from gardefou.evidence.clip import BlurredStretch
from gardefou.evidence.finder import PEOPLE_PIXELS, FinderSettings, Found, HeadFinder
from gardefou.evidence.heads import HeadRecord, HeadTrail
from gardefou.evidence.job import Footage
from gardefou.evidence.redaction import blurred_area
from gardefou.geometry.arrays import Image
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver
from gardefou.perception.vehicle_bands import may_carry_number, vehicle_bands
from gardefou.runtime.cadence import Cadence
from gardefou.runtime.pipeline import CameraPipeline
from gardefou.runtime.stream import analysed_frames

SURE: Final = 0.5
COVERED: Final = 0.9


@contextmanager
def heads_alone() -> Iterator[None]:
    """Leaves vehicles as they are."""

    def nothing(vehicles: Any, *_: object) -> Any:
        return np.zeros((0, 4))

    def none(vehicles: Any, *_: object) -> Any:
        return np.zeros(len(vehicles), dtype=np.bool_)

    with (
        mock.patch.object(finder, "vehicle_bands", nothing),
        mock.patch.object(heads, "vehicle_bands", nothing),
        mock.patch.object(heads, "legible", none),
    ):
        yield


class FindsNothing:
    """Leaves every picture as it is."""

    def find(self, image: Image) -> Found:
        """No region."""
        return Found()


@dataclass(frozen=True, slots=True)
class Blurred:
    """A clip: share of the picture blurred, mean and worst; CPU s; vehicles, and those covered."""

    mean: float
    worst: float
    cpu_s: float
    vehicles: int
    covered: int


def blurred(
    video: Path, seconds: float, truth: InferenceEngine | None = None, to: Path | None = None
) -> Blurred:
    """Make a clip; with ``truth``, look at every picture of it for vehicles it is sure of."""
    trail, ring = HeadTrail(seconds=seconds + 10), PacketRing(1e9, 1 << 30)
    with InferenceEngine(threads=1) as engine, FileSource(video, ReadSettings("a"), ring) as source:
        pipeline = CameraPipeline("a", Perceiver(engine), [], cadence=Cadence())
        for seen in analysed_frames(source.frames(), pipeline, source):
            percept = seen.percept
            if percept.time > seconds:
                break
            size = source.codec_parameters.size
            if percept.looked:
                trail.add(percept.time, percept.size, percept.detections, seen.tracks, size)
        footage = Footage(tuple(ring.since(0.0)), source.codec_parameters)
    found, mask = HeadFinder(FinderSettings()), PrivacyMask()
    begun = time.process_time()
    stretch = BlurredStretch(footage, 0.0, seconds, trail.record(0.0, seconds), mask, found)
    shares, areas = [], []
    for index, picture in enumerate(stretch):
        size = (picture.image.shape[1], picture.image.shape[0])
        areas.append(blurred_area(picture.regions, size))
        shares.append(float(areas[-1].mean()))
        if to is not None and index % 20 == 10:
            cv2.imwrite(str(to / f"{video.stem}_{index:03d}.png"), picture.image)
    spent = time.process_time() - begun
    vehicles, covered = 0, 0
    if truth is not None:
        record = HeadRecord.empty()
        plain = BlurredStretch(footage, 0.0, seconds, record, mask, FindsNothing())
        for picture, area in zip(plain, areas, strict=True):
            looked = truth.detect(picture.image)
            sure = may_carry_number(looked.classes) & (looked.scores >= SURE)
            size = (picture.image.shape[1], picture.image.shape[0])
            for x1, y1, x2, y2 in vehicle_bands(looked.boxes[sure], size).astype(int):
                vehicles += 1
                covered += bool(area[y1:y2, x1:x2].mean() >= COVERED)
    return Blurred(float(np.mean(shares)), max(shares), spent, vehicles, covered)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    print("clip: picture blurred by heads alone, with vehicles (worst picture); CPU s; covered")
    truth = InferenceEngine(threads=1, pixels=PEOPLE_PIXELS)
    for clip in arguments.clips:
        with heads_alone():
            alone = blurred(clip, arguments.seconds)
        both = blurred(clip, arguments.seconds, truth, arguments.pictures)
        print(
            f"{clip.stem}: {alone.mean:.1%}, {both.mean:.1%} ({both.worst:.1%}); "
            f"{alone.cpu_s:.1f} -> {both.cpu_s:.1f}; {both.covered} of {both.vehicles}",
            flush=True,
        )


if __name__ == "__main__":
    main()
