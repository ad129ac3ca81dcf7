"""What analysing a file costs, stage by stage, as ratios to its own decoding, in one run.

    python benchmarks/analysis_cost.py [VIDEO]

VIDEO is the demo clip by default. The floor decodes every frame on one thread with the loop filter
on and converts nothing. Figures are CPU seconds of the whole process for each second of video.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import av

from gardefou.capture.file import FileSource
from gardefou.capture.reader import ReadSettings
from gardefou.perception.engine import InferenceEngine
from gardefou.perception.perceiver import Perceiver
from gardefou.perception.store import data_dir
from gardefou.runtime.pipeline import CameraPipeline
from gardefou.runtime.stream import analysed_frames


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
    pipeline = CameraPipeline("bench", Perceiver(engine), [])
    with FileSource(video, ReadSettings("bench")) as source:
        for _ in analysed_frames(source.frames(), pipeline, source):
            pass


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
    video = Path(sys.argv[1]) if len(sys.argv) > 1 else data_dir() / "clips" / "vtest.avi"
    if not video.is_file():
        print(f"{video}: no such file; name a video, or run: gardefou demo", file=sys.stderr)
        return 2
    seconds = length_s(video)
    with InferenceEngine(threads=1) as engine:
        with FileSource(video, ReadSettings("bench")) as source:
            engine.detect(next(source.frames()).image)  # compiled before it is timed
        stages = {
            "decode every frame (floor)": cpu_s(lambda: decode(video)),
            "capture: decode, 5 frames/s at analysis size": cpu_s(lambda: capture(video)),
            "analyse: capture, network, background, tracks": cpu_s(lambda: analyse(video, engine)),
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
