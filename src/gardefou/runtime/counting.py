"""One camera's counting: from its percepts to quarters of an hour; only where it has lines."""

from __future__ import annotations

import numpy as np

from gardefou.perception.percept import Percept
from gardefou.site.document import Camera
from gardefou.statistics.counting import CameraCounter
from gardefou.statistics.lines import Crossing
from gardefou.statistics.quarters import QuarterCounts, QuarterTally


def passages(counter: CameraCounter, percept: Percept) -> list[Crossing]:
    """The passages that a percept completes; what moves helps only where it can be relied on."""
    foreground = percept.foreground
    moving = foreground.boxes if foreground.reliable else np.zeros((0, 4))
    return counter.update(percept.detections, moving, percept.time, percept.size)


class LineStatistics:
    """Counts at a camera's lines and tells of each quarter of an hour when it is over."""

    def __init__(self, camera: Camera) -> None:
        self._counter = CameraCounter({each.id: np.array(each.line) for each in camera.lines})
        self._tally = QuarterTally(camera.id)

    def reset(self) -> None:
        """Forget who is near a line, as after a break in the stream; numbers stay."""
        self._counter.reset()

    def update(self, percept: Percept) -> list[QuarterCounts]:
        """Count in one analysed frame; the quarter that it ended, if any."""
        crossings = passages(self._counter, percept)
        return self._tally.add(crossings, percept.time, self._counter.headings)

    def rest(self, time: float) -> list[QuarterCounts]:
        """A sleeping camera's look at a UTC time, s: it watched, and nobody passed."""
        return self._tally.add((), time, self._counter.headings, is_look=True)

    def ended(self, now: float) -> list[QuarterCounts]:
        """The quarter that is over by the wall clock, if one is; ``now`` UTC, s."""
        return self._tally.ended(now)


def line_statistics(camera: Camera) -> LineStatistics | None:
    """The counting of a camera; None, at no cost, for one without lines."""
    return LineStatistics(camera) if camera.lines else None
