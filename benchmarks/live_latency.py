"""How long alerts and their evidence take in a whole live system, and what it weighs.

    python benchmarks/live_latency.py [--cameras N] [--minutes M] [--kills K]

A real RTSP server shows the demo clip's lawn in 1920x1080 (needs the GStreamer packages that
`make test` installs) to N cameras in worker processes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from gardefou.perception.store import data_dir
from gardefou.runtime.bus import CameraState
from gardefou.storage.records import EvidenceKind
from support.processes import resident_mb, until
from support.rtsp_server import RtspServer
from support.system import System, camera
from support.units import RATE, demo_pictures, write_units


def row(name: str, values: list[float], unit: str) -> None:
    if not values:
        print(f"| {name} | none | |")
        return
    ordered = sorted(values)
    worst = ordered[-1]
    print(f"| {name} | {statistics.median(values):.2f} {unit} | {worst:.2f} {unit} |")


def made_at(system: System, kind: EvidenceKind, since: str) -> list[float]:
    """Seconds from the opening (snapshot, before) or closing (clip) to the file."""
    delays = []
    for record in system.alerts():
        begin = record.opened_at if since == "opened" else record.closed_at
        path = record.evidence.get(kind)
        if path is not None and begin is not None:
            delays.append((system.home.evidence / path).stat().st_mtime - begin)
    return delays


def _more_than(system: System, lives: int) -> bool:
    return len(system.hosts) > lives


def run(cameras: int, minutes: float, kills: int, folder: Path) -> None:
    clip = data_dir() / "clips" / "vtest.avi"
    units = write_units(
        folder / "lawn", demo_pictures(clip, 47.5, 8.0, (1920, 1080)), bitrate=4_000_000
    )
    names = [f"cam{index}" for index in range(cameras)]
    decided: dict[str, float] = {}
    with (
        RtspServer(units=units, rate=RATE) as server,
        System(folder / "home", [camera(server.url, name) for name in names]) as system,
    ):
        began = time.monotonic()
        for name in names:
            system.until_state(CameraState.RUNNING, name, 120.0)
        print(f"start to all cameras running: {time.monotonic() - began:.1f} s")
        print("| | median | worst |\n| --- | --- | --- |")
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end:
            for record in system.alerts():
                decided.setdefault(str(record.id), time.time() - record.opened_at)
            time.sleep(0.02)
        weight = [resident_mb(host.pid) for host in system.hosts if host.pid]
        row(
            "frame's stream time to alert in the store, by the wall clock",
            list(decided.values()),
            "s",
        )
        row("alert to snapshot", made_at(system, EvidenceKind.SNAPSHOT, "opened"), "s")
        row("alert to the seconds before", made_at(system, EvidenceKind.BEFORE, "opened"), "s")
        row("end of alert to clip (5 s are its tail)", made_at(system, EvidenceKind.CLIP, "x"), "s")
        row("worker's memory", weight, "MB")
        row("hub's memory", [resident_mb(os.getpid())], "MB")
        back = []
        for _ in range(kills):
            lives = len(system.hosts)
            began = time.monotonic()
            system.hosts[-1].kill()
            until(partial(_more_than, system, lives))
            until(lambda: system.health(names[0]).state is not CameraState.RUNNING)
            for name in names:
                system.until_state(CameraState.RUNNING, name, 60.0)
            back.append(time.monotonic() - began)
            time.sleep(2.0)
        row("kill -9 of the worker to its cameras running", back, "s")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--cameras", type=int, default=1)
    options.add_argument("--minutes", type=float, default=1.0)
    options.add_argument("--kills", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "home").mkdir()
        run(given.cameras, given.minutes, given.kills, Path(folder))


if __name__ == "__main__":
    main()
