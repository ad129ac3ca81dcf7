"""`gardefou demo` in a process of its own, from nothing to its address."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STOP_S = 120.0


@contextmanager
def demo(home: Path) -> Iterator[str]:
    """The address of a demo that was started over an empty home; it is stopped at the end."""
    process = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("gardefou")),
            *("demo", "--no-browser", "--port", "0", "--home", str(home)),
        ],
        env={**os.environ, "GARDEFOU_LANG": "en"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        addresses = (line.split()[-1] for line in process.stdout if "http://" in line)
        yield next(addresses)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
