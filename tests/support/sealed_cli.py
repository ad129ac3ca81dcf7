"""`gardefou run` on a camera that also sends sound, then `gardefou demo`, each until an alert came.

Run as a program: ``sealed_cli.py FOLDER UNITS``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from gardefou.storage.records import AlertRecord
from gardefou.storage.store import Store
from support.command import GARDEFOU
from support.processes import until
from support.rtsp_server import RtspServer
from support.units import RATE

WAIT_S = 300.0
"""Longest wait for one thing to happen, on a machine that is busy with much else."""

SITE = """\
version: 1
name: One lawn
cameras:
  - id: lawn
    name: Lawn
    source: {url}
    situations: [zone_intrusion]
    zones:
      - id: lawn
        situation: zone_intrusion
        act: EXAMPLE ONLY
        polygon: [[0.0, 0.48], [0.43, 0.6], [1.0, 0.93], [1.0, 1.0], [0.0, 1.0]]
"""


def alerts(home: Path) -> list[AlertRecord]:
    """The alerts of a home folder."""
    with Store.open(home / "gardefou.db") as store:
        return store.alerts(limit=1000)


def work(home: Path, *words: str) -> None:
    """Run a command, look at its desk, wait for an alert and stop it."""
    process = subprocess.Popen(
        [str(GARDEFOU), *words, "--home", str(home), "--port", "0"],
        env={**os.environ, "GARDEFOU_LANG": "en"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = next(line.split()[-1] for line in process.stdout if "http://" in line)
        with urllib.request.urlopen(address, timeout=WAIT_S) as page:
            assert page.status == 200
        until(lambda: alerts(home), WAIT_S, f"{words[0]}: no alert came")
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(WAIT_S) == 0
    finally:
        process.kill()
        process.wait()


def main(folder: Path, units: Path) -> None:
    """Both commands, one after the other."""
    home = folder / "run"
    home.mkdir(parents=True)
    with RtspServer(units=units, rate=RATE, audio=True) as server:
        (home / "site.yaml").write_text(SITE.format(url=server.url), encoding="utf-8")
        work(home, "run", "--reason", "a test")
    work(folder / "demo", "demo", "--no-browser")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
