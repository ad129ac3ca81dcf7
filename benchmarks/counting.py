"""How well people and passages are counted on labelled footage, and what a look at a crowd costs.

    python benchmarks/counting.py FOOTAGE [--fps N] [--mirror]

FOOTAGE holds `cases.yaml`, the clips and the stills; by default `$GARDEFOU_FOOTAGE`.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from gardefou.capture.file import FileSource
from gardefou.capture.reader import ReadSettings
from gardefou.evaluation.cases import Case, read_cases
from gardefou.evaluation.line_counts import CaseLines
from gardefou.geometry.arrays import Image
from gardefou.perception.crowd import look, people
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver

TRUTH_FPS = 10.0
"""Rate at which the PETS clip plays the pictures that its truth numbers, pictures/s."""


def passages(case: Case, footage: Path, engine: InferenceEngine, fps: float, mirror: bool) -> None:
    perceiver = Perceiver(engine)
    if mirror:
        case = mirrored(case)
    lines = CaseLines(case)
    with FileSource(footage / case.clip, ReadSettings(case.id, analysis_fps=fps)) as source:
        for frame in source.frames():
            image = np.ascontiguousarray(frame.image[:, ::-1]) if mirror else frame.image
            lines.update(perceiver.finish(perceiver.start(case.id, frame.time, image)))
    for name, wanted in case.counts.items():
        found = lines.counts[name]
        headings = sorted(set(wanted) | set(found))
        figures = ", ".join(f"{h} {found.get(h, 0)} (true {wanted.get(h, 0)})" for h in headings)
        print(f"{case.id}, {fps:g}/s{', mirrored' if mirror else ''}: {figures}", flush=True)


def mirrored(case: Case) -> Case:
    """A case whose clip is played mirrored: its lines and headings change sides."""
    sides = {"left": "right", "right": "left"}
    zones = [
        zone.model_copy(update={"line": [(1 - x, y) for x, y in zone.line]})
        for zone in case.zones
        if zone.line
    ]
    counts = {
        name: {sides.get(heading, heading): count for heading, count in wanted.items()}
        for name, wanted in case.counts.items()
    }
    return case.model_copy(update={"zones": zones, "counts": counts})


def report(name: str, errors: list[float], truths: list[int]) -> None:
    mae, bias = float(np.abs(errors).mean()), float(np.mean(errors))
    print(
        f"{name}: mean absolute error {mae:.2f}, bias {bias:+.2f}, {len(errors)} pictures of "
        f"{np.mean(truths):.1f} people",
        flush=True,
    )


def counted(engine: InferenceEngine, image: Image) -> float:
    return people(look(engine, image)).expected


def clip_people(case: Case, footage: Path, engine: InferenceEngine) -> None:
    rows = np.loadtxt(footage / str(case.people_truth), delimiter=",", usecols=(0,))
    truth = Counter(rows.astype(int).tolist())
    errors, truths = [], []
    with FileSource(footage / case.clip, ReadSettings(case.id)) as source:
        for frame in source.frames():
            true = truth[min(round(frame.time * TRUTH_FPS) + 1, max(truth))]
            truths.append(true)
            errors.append(counted(engine, frame.image) - true)
    report(case.id, errors, truths)


def still(path: Path) -> Image:
    return np.asarray(cv2.imread(str(path)), dtype=np.uint8)


def still_people(case: Case, footage: Path, engine: InferenceEngine) -> None:
    folder = footage / case.clip
    truth = {each.image: each.count for each in case.people}
    if case.stills:
        entries = json.loads((folder / case.stills).read_text())
        truth |= {name: entry["count"] for name, entry in entries.items()}
    started = time.process_time()
    errors = [counted(engine, still(folder / name)) - count for name, count in truth.items()]
    report(case.id, errors, list(truth.values()))
    print(f"  {(time.process_time() - started) / len(errors) * 1000:.0f} ms of CPU a look")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("footage", nargs="?", default=os.environ.get("GARDEFOU_FOOTAGE"))
    parser.add_argument("--fps", type=float, default=5.0, help="pictures analysed a second")
    parser.add_argument("--mirror", action="store_true", help="count passages mirrored")
    arguments = parser.parse_args()
    if not arguments.footage:
        parser.error("name the folder of the labelled footage, or set GARDEFOU_FOOTAGE")
    footage = Path(arguments.footage)
    with InferenceEngine(threads=1) as engine:
        for case in read_cases(footage / "cases.yaml"):
            if case.counts:
                passages(case, footage, engine, arguments.fps, arguments.mirror)
            elif (footage / case.clip).is_dir() and (case.people or case.people_truth):
                still_people(case, footage, engine)
            elif case.people_truth:
                clip_people(case, footage, engine)


if __name__ == "__main__":
    main()
