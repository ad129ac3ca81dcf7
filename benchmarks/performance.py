"""Everything that docs/performance.md says of cost, in one run, as Markdown; the plots beside it.

    python benchmarks/performance.py OUT [--footage DIR] [--peers PYTHON] [--quick] [--soak MINUTES]

makes the clips (`benchmarks/clips.py`) in OUT, then prints: the machine; ours beside the
straightforward pipeline and decoding (`benchmarks/compare.py`); the cost of each stage
(`benchmarks/analysis_cost.py`); busy and idle streams up to saturation (`benchmarks/scaling.py`);
16 busy streams and 100 idle ones; where ``--soak`` says how long, `benchmarks/soak.py`; and what
sleeping costs, saves and loses (`benchmarks/gate.py`, `benchmarks/gate_cases.py`). About an hour
and a half, without the soak; ``--quick`` takes some minutes, for `make bench`, and says less. Run
it on a machine that does nothing else. What needs the footage or the peers is left out without.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench_command import bench
from clips import footage_dir, make
from gardefou import __version__
from gardefou.evaluation.machine import this_machine
from scaling import HEAD, RULE, row

HERE = Path(__file__).parent

SLEEP = "--sleep=keyframes"
ASLEEP_WARMUP = "--warmup=40"
"""An idle stream sleeps after 12 s at a variable rate, 22 s at the constant one of the clips."""


def script(name: str, *words: object) -> int:
    """Run a benchmark with its output in ours; its exit status."""
    sys.stdout.flush()
    return subprocess.run([sys.executable, str(HERE / name), *map(str, words)]).returncode


def heading(words: str) -> None:
    """A heading of the Markdown."""
    print(f"\n## {words}\n", flush=True)


def machine() -> None:
    """What the figures were measured on, and what else ran then."""
    here = this_machine()
    print(
        f"Gardefou {__version__}, {datetime.now(UTC):%Y-%m-%d}; {here.cpu}, {here.cpus} processors;"
    )
    print(f"{here.system}; Python {here.python}; load before: {os.getloadavg()[0]:.1f}")


def many(video: Path, streams: int, *options: str) -> None:
    """One line of the scaling table."""
    print(f"{HEAD}\n{RULE}")
    print(row(bench(video, streams, "--realtime", *options)), flush=True)


def whole(clips: dict[str, Path], given: argparse.Namespace) -> int:
    """All that the document says; the sum of exit statuses."""
    peers = [f"--peers={given.peers}"] if given.peers else []
    heading("Beside the straightforward pipeline and decoding alone")
    status = script("compare.py", *clips.values(), *peers, "--turns=2")
    heading("Stage by stage")
    status += script("analysis_cost.py", clips["busy"])
    for name in [each for each in ("busy", "idle-vbr") if each in clips]:
        heading(f"From one stream to saturation: {name}")
        plot = f"--svg={given.out / f'scaling-{name}.svg'}"
        asleep = [ASLEEP_WARMUP, SLEEP] if name.startswith("idle") else []
        status += script("scaling.py", clips[name], plot, *asleep)
    heading("16 busy streams")
    many(clips["busy"], 16, "--seconds=60", "--warmup=30")
    heading("16 busy streams, all eight situations")
    many(clips["busy"], 16, "--seconds=60", "--warmup=30", "--situations=all")
    for idle in [each for each in ("idle-vbr", "idle-cbr") if each in clips]:
        heading(f"100 idle streams: {idle}")
        many(clips[idle], 100, "--seconds=60", ASLEEP_WARMUP, SLEEP)
    if given.soak:
        heading(f"{given.soak:g} minutes")
        plot = f"--svg={given.out / 'soak.svg'}"
        status += script("soak.py", clips["busy"], f"--minutes={given.soak}", plot)
    footage = footage_dir(given.footage)
    if footage is not None:
        heading("Sleeping")
        status += script("gate.py", footage, f"--plot={given.out / 'gate.svg'}")
        heading("Sleeping through the labelled cases")
        status += script("gate_cases.py", footage)
    return status


def quick(clips: dict[str, Path], given: argparse.Namespace) -> int:
    """The short ones: whether each works, and about what it says."""
    peers = [f"--peers={given.peers}"] if given.peers else []
    short = ["--seconds=10", "--warmup=5"]
    heading("Beside decoding alone")
    status = script("compare.py", *clips.values(), *peers, "--turns=1", "--streams=1", *short)
    heading("Stage by stage")
    status += script("analysis_cost.py", clips["busy"])
    heading("One stream and two")
    plot = f"--svg={given.out / 'scaling.svg'}"
    status += script("scaling.py", clips["busy"], "--streams=1,2", *short, plot)
    heading("Two minutes")
    plot = f"--svg={given.out / 'soak.svg'}"
    # Too short to judge growth: only that it runs is looked at.
    script("soak.py", clips["busy"], "--minutes=2", "--every=10", "--streams=1", plot)
    footage = footage_dir(given.footage)
    if footage is not None:
        heading("Sleeping")
        short = ["--conditions=day", "--idle-s=40", f"--plot={given.out / 'gate.svg'}"]
        status += script("gate.py", footage, "hazard-tape", *short)
    return status


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--footage", type=Path)
    parser.add_argument("--peers")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--soak", type=float, default=0.0)
    given = parser.parse_args()
    try:
        clips = make(given.out, footage_dir(given.footage))
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    machine()
    status = quick(clips, given) if given.quick else whole(clips, given)
    return min(1, status)


if __name__ == "__main__":
    sys.exit(main())
