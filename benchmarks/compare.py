"""Ours beside the straightforward pipeline of well-known parts and beside decoding, in one run.

    python benchmarks/compare.py VIDEO... --peers /tmp/peers/bin/python
        [--streams 2] [--seconds 20] [--warmup 10] [--turns 2] [--sleep keyframes]

``--peers`` is the Python that has the parts of `benchmarks/reference_pipeline.py`; its first lines
say how it is made. Both play the file as fast as it goes, analyse 5 frames a second of stream with
the same NanoDet-g network, and take turns; the smallest figure of the turns counts for each, since
what else runs can only add. Figures are CPU seconds a second of stream, of all processes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openvino as ov

from bench_command import bench
from gardefou.perception.engine import DEFAULT_MODEL
from gardefou.perception.store import ModelStore

REFERENCE = Path(__file__).with_name("reference_pipeline.py")


def reference(python: str, video: Path, network: Path, streams: int, seconds: str) -> float:
    """The reference's CPU seconds a second of stream. Raises `RuntimeError`."""
    options = [f"--streams={streams}", f"--seconds={seconds}"]
    command = [python, str(REFERENCE), str(video), str(network), *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().rpartition("\n")[2])
    return float(json.loads(done.stdout.splitlines()[-1])["cpu_s_per_stream_s"])


def turns(video: Path, network: Path, given: argparse.Namespace) -> dict[str, float]:
    """The smallest figure of each, by name; empty names that were not measured are left out."""
    best: dict[str, float] = {}

    def keep(name: str, value: float) -> None:
        best[name] = min(value, best.get(name, value))

    options = (f"--seconds={given.seconds}", f"--warmup={given.warmup}", f"--sleep={given.sleep}")
    for _ in range(given.turns):
        if given.peers:
            spent = reference(given.peers, video, network, given.streams, given.seconds)
            keep("reference pipeline", spent)
        for name, situations in (("gardefou", "none"), ("gardefou, all eight", "all")):
            found: dict[str, Any] = bench(
                video, given.streams, f"--situations={situations}", *options
            )
            keep("decoding alone", found["decode_floor_cpu_s_per_stream_s"])
            keep(name, found["cpu_s_per_stream_s"])
    return best


def main() -> int:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("--peers")
    parser.add_argument("--streams", type=int, default=2)
    parser.add_argument("--seconds", default="20")
    parser.add_argument("--warmup", default="10")
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--sleep", default="keyframes")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        network = Path(folder) / "network.xml"
        model = ModelStore(None).load(DEFAULT_MODEL).network
        ov.save_model(model, network, compress_to_fp16=False)
        for video in given.videos:
            try:
                best = turns(video, network, given)
            except RuntimeError as error:
                print(f"{video}: {error}", file=sys.stderr)
                return 1
            floor = best["decoding alone"]
            print(f"\n{video.name}, {given.streams} streams\n")
            print("| | CPU s a second | x decoding |\n| --- | ---: | ---: |")
            for name, value in best.items():
                print(f"| {name} | {value:.4f} | {value / floor:.2f} |", flush=True)
    if not given.peers:
        print("the reference pipeline was left out: name its Python with --peers", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
