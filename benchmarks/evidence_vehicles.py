"""How much of a clip's picture is blurred because of vehicles' numbers, and what that costs.

    python benchmarks/evidence_vehicles.py CLIP... [--seconds 10] [--pictures DIR]

Each clip is analysed as a live stream would be (5 pictures a second), then shown as evidence (10
pictures a second at clip size), once with heads alone and once with the lower parts of vehicles.
``--pictures`` writes one picture of each two seconds, as shown, to be looked at.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import cv2
import numpy as np

from gardefou.capture.file import FileSource
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.reader import ReadSettings
from gardefou.capture.ring import PacketRing
from gardefou.evidence import finder, heads
from gardefou.evidence.clip import BlurredStretch
from gardefou.evidence.finder import FinderSettings, HeadFinder
from gardefou.evidence.heads import HeadTrail
from gardefou.evidence.job import Footage
from gardefou.evidence.redaction import blurred_area
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver
from gardefou.runtime.pipeline import CameraPipeline
from gardefou.runtime.stream import analysed_frames


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


def blurred(video: Path, seconds: float, to: Path | None = None) -> tuple[float, float, float]:
    """Share of the picture that is blurred: mean and worst picture; CPU s of the clip."""
    trail, ring = HeadTrail(seconds=seconds + 10), PacketRing(1e9, 1 << 30)
    with InferenceEngine(threads=1) as engine, FileSource(video, ReadSettings("a"), ring) as source:
        pipeline = CameraPipeline("a", Perceiver(engine), [])
        for seen in analysed_frames(source.frames(), pipeline, source):
            percept = seen.percept
            if percept.time > seconds:
                break
            size = source.codec_parameters.size
            trail.add(percept.time, percept.size, percept.detections, seen.tracks, size)
        footage = Footage(tuple(ring.since(0.0)), source.codec_parameters)
    found, mask = HeadFinder(FinderSettings()), PrivacyMask()
    begun = time.process_time()
    stretch = BlurredStretch(footage, 0.0, seconds, trail.record(0.0, seconds), mask, found)
    shares = []
    for index, picture in enumerate(stretch):
        size = (picture.image.shape[1], picture.image.shape[0])
        shares.append(float(blurred_area(picture.regions, size).mean()))
        if to is not None and index % 20 == 10:
            cv2.imwrite(str(to / f"{video.stem}_{index:03d}.png"), picture.image)
    return float(np.mean(shares)), max(shares), time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    print("clip: picture blurred by heads alone, with vehicles (worst picture), CPU s of the clip")
    for clip in arguments.clips:
        with heads_alone():
            alone, _, before = blurred(clip, arguments.seconds)
        both, worst, after = blurred(clip, arguments.seconds, arguments.pictures)
        print(
            f"{clip.stem}: {alone:.1%}, {both:.1%} ({worst:.1%}), {before:.1f} -> {after:.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
