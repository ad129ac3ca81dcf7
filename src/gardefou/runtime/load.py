"""How busy a running system is: rate, latency and drops of each camera over the last seconds."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gardefou.runtime.messages import CameraReport

WINDOW_S: Final = 10.0
"""Rates and latencies are told of this many seconds; a camera of less has no figures yet."""

LEAST_S: Final = 2.0
"""A rate over less than this says nothing, s."""

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class CameraLoad:
    """What one camera takes and gives now.

    ``analysis_fps`` frames analysed a second of ``wanted_fps``; ``latency_ms`` from a packet's
    reading to the decision on its frame, median and 95th percentile; all three None before there is
    enough to say. ``dropped`` frames since the worker began, replaced by newer ones unseen;
    ``waiting`` frames not taken yet, one or none; ``ring_mib`` of encoded packets kept for
    evidence; ``awake`` whether frames are analysed, None where nothing puts cameras to sleep.
    """

    wanted_fps: float
    analysis_fps: float | None = None
    latency_ms: tuple[float, float] | None = None
    dropped: int = 0
    waiting: int = 0
    ring_mib: float = 0.0
    awake: bool | None = None


@dataclass(frozen=True, slots=True)
class SystemLoad:
    """How busy the system is, ``at`` a time (UTC seconds).

    Cameras are analysed at ``share`` of their own rate, less than 1 when the machine is full;
    those of ``held_back`` wait to be started. ``workers_mib`` is the workers' resident memory,
    ``evidence_waiting`` the evidence jobs that wait or are in hand; ``withdrawal_waits`` the place
    that refuses the destruction of a moved camera's evidence, empty when none waits.
    """

    at: float
    share: float = 1.0
    cameras: Mapping[str, CameraLoad] = field(default_factory=dict)
    held_back: tuple[str, ...] = ()
    workers_mib: float = 0.0
    evidence_waiting: int = 0
    withdrawal_waits: str = ""


@dataclass(frozen=True, slots=True)
class _Sample:
    at: float
    analysed: int
    dropped: int
    latencies_s: tuple[float, ...]


class CameraMeter:
    """The last seconds of one camera, from its reports; times in monotonic seconds."""

    def __init__(self, wanted_fps: float) -> None:
        self._wanted = wanted_fps
        self._samples: deque[_Sample] = deque()
        self._last: CameraReport | None = None
        self._since: float | None = None

    def add(self, report: CameraReport, now: float) -> None:
        """Take in a report; counters that fell back began anew, and the seconds with them."""
        last = self._last
        if last and (report.analysed < last.analysed or report.dropped < last.dropped):
            self._samples.clear()
            self._since = None
        if self._since is None and report.analysed:
            self._since = now
        self._last = report
        effort = report.effort
        self._samples.append(_Sample(now, report.analysed, report.dropped, effort.latencies_s))
        while now - self._samples[0].at > WINDOW_S:
            self._samples.popleft()

    def offered_and_dropped(self, since: float) -> tuple[int, int]:
        """Frames offered, and those of them dropped, since a time within the window."""
        inside = [each for each in self._samples if each.at >= since]
        if len(inside) < 2:
            return 0, 0
        dropped = inside[-1].dropped - inside[0].dropped
        return inside[-1].analysed - inside[0].analysed + dropped, dropped

    @property
    def running_since(self) -> float | None:
        """When its first analysed frame was heard of, None before."""
        return self._since

    @property
    def load(self) -> CameraLoad:
        """The figures now."""
        if self._last is None:
            return CameraLoad(self._wanted)
        effort = self._last.effort
        return CameraLoad(
            wanted_fps=self._wanted,
            analysis_fps=self._rate(),
            latency_ms=latency_ms(each for sample in self._samples for each in sample.latencies_s),
            dropped=self._last.dropped,
            waiting=effort.waiting,
            ring_mib=effort.ring_bytes / _MIB,
            awake=effort.awake,
        )

    def _rate(self) -> float | None:
        if not self._samples or self._since is None:
            return None
        first, last = self._samples[0], self._samples[-1]
        seconds = last.at - first.at
        return (last.analysed - first.analysed) / seconds if seconds >= LEAST_S else None


def latency_ms(latencies_s: Iterable[float]) -> tuple[float, float] | None:
    """Median and 95th percentile of latencies, ms, by the nearest rank; None of nothing.

    >>> latency_ms([0.1, 0.3, 0.2])
    (200.0, 300.0)
    """
    ordered = sorted(latencies_s)
    if not ordered:
        return None

    def rank(share: float) -> float:
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)] * 1000

    return rank(0.5), rank(0.95)
