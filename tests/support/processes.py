"""Processes by a mark in their environment, which they keep when their parent dies."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gardefou.runtime.processes import family

DEADLINE_S = 120.0
"""Longest wait for something that must happen; generous, so that a busy machine does not fail."""

FORKED_BY_A_TEST = "ignore:.*multi-threaded, use of fork:DeprecationWarning"
"""Filter for tests that fork themselves: Python 3.12 and newer warn of it where any thread runs, as
one of xdist's does. Their children do one thing to a file and end. The product forks nothing but
from a server that has one thread (`tests/runtime/test_forks.py`)."""


def until(condition: Callable[[], object], seconds: float = DEADLINE_S, what: str = "") -> None:
    """Wait for a condition, and fail when it does not come."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, what or "it did not happen"
        pause.wait(0.05)


def all_begun() -> bool:
    """Whether what this process started runs by now: `marked` does not see it a moment sooner.

    A program that is being loaded has no environment yet.
    """
    for pid in family(os.getpid())[1:]:
        with suppress(OSError):
            if not Path(f"/proc/{pid}/environ").read_bytes() and _state(pid) not in "ZX":
                return False
    return True


def marked(mark: str) -> dict[int, str]:
    """Running processes, other than this one, that began with ``mark`` (NAME=value) around them."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):
                is_marked = mark.encode() in (entry / "environ").read_bytes().split(b"\0")
                if is_marked and _state(int(entry.name)) not in "ZX":
                    found[int(entry.name)] = (entry / "cmdline").read_text()
    return found


def _state(pid: int) -> str:
    """R, S, D, Z, ... as the kernel names it."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def resident_mb(pid: int) -> float:
    """Memory of a process that nobody shares with it, and what it shares, MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def open_files(pid: int) -> int:
    """Open file descriptors of a process."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def kill(pid: int) -> None:
    """SIGKILL; harmless when it is gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
