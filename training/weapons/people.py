"""People to train on, cut from clips whose licence allows it.

    python training/weapons/people.py FOOTAGE PEOPLE.npz

Takes the clips that FOOTAGE/manifest.json calls `clear`, five pictures a second, and of each clip
at most 600 people whom the default network finds. Needs the project and its installed models.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np

from gardefou.capture.file import FileSource
from gardefou.capture.reader import ReadSettings
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.weapons import people_to_look_at

MOST_OF_A_CLIP = 600
BESIDE, ABOVE = 0.7, 0.5
"""Surroundings kept on each side and above and below, in heights of the person."""

LEAST_HEIGHT = 40.0
"""Least height of a person, px."""


def main() -> None:
    footage, out = Path(sys.argv[1]), Path(sys.argv[2])
    manifest = json.loads((footage / "manifest.json").read_text(encoding="utf-8"))
    names = [each["file"] for each in manifest if each["licence_status"] == "clear"]
    rng = np.random.default_rng(1)
    clips, places, pictures = [], [], []
    with InferenceEngine(threads=1) as engine:
        for name in sorted(names):
            if not name.endswith((".mp4", ".avi")) or name.startswith("derived"):
                continue
            found = people_of(footage / name, engine)
            for index in rng.permutation(len(found))[:MOST_OF_A_CLIP]:
                place, picture = found[index]
                clips.append(name)
                places.append(place)
                pictures.append(picture)
    stored = {f"picture{index}": picture for index, picture in enumerate(pictures)}
    np.savez(out, clips=np.array(clips), places=np.array(places), **stored)


def people_of(clip: Path, engine: InferenceEngine) -> list[tuple[list[float], np.ndarray]]:
    """Each person's place x, y, width, height in a grey cut-out, and the cut-out."""
    found = []
    with FileSource(clip, ReadSettings("people")) as source:
        for frame in source.frames():
            grey = cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY)
            for x1, y1, x2, y2 in people_to_look_at(engine.detect(frame.image), LEAST_HEIGHT):
                tall = max(y2 - y1, (x2 - x1) * 0.9)
                left, top = int(max(x1 - BESIDE * tall, 0)), int(max(y1 - ABOVE * tall, 0))
                right, bottom = int(x2 + BESIDE * tall), int(y2 + ABOVE * tall)
                place = [x1 - left, y1 - top, x2 - x1, y2 - y1]
                found.append((place, grey[top:bottom, left:right]))
    return found


if __name__ == "__main__":
    main()
