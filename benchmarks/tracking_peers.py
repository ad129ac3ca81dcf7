"""The tracker beside its peers on the same boxes, in one run: accuracy and speed, with ratios.

The peers (Roboflow's ``trackers``: SORT, ByteTrack, OC-SORT, C-BIoU) are no dependency of this
project. They bring ``opencv-python``, which overwrites the headless build, so give them an
environment of their own and put this project's sources on its path::

    python -m venv /tmp/peers
    /tmp/peers/bin/pip install trackers scipy numpy
    /tmp/peers/bin/pip install --no-deps trackeval==1.3.0
    OPENBLAS_NUM_THREADS=1 PYTHONPATH=src /tmp/peers/bin/python benchmarks/tracking_peers.py \
        $GARDEFOU_FOOTAGE/mot/MOT15-train --detections det_sort_frcnn [--thin 5]

Each peer runs with its default settings and the true frame rate. Boxes are put into the peers'
own type beforehand, outside the measured time; the trackers take turns and the best of
``--repeat`` turns counts for speed.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from gardefou.evaluation.mot import Sequence, find_detections, read_sequence, sequence_folders
from gardefou.evaluation.tracking import Follower, TrackingFigures, measure
from gardefou.geometry.arrays import Size
from gardefou.geometry.detections import Detections
from gardefou.tracking.tracker import Tracker
from gardefou.tracking.tracks import Tracks

PEERS = ("SORTTracker", "ByteTrackTracker", "OCSORTTracker", "CBIoUTracker")


class Peer:
    """A tracker of the ``trackers`` package behind this project's verb."""

    def __init__(self, name: str, sequence: Sequence, thin: float | None) -> None:
        supervision = importlib.import_module("supervision")
        rate = sequence.frame_rate if thin is None else min(thin, sequence.frame_rate)
        self._tracker: Any = getattr(importlib.import_module("trackers"), name)(frame_rate=rate)
        self._prepared = {
            id(frame): supervision.Detections(
                xyxy=frame.boxes, confidence=frame.scores, class_id=frame.classes
            )
            for frame in sequence.detections
        }

    def update(self, detections: Detections, time: float, size: Size | None = None) -> Tracks:
        """The peer's confirmed tracks."""
        found = self._tracker.update(self._prepared[id(detections)])
        ids = found.tracker_id
        if ids is None:
            return Tracks.empty()
        sure = ids >= 0
        boxes, count = found.xyxy[sure], int(sure.sum())
        nothing = np.zeros(count)
        return Tracks(
            ids[sure].astype(np.int64),
            boxes.astype(np.float64),
            np.zeros((count, 2)),
            nothing.astype(np.int64),
            nothing,
            nothing,
            np.ones(count, dtype=np.bool_),
        )


def _starter(name: str, thin: float | None) -> Callable[[Sequence], Follower]:
    return lambda sequence: Peer(name, sequence, thin)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare the tracker with its peers.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--detections", default="det_sort_frcnn")
    parser.add_argument("--thin", type=float)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    sequences = [
        read_sequence(folder, path, options.thin)
        for folder in sequence_folders(options.directory)
        if (path := find_detections(folder, options.detections))
    ]
    available = vars(importlib.import_module("trackers"))
    starters: dict[str, Callable[[Sequence], Follower]] = {
        "gardefou": lambda _: Tracker(seed=0),
        **{name: _starter(name, options.thin) for name in PEERS if name in available},
    }
    best: dict[str, TrackingFigures] = {}
    for _ in range(options.repeat):  # in turns, so that a busy moment does not hit one alone
        for name, start in starters.items():
            figures = measure(sequences, start)[0]
            if name not in best or figures.fps > best[name].fps:
                best[name] = figures
    print(f"{'':18}{'HOTA':>8}{'IDF1':>8}{'MOTA':>8}{'IDSW':>6}{'fps':>7}   ours / theirs")
    for name, figures in best.items():
        _print(name, figures, best["gardefou"])


def _print(name: str, figures: TrackingFigures, ours: TrackingFigures) -> None:
    print(
        f"{name:18}{figures.hota:8.2f}{figures.idf1:8.2f}{figures.mota:8.2f}"
        f"{figures.identity_switches:6d}{figures.fps:7.0f}"
        f"   HOTA x{ours.hota / figures.hota:.3f}  IDF1 x{ours.idf1 / figures.idf1:.3f}"
        f"  fps x{ours.fps / figures.fps:.2f}"
    )


if __name__ == "__main__":
    main()
