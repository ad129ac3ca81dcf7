"""The machine that figures were measured on."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """Processor, processors this process may use, operating system and Python."""

    cpu: str
    cpus: int
    system: str
    python: str


def this_machine() -> Machine:
    """The machine this runs on; its name is not taken down."""
    return Machine(
        cpu=_cpu_name(),
        cpus=len(os.sched_getaffinity(0)),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
    )


def _cpu_name() -> str:
    path = Path("/proc/cpuinfo")
    words = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", words, re.MULTILINE)
    return found.group(1).strip() if found else platform.machine()
