"""A camera that moved, over every clip of a folder: false blocks, missed moves, cost.

    python benchmarks/scene_shift.py $GARDEFOU_FOOTAGE

Reports, for each clip, whether it was blocked as it is and with its light changed after the
reference was learned, and after how many looks when the same clip is moved by hand. A clip that is
short is played forwards and backwards. What is blocked as it is must be looked at by somebody.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np

from gardefou.geometry.arrays import Image
from gardefou.perception.scene_shift import LEARNING_LOOKS, SceneShift, View

LOOKS, STEP_S = 26, 0.5
Change = Callable[[Image], Image]


def pictures(path: Path, most: int = 130) -> list[Image]:
    """Two pictures a second, at most 640 px wide."""
    found: list[Image] = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        every = max(1, round(float(stream.average_rate or 25) * STEP_S))
        for index, frame in enumerate(container.decode(stream)):
            if index % every == 0:
                scale = min(1.0, 640 / frame.width)
                size = (int(frame.width * scale) // 2 * 2, int(frame.height * scale) // 2 * 2)
                found.append(np.asarray(frame.reformat(*size, format="bgr24").to_ndarray()))
            if len(found) == most:
                break
    return found


def moved(across: float, degrees: float = 0.0, zoom: float = 1.0) -> Change:
    """Shifted by a share of the width, turned, enlarged."""

    def change(image: Image) -> Image:
        height, width = image.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, zoom)
        matrix[0, 2] += across * width
        result = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)
        return np.asarray(result, np.uint8)

    return change


def lit(gain: float, slope: float = 0.0) -> Change:
    """Darker, brighter, or lit from one side."""

    def change(image: Image) -> Image:
        across = np.linspace(1 - slope, 1 + slope, image.shape[1])[None, :, None]
        return np.asarray(np.clip(image * gain * across, 0, 255), np.uint8)

    return change


def looks_until_blocked(images: list[Image], change: Change | None) -> int | None:
    """Looks from the change to the block; None when it is not blocked."""
    there_and_back = images + images[-2:0:-1]
    count = max(LOOKS, len(images))
    start = max(LEARNING_LOOKS, count // 3)
    shift = SceneShift(look_s=STEP_S)
    for step in range(count):
        image = there_and_back[step % len(there_and_back)]
        if change is not None and step >= start:
            image = change(image)
        look = shift.update(image, step * STEP_S)
        if look is not None and look.view is View.MOVED:
            return step - start
    return None


STAYS = {"as it is": None, "dark": lit(0.15), "bright": lit(1.6), "from a side": lit(1.0, 0.6)}
MOVES = {
    "1 %": moved(0.01),
    "2 %": moved(0.02),
    "3 %": moved(0.03),
    "20 %": moved(0.2),
    "mirrored": lambda image: np.ascontiguousarray(image[:, ::-1]),
    "1 degree": moved(0, 1),
    "2 degrees": moved(0, 2),
    "-2 degrees": moved(0, -2),
    "5 degrees": moved(0, 5),
    "zoom 4 %": moved(0, 0, 1.04),
    "zoom 8 %": moved(0, 0, 1.08),
}


def main() -> None:
    """Print a line a clip, how many clips each change blocked, and the cost of a look."""
    cv2.setNumThreads(1)
    folder, counts, clips = Path(sys.argv[1]), dict.fromkeys([*STAYS, *MOVES], 0), 0
    for path in sorted([*folder.rglob("*.mp4"), *folder.rglob("*.avi")]):
        images = pictures(path)
        blocked = [
            name for name, each in STAYS.items() if looks_until_blocked(images, each) is not None
        ]
        after = {name: looks_until_blocked(images, each) for name, each in MOVES.items()}
        clips += 1
        for name in [*blocked, *(name for name, each in after.items() if each is not None)]:
            counts[name] += 1
        print(
            f"{path.name:44} blocked: {blocked or '-'}  moved, looks until blocked: {after}",
            flush=True,
        )
    print(f"of {clips} clips, blocked: {counts}")
    noise = np.random.default_rng(1).integers(0, 256, (360, 640, 3)).astype(np.uint8)
    shift = SceneShift(look_s=0.0)
    for step in range(LEARNING_LOOKS + 1):
        shift.update(noise, float(step))
    begun = time.process_time()
    for step in range(100):
        shift.update(noise, 100.0 + step)
    print(f"cost of a look: {(time.process_time() - begun) * 10:.1f} ms")


if __name__ == "__main__":
    main()
