"""A running system with a camera that also sends sound, until an alert has its film.

Run as a program: ``sealed_system.py HOME UNITS``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from gardefou.storage.records import EvidenceKind
from support.processes import until
from support.rtsp_server import RtspServer
from support.system import System, camera
from support.units import RATE


def main(home: Path, units: Path) -> None:
    """Watch until the first alert's film is there."""
    with (
        RtspServer(units=units, rate=RATE, audio=True) as server,
        System(home, [camera(server.url)]) as system,
    ):
        system.until_alerts(1)
        until(
            lambda: EvidenceKind.CLIP in system.alerts()[0].evidence,
            300.0,
            "the first alert never had a film",
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
