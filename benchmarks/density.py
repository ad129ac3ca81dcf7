"""How crowd density does: driven from true boxes and points, and from pixels where there are any.

    python benchmarks/density.py FOOTAGE [--pixels]

FOOTAGE holds `mot/` (MOT20-01, HT21-01, PETS09-S2L1) and `brt_counts/`; by default
`$GARDEFOU_FOOTAGE`. For each scene: the camera found from people's heights, the densest 10 m² by
`CrowdDensity` with its standard error, and when a floor is signalled. No scene has a surveyed
ground, so the densities themselves cannot be checked here; what can is whether the same people seen
in other ways give the same density. Heads (HT21) stand for bodies of 7.5 heads. The bus station's
points are heads too and say no height: its plane is that of the boxes seen in its pictures.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from gardefou.evaluation.mot import find_detections, read_sequence
from gardefou.geometry.arrays import Floats, Size
from gardefou.geometry.detections import Detections
from gardefou.geometry.heights import HeightTable
from gardefou.perception.crowd import EVERY_S, look, people
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.percept import Crowd, Foreground
from gardefou.situations.crowd_density import LIKELY_PERSON, CrowdDensity, DensitySearch
from gardefou.situations.scene import Scene
from gardefou.tracking.tracks import Tracks

WHOLE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
FLOORS = (4.0, 2.0)
"""The floor by default and the lowest that a site may set, persons/m²."""

HEADS_TALL = 7.5
"""Heads that a standing body is tall."""

Look = tuple[float, Crowd]
"""A stream time, s, and the people seen then."""


def crowd_of(boxes: Floats) -> Crowd:
    return Crowd(boxes, np.ones(len(boxes)))


def scene(time: float, size: Size, crowd: Crowd) -> Scene:
    still = Foreground(np.zeros((0, 4)), np.zeros(0), 0.0, reliable=True)
    return Scene("camera", time, size, Tracks.empty(), still, Detections.empty(), crowd=crowd)


def drive(name: str, looks: Sequence[Look], size: Size, known: HeightTable | None = None) -> None:
    """Print what the detector finds over some looks, the learned plane given or found by itself."""
    ground = known.plane.ground if known is not None and known.plane is not None else None
    searches = [DensitySearch(str(floor), WHOLE, ground, floor) for floor in FLOORS]
    dense = CrowdDensity([], searches)
    found, signalled = [], dict.fromkeys(FLOORS, 0)
    for time, crowd in looks:
        for each in dense.update(scene(time, size, crowd)):
            signalled[float(str(each.zone_id))] += 1
        density = dense.densities(time).get(str(FLOORS[0]))
        if density is not None:
            found.append((density.per_m2, density.error))
    plane = dense.learned if known is None else known.plane
    if plane is None or not found:
        print(f"{name}: no plane, or none sure enough, in {len(looks)} looks", flush=True)
        return
    values = np.array(found)
    worst = values[values[:, 0].argmax()]
    marks = ", ".join(f"{floor:g}/m²: {count} looks" for floor, count in signalled.items())
    print(
        f"{name}: camera {plane.camera_m:.1f} m, {np.degrees(plane.tilt):.0f}° down, areas to "
        f"{100 * plane.error:.0f} %; densest 10 m² {np.median(values[:, 0]):.2f} (median), "
        f"{worst[0]:.2f} ± {worst[1]:.2f} (most) persons/m² in {len(found)} of {len(looks)} looks; "
        f"signalled at {marks}",
        flush=True,
    )


def bodies(heads: Floats) -> Floats:
    """Boxes of the bodies below heads. [N, 4] -> [N, 4]."""
    tall = (heads[:, 3] - heads[:, 1]) * HEADS_TALL
    middle = (heads[:, 0] + heads[:, 2]) / 2
    return np.stack([middle - tall / 6, heads[:, 1], middle + tall / 6, heads[:, 1] + tall], axis=1)


def truth(folder: Path, heads: bool) -> None:
    path = find_detections(folder, "gt")
    if path is None:
        return
    sequence = read_sequence(folder, path, thin=1.0)
    # The sequences are short; played on and on they fill the detector's window of ten seconds.
    rounds = max(1, 24 // len(sequence.truth))
    frames = [each.boxes for each in sequence.truth] * rounds
    looks = [
        (EVERY_S * index, crowd_of(bodies(boxes) if heads else boxes))
        for index, boxes in enumerate(frames)
    ]
    drive(folder.name + (" (heads)" if heads else ""), looks, sequence.size)


def station(folder: Path, engine: InferenceEngine) -> None:
    """The bus station from its pictures, and from its points on the plane of its pictures."""
    entries = json.loads((folder / "truth.json").read_text())
    table, seen, points = HeightTable(), [], []
    size = (1, 1)
    for index, (name, entry) in enumerate(sorted(entries.items())):
        image = np.asarray(cv2.imread(str(folder / name)), dtype=np.uint8)
        size = (image.shape[1], image.shape[0])
        crowd = people(look(engine, image))
        table.learn(crowd.boxes[crowd.weights > LIKELY_PERSON], size)
        # Pictures minutes apart: each is held as if somebody looked three times.
        for again in range(3):
            time = 20.0 * index + EVERY_S * again
            seen.append((time, crowd))
            points.append((time, standing(np.array(entry["points_xy"]).reshape(-1, 2), crowd)))
    drive("bus station, pictures", seen, size, table)
    drive("bus station, points", points, size, table)


def standing(heads: Floats, seen: Crowd) -> Crowd:
    """People below head points, as tall as the nearest of those seen in the picture."""
    if not len(seen.boxes):
        return crowd_of(np.zeros((0, 4)))
    tops = np.stack([(seen.boxes[:, 0] + seen.boxes[:, 2]) / 2, seen.boxes[:, 1]], axis=1)
    away = np.linalg.norm(heads[:, None] - tops[None], axis=2)
    tall = (seen.boxes[:, 3] - seen.boxes[:, 1])[away.argmin(axis=1)] if len(heads) else 0.0
    x, y = heads[:, 0], heads[:, 1]
    return crowd_of(np.stack([x - tall / 6, y, x + tall / 6, y + tall], axis=1))


def concourse(paths: Iterable[Path], engine: InferenceEngine) -> None:
    looks, size = [], (1, 1)
    for index, path in enumerate(sorted(paths)):
        image = np.asarray(cv2.imread(str(path)), dtype=np.uint8)
        size = (image.shape[1], image.shape[0])
        looks.append((EVERY_S * index, people(look(engine, image))))
    drive("concourse, pictures", looks, size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("footage", nargs="?", default=os.environ.get("GARDEFOU_FOOTAGE"))
    parser.add_argument("--pixels", action="store_true", help="pictures too, not only truth")
    arguments = parser.parse_args()
    if not arguments.footage:
        parser.error("name the folder of the labelled footage, or set GARDEFOU_FOOTAGE")
    footage = Path(arguments.footage)
    truth(footage / "mot" / "MOT15-train" / "PETS09-S2L1", heads=False)
    truth(footage / "mot" / "MOT20-train" / "MOT20-01", heads=False)
    truth(footage / "mot" / "HT21-train" / "HT21-01", heads=True)
    if arguments.pixels:
        with InferenceEngine(threads=1) as engine:
            concourse((footage / "crowd_concourse").glob("*.jpg"), engine)
            station(footage / "brt_counts", engine)


if __name__ == "__main__":
    main()
