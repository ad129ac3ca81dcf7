"""How each camera did over the last hour: samples in memory, lost at a restart."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from gardefou.runtime.messages import CameraReport

STEP_S: Final = 5.0
"""Time between two samples, s."""

KEPT_S: Final = 3600.0
"""How long a sample is kept, s."""

COUNTED: Final = ("packets", "frames", "analysed", "dropped", "corrupt")
"""Numbers that only grow while a worker lives; a sample holds how many more a second. Beside them
stand ``reconnects``, since the worker began, and ``latency_s``, the median of what was analysed
since the sample before: from a packet's reading to the decision."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One camera at a time, UTC s: ``running``, and numbers by name.

    Those of `COUNTED` are a second's, since the sample before; the others are as they were.
    """

    at: float
    running: bool
    numbers: Mapping[str, float]


@dataclass(slots=True)
class _Log:
    at: float
    last: Mapping[str, float]
    samples: deque[Sample]
    latencies: list[float] = field(default_factory=list)


class HealthLog:
    """Takes reports as they come and keeps a sample every `STEP_S`; safe between threads.

    ``clock`` UTC s.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._logs: dict[str, _Log] = {}

    def add(self, report: CameraReport) -> None:
        """A worker says how a camera is."""
        now = self._clock()
        numbers = _numbers(report)
        with self._lock:
            log = self._logs.get(report.camera_id)
            if log is None:
                kept: deque[Sample] = deque(maxlen=int(KEPT_S / STEP_S))
                self._logs[report.camera_id] = _Log(now, numbers, kept)
                return
            log.latencies.extend(report.effort.latencies_s)
            if 0 <= now - log.at < STEP_S:
                return
            if now > log.at:
                found = _since(numbers, log.last, now - log.at)
                if log.latencies:
                    found["latency_s"] = median(log.latencies)
                log.samples.append(Sample(now, report.state.value == "running", found))
            log.at, log.last = now, numbers
            log.latencies.clear()

    def samples(self, camera_id: str) -> list[Sample]:
        """What is kept of a camera, the oldest first."""
        with self._lock:
            log = self._logs.get(camera_id)
            return [] if log is None else list(log.samples)

    def keep_only(self, cameras: frozenset[str]) -> None:
        """Forget every other camera."""
        with self._lock:
            self._logs = {key: each for key, each in self._logs.items() if key in cameras}


def _numbers(report: CameraReport) -> dict[str, float]:
    effort = report.effort
    return {
        "packets": float(effort.packets),
        "frames": float(effort.decoded),
        "analysed": float(report.analysed),
        "dropped": float(report.dropped),
        "corrupt": float(report.corrupt),
        "reconnects": float(report.reconnects),
    }


def _since(
    numbers: Mapping[str, float], before: Mapping[str, float], seconds: float
) -> dict[str, float]:
    """Counts as rates; a count that fell began anew with its worker."""
    found = {}
    for name, value in numbers.items():
        if name in COUNTED:
            more = value - before.get(name, 0.0)
            found[name] = (more if more >= 0 else value) / seconds
        else:
            found[name] = value
    return found
