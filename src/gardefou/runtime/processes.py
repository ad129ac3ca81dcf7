"""What processes take: CPU time and memory of a process and all that it began, from ``/proc``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_TICK_S: Final = 1.0 / os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_PROC: Final = Path("/proc")

_PARENT: Final = 1
_TIMES: Final = slice(11, 15)
"""Fields of ``/proc/PID/stat`` after the name: utime, stime and those of children waited for."""


def resident(pid: int) -> int:
    """Memory of a process in bytes, what it shares with others included; 0 when it is gone."""
    with suppress(OSError, IndexError, ValueError):
        return int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE
    return 0


def proportional(pid: int) -> int:
    """Memory of a process in bytes, each shared page by its share; 0 when it is gone."""
    with suppress(OSError, ValueError):
        for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def cpu_s(pid: int) -> float:
    """CPU seconds of a process and its dead children, in user and system; 0 when it is gone."""
    return sum(int(each) for each in _fields(pid)[_TIMES]) * _TICK_S


def open_files(pid: int) -> int:
    """Open file descriptors of a process; 0 when it is gone."""
    with suppress(OSError):
        return sum(1 for _ in (_PROC / str(pid) / "fd").iterdir())
    return 0


def threads(pid: int) -> int:
    """Threads of a process; 0 when it is gone."""
    with suppress(OSError):
        return sum(1 for _ in (_PROC / str(pid) / "task").iterdir())
    return 0


def family(pid: int) -> list[int]:
    """A process and all that descend from it, itself first."""
    children: dict[int, list[int]] = {}
    for each in _running():
        fields = _fields(each)
        if fields:
            children.setdefault(int(fields[_PARENT]), []).append(each)
    found = [pid]
    for each in found:  # It grows while it is read: breadth first.
        found += children.get(each, [])
    return found


def idle_s() -> float:
    """Idle seconds of all processors of the machine together since it started."""
    first = (_PROC / "stat").read_text().split("\n", 1)[0].split()
    return (int(first[4]) + int(first[5])) * _TICK_S


def _running() -> Iterator[int]:
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())


def _fields(pid: int) -> list[str]:
    """``/proc/PID/stat`` from the state on; the name before it may hold anything."""
    with suppress(OSError):
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return []
