"""`gardefou bench` as a process of its own, for the benchmarks that call it many times."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

_COMMAND: Final = "from gardefou.cli.app import main; main()"


def bench(video: Path, streams: int, *options: str) -> dict[str, Any]:
    """The figures of one run. Raises `RuntimeError` with its last line when it fails."""
    arguments = [sys.executable, "-c", _COMMAND, "bench", str(video), f"--streams={streams}"]
    done = subprocess.run(
        [*arguments, "--json", *options],
        capture_output=True,
        text=True,
        env={**os.environ, "GARDEFOU_LANG": "en"},
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().rpartition("\n")[2])
    found: dict[str, Any] = json.loads(done.stdout)
    return found
