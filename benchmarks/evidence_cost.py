"""CPU seconds that one clip of evidence takes, from a 1080p stream, part by part.

    python benchmarks/evidence_cost.py VIDEO [--seconds 10] [--json]

The video is first enlarged to 1920x1080 at 25 frames a second and encoded as a camera would
(H.264, 4 Mbit/s, a keyframe every 2 s, no B-frames), so that any clip serves. Every figure is CPU
time of one thread for one clip of that length; the last two are wall seconds from asking the
evidence process, already running, to the finished file.
"""

from __future__ import annotations

import argparse
import json
import queue
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Final
from uuid import uuid4

import av
import cv2
import numpy as np

from gardefou.capture.file import FileSource
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.reader import ReadSettings
from gardefou.capture.replay import decode_ring, decoded_frames
from gardefou.capture.ring import PacketRing
from gardefou.evidence.clip import BlurredStretch, write_clip
from gardefou.evidence.collector import LEAD_S
from gardefou.evidence.encoder import Mp4Writer
from gardefou.evidence.finder import Finder, FinderSettings, Found, HeadFinder
from gardefou.evidence.heads import HeadRecord
from gardefou.evidence.job import EvidenceJob, EvidenceKind, EvidenceResult, Footage
from gardefou.evidence.service import EvidenceService
from gardefou.evidence.snapshot import SnapshotMaker
from gardefou.geometry.arrays import Image

SIZE: Final = (1920, 1080)
RATE: Final = 25
CAMERA: Final = {
    "preset": "medium",
    "tune": "zerolatency",
    "b": "4M",
    "maxrate": "4M",
    "bufsize": "4M",
    "g": "50",
    "bf": "0",
    "threads": "1",
}


class FindsNothing:
    """Leaves out the search for heads."""

    def find(self, image: Image) -> Found:
        """No region."""
        return Found()


def as_camera(video: Path, to: Path, seconds: float) -> Footage:
    """The video as the packets of a 1080p camera."""
    with av.open(str(video)) as source:
        pictures = [frame.to_ndarray(format="bgr24") for frame in source.decode(video=0)]
    with av.open(str(to), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options=CAMERA)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for _, picture in zip(range(round(seconds * RATE)), cycle(pictures), strict=False):
            large = cv2.resize(picture, SIZE, interpolation=cv2.INTER_CUBIC)
            frame = av.VideoFrame.from_ndarray(np.asarray(large, dtype=np.uint8), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    ring = PacketRing(1e9, 1 << 30)
    with FileSource(to, ReadSettings("a"), ring) as file:
        for _ in file.frames():
            pass
        return Footage(tuple(ring.since(0.0)), file.codec_parameters)


def cpu_of(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def decode(footage: Footage) -> None:
    for _ in decoded_frames(footage.packets, footage.parameters):
        pass


def clip(footage: Footage, finder: Finder, seconds: float, path: Path) -> None:
    stretch = BlurredStretch(footage, 0.0, seconds, HeadRecord.empty(), PrivacyMask(), finder)
    for _ in write_clip(stretch, path):
        pass


def full_size(footage: Footage, path: Path) -> None:
    """What a clip at full size and rate would cost, for comparison."""
    with Mp4Writer(path, SIZE, RATE) as writer:
        for index, (_, image) in enumerate(decode_ring(footage.packets, footage.parameters)):
            writer.write(image, index)


def waits(footage: Footage, folder: Path) -> dict[str, float]:
    """Seconds from asking for a snapshot, and for the 5 s before, to each finished file."""
    results: queue.SimpleQueue[EvidenceResult] = queue.SimpleQueue()
    asked: dict[EvidenceKind, float] = {}
    lasted: dict[str, float] = {}
    end = footage.packets[-1].time

    def ask(kind: EvidenceKind, start: float) -> None:
        asked[kind] = time.monotonic()
        job = EvidenceJob(uuid4(), "a", kind, 0.0, start, end, footage, HeadRecord.empty())
        service.submit(job)

    with EvidenceService(folder / "service", results.put) as service:
        ask(EvidenceKind.SNAPSHOT, end)
        results.get()
        ask(EvidenceKind.SNAPSHOT, end)
        ask(EvidenceKind.BEFORE, end - LEAD_S)
        for _ in range(2):
            result = results.get()
            lasted[f"wait for {result.kind}, s"] = time.monotonic() - asked[result.kind]
    return lasted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    finder = HeadFinder(FinderSettings())
    finder.find(np.zeros((540, 960, 3), dtype=np.uint8))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        footage = as_camera(given.video, folder / "camera.mp4", given.seconds)
        out = folder / "clip.mp4"
        maker = SnapshotMaker(finder)
        shot = (footage, 1.9, HeadRecord.empty(), PrivacyMask(), folder / "snapshot.jpg")
        figures = {
            "decode only": cpu_of(lambda: decode(footage)),
            "clip without search for heads": cpu_of(
                lambda: clip(footage, FindsNothing(), given.seconds, out)
            ),
            "clip": cpu_of(lambda: clip(footage, finder, given.seconds, out)),
            "clip at full size and rate, nothing blurred": cpu_of(
                lambda: full_size(footage, folder / "full.mp4")
            ),
            "snapshot 1.9 s after a keyframe": cpu_of(lambda: maker.make(*shot)),
            "KiB of the clip": out.stat().st_size / 1024,
        }
        recent = tuple(packet for packet in footage.packets if packet.time >= given.seconds - 6)
        figures |= waits(replace(footage, packets=recent), folder)
    if given.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:45} {value:8.2f}")


if __name__ == "__main__":
    main()
