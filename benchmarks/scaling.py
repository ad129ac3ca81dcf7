"""How cost, rate and latency grow with the number of streams, from one to saturation.

    python benchmarks/scaling.py VIDEO [--streams 1,2,4,8] [--seconds S] [--warmup S]
        [--situations LIST|all|none] [--sleep never|sure|keyframes] [--svg FILE]

Each number of streams is one run of `gardefou bench --realtime`. Without ``--streams`` the number
doubles until a run is saturated (frames dropped, the rate lowered, or streams read too slowly).
The plot shows processors taken over streams beside the straight line through the first run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from bench_command import bench
from plots import Line, line_plot, write_plot

HEAD = "| streams | cores | each | x decoding | analysed/s | dropped | p50 ms | p95 ms | MiB | |"
RULE = "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
"""``cores`` all streams together take, and CPU seconds ``each`` takes a second."""


def numbers(given: str | None) -> Iterator[int]:
    """Numbers of streams to measure."""
    return iter(int(each) for each in given.split(",")) if given else (2**each for each in count())


def row(found: dict[str, Any]) -> str:
    """A line of the table."""
    each, latency = found["cpu_s_per_stream_s"], found["latency_ms"]
    cells = [
        str(found["streams"]),
        f"{cores(found):.2f}",
        f"{each:.4f}",
        f"{found['ratio_to_floor']:.2f}",
        f"{found['analysis_fps']:.2f}",
        str(found["dropped"]),
        f"{latency['p50'] or 0:.0f}",
        f"{latency['p95'] or 0:.0f}",
        f"{found['rss_mib']:.0f}",
    ]
    return "| " + " | ".join(cells) + (" | full |" if found["saturated"] else " | |")


def cores(found: dict[str, Any]) -> float:
    """Processors taken by all streams together."""
    return float(found["cpu_s_per_stream_s"] * found["streams"] * found["speed"])


def main() -> int:
    """Measure, print the table, write the plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("video", type=Path)
    parser.add_argument("--streams")
    parser.add_argument("--seconds", default="30")
    parser.add_argument("--warmup", default="15")
    parser.add_argument("--situations", default="none")
    parser.add_argument("--sleep", default="never")
    parser.add_argument("--svg", type=Path, default=Path("scaling.svg"))
    given = parser.parse_args()
    options = (
        "--realtime",
        f"--seconds={given.seconds}",
        f"--warmup={given.warmup}",
        f"--situations={given.situations}",
        f"--sleep={given.sleep}",
    )
    print(f"{HEAD}\n{RULE}")
    measured = []
    for streams in numbers(given.streams):
        try:
            found = bench(given.video, streams, *options)
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 1
        print(row(found), flush=True)
        measured.append(found)
        if found["saturated"] and not given.streams:
            break
    taken = [(float(each["streams"]), cores(each)) for each in measured]
    floor = measured[0]["decode_floor_cpu_s_per_stream_s"]
    last, one = taken[-1][0], taken[0][1] / taken[0][0]
    lines = [
        Line("measured", [(0.0, 0.0), *taken]),
        Line("the first run, times streams", [(0.0, 0.0), (last, last * one)], dashed=True),
        Line("decoding alone", [(0.0, 0.0), (last, last * floor)], dashed=True),
    ]
    title = f"Processors taken by streams of {given.video.name}, situations: {given.situations}"
    write_plot(given.svg, line_plot(title, "streams", "processors", lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
