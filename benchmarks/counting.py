"""How well people and passages are counted on labelled footage, and what a look at a crowd costs.

    python benchmarks/counting.py FOOTAGE

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
from gardefou.geometry.arrays import Image
from gardefou.perception.crowd import look, people
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver
from gardefou.runtime.pipeline import CameraPipeline
from gardefou.runtime.stream import analysed_frames
from gardefou.statistics.lines import LineCounter

SURE = 0.45
"""Score from which the closer look's people are counted where people are few and large."""

TRUTH_FPS = 10.0
"""Rate at which the PETS clip plays the pictures that its truth numbers, pictures/s."""


def passages(case: Case, footage: Path, engine: InferenceEngine) -> None:
    pipeline = CameraPipeline(case.id, Perceiver(engine), [])
    lines = {zone.id: zone.line for zone in case.zones if zone.line}
    counters: dict[str, LineCounter] = {}
    found: Counter[tuple[str, str]] = Counter()
    with FileSource(footage / case.clip, ReadSettings(case.id)) as source:
        for analysed in analysed_frames(source.frames(), pipeline, source):
            for name, line in lines.items():
                if name not in counters:
                    counters[name] = LineCounter(name, np.array(line), analysed.percept.size)
                crossings = counters[name].update(analysed.tracks, analysed.percept.time)
                found.update((name, str(each.heading)) for each in crossings)
    for name, wanted in case.counts.items():
        headings = sorted(set(wanted) | {heading for line, heading in found if line == name})
        figures = ", ".join(f"{h} {found[name, h]} (true {wanted.get(h, 0)})" for h in headings)
        print(f"{case.id}: {figures}", flush=True)


def report(name: str, errors: list[int], truths: list[int]) -> None:
    mae, bias = float(np.abs(errors).mean()), float(np.mean(errors))
    print(
        f"{name}: mean absolute error {mae:.2f}, bias {bias:+.2f}, {len(errors)} pictures of "
        f"{np.mean(truths):.1f} people",
        flush=True,
    )


def counted(engine: InferenceEngine, image: Image, least: float = 0.0) -> int:
    return int((people(look(engine, image)).scores >= least).sum())


def clip_people(case: Case, footage: Path, engine: InferenceEngine) -> None:
    rows = np.loadtxt(footage / str(case.people_truth), delimiter=",", usecols=(0,))
    truth = Counter(rows.astype(int).tolist())
    plain, close, truths = [], [], []
    with FileSource(footage / case.clip, ReadSettings(case.id)) as source:
        for frame in source.frames():
            true = truth[min(round(frame.time * TRUTH_FPS) + 1, max(truth))]
            truths.append(true)
            found = engine.detect(frame.image)
            plain.append(int(((found.classes == 1) & (found.scores >= SURE)).sum()) - true)
            close.append(counted(engine, frame.image, SURE) - true)
    report(f"{case.id}, the whole picture", plain, truths)
    report(f"{case.id}, closer look", close, truths)


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
    arguments = parser.parse_args()
    if not arguments.footage:
        parser.error("name the folder of the labelled footage, or set GARDEFOU_FOOTAGE")
    footage = Path(arguments.footage)
    with InferenceEngine(threads=1) as engine:
        for case in read_cases(footage / "cases.yaml"):
            if case.counts:
                passages(case, footage, engine)
            elif (footage / case.clip).is_dir() and (case.people or case.people_truth):
                still_people(case, footage, engine)
            elif case.people_truth:
                clip_people(case, footage, engine)


if __name__ == "__main__":
    main()
