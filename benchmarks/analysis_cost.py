"""What analysing a file costs, stage by stage, as ratios to its own decoding, in one run.

    python benchmarks/analysis_cost.py [VIDEO] [--as-camera]

VIDEO is the demo clip by default. ``--as-camera`` first encodes it anew as an IP camera sends it:
1080p, 25 frames a second, H.264 without B-frames at 4 Mb/s. The floor decodes every frame on one
thread with the loop filter
on and converts nothing. Figures are CPU seconds of the whole process for each second of video.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import av
import numpy as np

from gardefou.capture.file import FileSource
from gardefou.capture.reader import ReadSettings
from gardefou.geometry.arrays import Image
from gardefou.perception.crowd import look, people
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver
from gardefou.perception.static_look import LOOK_SIZE
from gardefou.perception.store import data_dir
from gardefou.perception.weapons import SMALL_LOOK
from gardefou.runtime.assembly import camera_pipeline, read_settings
from gardefou.runtime.cadence import Cadence
from gardefou.runtime.detectors import with_all_situations
from gardefou.runtime.pipeline import CameraPipeline
from gardefou.runtime.stream import analysed_frames
from gardefou.site.document import Camera

SIZE: Final = (1920, 1080)
FPS: Final = 25
BITS_A_SECOND: Final = 4_000_000
"""What many IP cameras send."""


def decode(video: Path) -> None:
    """Decode every frame and nothing else."""
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        stream.codec_context.thread_count = 1
        for _ in container.decode(stream):
            pass


def capture(video: Path) -> None:
    """Frames to analyse, at analysis size."""
    with FileSource(video, ReadSettings("bench")) as source:
        for _ in source.frames():
            pass


def analyse(video: Path, engine: InferenceEngine) -> None:
    """Network, background, tracks; no situation."""
    pipeline = CameraPipeline("bench", Perceiver(engine), [], cadence=Cadence())
    with FileSource(video, ReadSettings("bench")) as source:
        for _ in analysed_frames(source.frames(), pipeline, source):
            pass


def analyse_all(video: Path, engine: InferenceEngine) -> None:
    """The same with all eight situations on, over the whole picture."""
    whole = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    zones = [
        {"id": "closed", "situation": "zone_intrusion", "polygon": whole, "act": "benchmark"},
        {"id": "lane", "situation": "wrong_way", "polygon": whole, "direction": [1.0, 0.0]},
    ]
    camera = with_all_situations(
        Camera.model_validate(
            {
                "id": "bench",
                "name": "bench",
                "situations": ["zone_intrusion", "wrong_way"],
                "zones": zones,
            }
        )
    )
    pipeline = camera_pipeline(camera, engine)
    with FileSource(video, read_settings(camera)) as source:
        for _ in analysed_frames(source.frames(), pipeline, source):
            pass


def as_camera(video: Path, to: Path) -> Path:
    """Encode a video anew as an IP camera sends it."""
    with av.open(str(video)) as source, av.open(str(to), "w") as target:
        options = {"preset": "veryfast", "bf": "0", "g": "50"}
        stream = target.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.bit_rate = BITS_A_SECOND
        count = 0
        for frame in source.decode(video=0):
            picture = frame.reformat(*SIZE, format="yuv420p")
            while count / FPS <= (frame.time or 0.0):
                picture.pts, picture.time_base = count, Fraction(1, FPS)
                target.mux(stream.encode(picture))
                count += 1
        target.mux(stream.encode())
    return to


def warm_up(engine: InferenceEngine, image: Image) -> None:
    """Compile the network for every size that a camera's pictures and closer looks need."""
    people(look(engine, image))
    for width, height in (LOOK_SIZE, SMALL_LOOK):
        engine.detect(np.zeros((height, width, 3), dtype=np.uint8))


def length_s(video: Path) -> float:
    """Length of a video, s."""
    with av.open(str(video)) as container:
        return float(container.duration or 0) / av.time_base


def cpu_s(work: Callable[[], None]) -> float:
    """CPU seconds of the whole process while work is done."""
    before = time.process_time()
    work()
    return time.process_time() - before


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = data_dir() / "clips" / "vtest.avi"
    parser.add_argument("video", nargs="?", type=Path, default=default)
    parser.add_argument("--as-camera", action="store_true")
    arguments = parser.parse_args()
    video = arguments.video
    if not video.is_file():
        print(f"{video}: no such file; name a video, or run: gardefou demo", file=sys.stderr)
        return 2
    with TemporaryDirectory() as folder:
        if arguments.as_camera:
            video = as_camera(video, Path(folder) / f"{video.stem}-1080p.mp4")
        return measure(video)


def measure(video: Path) -> int:
    """Print the table of one video."""
    seconds = length_s(video)
    with InferenceEngine(threads=1) as engine:
        with FileSource(video, ReadSettings("bench")) as source:
            warm_up(engine, next(source.frames()).image)
        stages = {
            "decode every frame (floor)": cpu_s(lambda: decode(video)),
            "capture: decode, 5 frames/s at analysis size": cpu_s(lambda: capture(video)),
            "analyse: capture, network, background, tracks": cpu_s(lambda: analyse(video, engine)),
            "the same with all eight situations on": cpu_s(lambda: analyse_all(video, engine)),
        }
        with FileSource(video, ReadSettings("bench")) as source:
            picture = next(source.frames()).size
        precision = engine.inference_precision(picture)
    floor = stages["decode every frame (floor)"]
    print(f"{video.name}, {seconds:.1f} s, inference in {precision}")
    for name, cost in stages.items():
        print(f"{name:48s} {cost / seconds:7.4f} CPU s a second {cost / floor:7.2f} x floor")
    return 0


if __name__ == "__main__":
    sys.exit(main())
