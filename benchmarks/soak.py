"""Nothing grows: memory, open files and threads of a running bench, hour after hour.

    python benchmarks/soak.py VIDEO [--minutes 60] [--streams 4] [--situations all] [--svg FILE]

`gardefou bench --realtime` runs for so long; once all streams run, its processes are looked at from
outside twice a minute. The first quarter (the packet rings fill, evidence loads its models) is not
judged. Exit status 1 when a straight line through the rest rises: memory by more than 8 MiB, or 1 %
an hour where that is more, open files or threads by more than 2. On a machine that is full evidence
falls behind and waits in memory, at most 64 files and 512 MiB a worker: take so many minutes that
it stands at its bound when judging begins. What grew is named by process.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gardefou.runtime import processes
from plots import Line, line_plot, write_plot

EVERY_S = 30.0
SETTLING = 0.25
"""Share of the run that is not judged."""

MEMORY_SHARE, MEMORY_MIB, COUNT = 0.01, 8.0, 2.0


@dataclass(frozen=True, slots=True)
class Look:
    """All processes at a minute of the run; ``parts`` MiB of each, by name and process id."""

    minute: float
    mib: float
    files: int
    threads: int
    parts: dict[str, float]


def look(pid: int, began: float) -> Look:
    """All that descends from a process, and itself."""
    family = processes.family(pid)
    parts = {_name(each): _own(each) / 2**20 for each in family}
    return Look(
        minute=(time.monotonic() - began) / 60,
        mib=sum(parts.values()),
        files=sum(processes.open_files(each) for each in family),
        threads=sum(processes.threads(each) for each in family),
        parts=parts,
    )


def _own(pid: int) -> int:
    """Memory of a process that is no file's, bytes, each shared page by its share; 0 when gone.

    Libraries are left out: their pages count for more once another system that uses them ends.
    """
    with suppress(OSError, ValueError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        kinds = ("Pss_Anon:", "Pss_Shmem:")
        return sum(int(each.split()[1]) * 1024 for each in lines if each.startswith(kinds))
    return 0


def _name(pid: int) -> str:
    """As `ps` calls a process, and its id."""
    with suppress(OSError):
        return f"{Path(f'/proc/{pid}/comm').read_text().strip()} {pid}"
    return f"gone {pid}"


def rise(looks: list[Look], name: str) -> float:
    """By how much the straight line through the looks rises from the first to the last of them."""
    minutes = np.array([each.minute for each in looks])
    values = np.array([getattr(each, name) for each in looks], dtype=np.float64)
    return float(np.polyfit(minutes, values, 1)[0] * (minutes[-1] - minutes[0]))


def run(video: Path, minutes: float, streams: int, situations: str, every_s: float) -> list[Look]:
    """Looks at a bench of so many minutes. Raises `RuntimeError` when it fails."""
    command = [sys.executable, "-c", "from gardefou.cli.app import main; main()", "bench"]
    options = [f"--streams={streams}", "--realtime", f"--situations={situations}"]
    arguments = [*command, str(video), *options, "--warmup=5", f"--seconds={minutes * 60}"]
    looks = []
    environment = {**os.environ, "GARDEFOU_LANG": "en"}
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            _until_all_run(process)
            began = time.monotonic()
            while time.monotonic() - began < minutes * 60 and process.poll() is None:
                looks.append(look(process.pid, began))
                with suppress(subprocess.TimeoutExpired):
                    process.wait(every_s)
            process.communicate()
        finally:
            process.terminate()
    if process.returncode:
        raise RuntimeError(f"the bench ended with status {process.returncode}")
    return looks


def _until_all_run(process: subprocess.Popen[str]) -> None:
    """Pass on what the bench says until it measures."""
    assert process.stderr is not None
    for line in process.stderr:
        print(line, end="", file=sys.stderr)
        if line.startswith("measuring"):
            return


def main() -> int:
    """Run, print the table, write the plot; whether something grew."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("video", type=Path)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--streams", type=int, default=4)
    parser.add_argument("--situations", default="all")
    parser.add_argument("--every", type=float, default=EVERY_S)
    parser.add_argument("--svg", type=Path, default=Path("soak.svg"))
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # The bench is to end with it.
    try:
        looks = run(given.video, given.minutes, given.streams, given.situations, given.every)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    judged = looks[round(SETTLING * len(looks)) :]
    if len(judged) < 3:
        print("too short to judge; take more --minutes or a shorter --every", file=sys.stderr)
        return 2
    first, last = judged[0], judged[-1]
    hours = (last.minute - first.minute) / 60
    allowed = max(MEMORY_MIB, MEMORY_SHARE * first.mib * hours)
    limits = {"mib": allowed, "files": COUNT, "threads": COUNT}
    print(f"minutes {first.minute:.1f} to {last.minute:.1f}, {given.streams} streams")
    print("| | first | last | rise of the line | allowed |\n| --- | ---: | ---: | ---: | ---: |")
    grew = False
    for name, limit in limits.items():
        risen = rise(judged, name)
        grew = grew or risen > limit
        start, end = getattr(first, name), getattr(last, name)
        print(f"| {name} | {start:.0f} | {end:.0f} | {risen:+.1f} | {limit:.1f} |")
    for part in sorted(first.parts.keys() & last.parts.keys()):
        print(f"| MiB of {part} | {first.parts[part]:.0f} | {last.parts[part]:.0f} | | |")
    lines = [
        Line(
            "memory without libraries, MiB (each shared page once)",
            [(each.minute, each.mib) for each in looks],
        )
    ]
    title = f"{given.streams} streams of {given.video.name}, situations: {given.situations}"
    write_plot(given.svg, line_plot(title, "minutes", "MiB", lines))
    print("something grows" if grew else "nothing grows")
    return int(grew)


if __name__ == "__main__":
    sys.exit(main())
