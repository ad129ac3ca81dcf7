"""What one picture alone says of a camera that stays or moved, over every clip of a folder.

    python benchmarks/single_looks.py $GARDEFOU_FOOTAGE

The approved view is the mean of a clip's first eight pictures, two a second; of the others every
third is held against it as it is, relit and moved by hand (the changes of `scene_shift.py`).
Prints same/undecided/moved for each, and the cost of a look.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from gardefou.capture.masks import PrivacyMask
from gardefou.perception.approved_view import ApprovedView, ViewCheck
from gardefou.perception.scene_shift import LEARNING_LOOKS, edges
from scene_shift import MOVES, STAYS, pictures

MOST = 60
EVERY = 3


def main() -> None:
    """Print a line a clip, and the sums."""
    cv2.setNumThreads(1)
    sums: dict[str, Counter[str]] = {name: Counter() for name in (*STAYS, *MOVES)}
    spent, looks = 0.0, 0
    folder = Path(sys.argv[1])
    for path in sorted([*folder.rglob("*.mp4"), *folder.rglob("*.avi")]):
        images = pictures(path, MOST)
        if len(images) < LEARNING_LOOKS + 2:
            continue
        reference = np.mean([edges(image) for image in images[:LEARNING_LOOKS]], axis=0)
        check = ViewCheck(ApprovedView(reference.astype(np.float32), True), PrivacyMask())
        row = []
        for name, change in {**STAYS, **MOVES}.items():
            seen = [change(each) if change else each for each in images[LEARNING_LOOKS::EVERY]]
            begun = time.process_time()
            found = Counter(check.look(each).view.value for each in seen)
            spent, looks = spent + time.process_time() - begun, looks + len(seen)
            sums[name].update(found)
            row.append(f"{name}: {found['same']}/{found['undecided']}/{found['moved']}")
        print(f"{path.name:44}", *row, sep="  ", flush=True)
    print({name: dict(found) for name, found in sums.items()})
    print(f"cost of a look: {spent / max(1, looks) * 1000:.1f} ms")


if __name__ == "__main__":
    main()
