"""What it costs to burn a viewer's name into a clip when it is looked at.

    python benchmarks/marked_clips.py VIDEO

Clips of 5, 15 and 60 s are made of the film's pictures at the size and rate of evidence, then
marked as for the player and as for an export. CPU seconds of this process, and its wall time.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import av
import cv2
import numpy as np

from gardefou.evidence.clip import CLIP_PIXELS, CLIP_RATE
from gardefou.evidence.encoder import Mp4Writer
from gardefou.evidence.watermark import KEPT, SHOWN, stamped_clip
from gardefou.geometry.arrays import Image


def pictures(path: Path, most: int) -> list[Image]:
    """The film's first pictures at evidence size."""
    found: list[Image] = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            scale = min(1.0, (CLIP_PIXELS / (frame.width * frame.height)) ** 0.5)
            size = int(frame.width * scale) // 2 * 2, int(frame.height * scale) // 2 * 2
            found.append(np.asarray(frame.reformat(*size, format="bgr24").to_ndarray(), np.uint8))
            if len(found) == most:
                break
    return found


def main() -> None:
    """Print a line a length and effort."""
    cv2.setNumThreads(1)
    images = pictures(Path(sys.argv[1]), 60 * CLIP_RATE)
    size = images[0].shape[1], images[0].shape[0]
    for seconds in (5, 15, 60):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "clip.mp4"
            with Mp4Writer(path, size, CLIP_RATE) as writer:
                for index in range(seconds * CLIP_RATE):
                    writer.write(images[index % len(images)], index)
            data = path.read_bytes()
        for name, effort in (("player", SHOWN), ("export", KEPT)):
            cpu, wall = time.process_time(), time.monotonic()
            made = stamped_clip(data, "a.petit 2026-11-29 12:00:00 UTC", effort)
            cpu, wall = time.process_time() - cpu, time.monotonic() - wall
            print(
                f"{seconds:2} s {size[0]}x{size[1]} {name}: {cpu:.2f} CPU s, {wall:.2f} s, "
                f"{len(data) / 1e6:.2f} -> {len(made) / 1e6:.2f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
