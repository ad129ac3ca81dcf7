"""All lines of one camera: who passed any of them in a frame."""

from __future__ import annotations

from collections.abc import Mapping

from gardefou.geometry.arrays import Floats, Size
from gardefou.geometry.detections import Detections
from gardefou.statistics.lines import Crossing, Headings, LineCounter
from gardefou.statistics.passers import PasserTracker


class CameraCounter:
    """Counts the passages across every line of a camera; one tracker serves them all.

    ``lines`` by name, [2, 2] ends in fractions of the frame.
    """

    def __init__(self, lines: Mapping[str, Floats]) -> None:
        self._lines = dict(lines)
        self._passers = PasserTracker()
        self._counters: list[LineCounter] = []
        self._size: Size | None = None

    @property
    def headings(self) -> dict[str, Headings]:
        """The two ways in which each line can be passed; none before the first frame."""
        return {counter.line_id: counter.headings for counter in self._counters}

    def reset(self) -> None:
        """Forget who is near, as after a break in the stream."""
        self._passers.reset()
        for counter in self._counters:
            counter.reset()

    def update(
        self, detections: Detections, moving: Floats, time: float, size: Size
    ) -> list[Crossing]:
        """The passages that a frame completes.

        ``moving`` [M, 4] px regions that move; ``time`` stream time, s; ``size`` px.
        """
        if size != self._size:
            self._size = size
            self._passers.reset()
            self._counters = [LineCounter(*line, size) for line in self._lines.items()]
        tracks = self._passers.update(detections, moving, time, size)
        return [each for counter in self._counters for each in counter.update(tracks, time)]
