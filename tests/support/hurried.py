"""A worker in whose counting a quarter of an hour takes three seconds, and that may die of it."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection
from pathlib import Path

from gardefou.runtime import counting
from gardefou.runtime.hosts import SubprocessHost
from gardefou.runtime.messages import WorkerSettings
from gardefou.statistics import quarters
from gardefou.statistics.quarters import QUARTER_S, QuarterCounts, QuarterTally
from support.counts import START
from support.deadly import deadly_main

TIMES = QUARTER_S / 3.0


class _HurriedTally(QuarterTally):
    """Lives in quarters of a day that is long over, each of them three seconds."""

    began = 0.0

    def add(self, crossings, now, headings, is_look=False):  # type: ignore[no-untyped-def]
        return super().add(crossings, _hurried(now), headings, is_look)

    def ended(self, now: float) -> list[QuarterCounts]:
        return super().ended(_hurried(now))


def _hurried(now: float) -> float:
    return START + (now - _HurriedTally.began) * TIMES


def hurried_main(settings: WorkerSettings, hub: Connection) -> None:
    """A worker's process; the time at which all of them began stands in the home folder."""
    mark = Path(settings.home) / "began"
    if not mark.exists():
        mark.write_text(repr(time.time()))
    _HurriedTally.began = float(mark.read_text())
    quarters.LONGEST_STEP_S = float(QUARTER_S)  # type: ignore[misc]
    quarters.LONGEST_LOOK_S = float(QUARTER_S)  # type: ignore[misc]
    counting.QuarterTally = _HurriedTally  # type: ignore[attr-defined]
    deadly_main(settings, hub)


class HurriedHost(SubprocessHost):
    """A host of such workers."""

    main = staticmethod(hurried_main)
