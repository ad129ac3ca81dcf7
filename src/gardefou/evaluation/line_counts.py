"""The lines of a case and who passed them, by line and direction."""

from __future__ import annotations

from collections import Counter

import numpy as np

from gardefou.errors import EvaluationError
from gardefou.evaluation.cases import Case
from gardefou.geometry.arrays import Size
from gardefou.perception.percept import Percept
from gardefou.statistics.lines import LineCounter
from gardefou.statistics.passers import PasserTracker


class CaseLines:
    """Counts the passages across every line of a case, with the product's own counter.

    Raises `EvaluationError` when the case counts a line that it does not draw.
    """

    def __init__(self, case: Case) -> None:
        self._lines = {zone.id: np.array(zone.line) for zone in case.zones if zone.line}
        for name in case.counts:
            if name not in self._lines:
                raise EvaluationError("evaluation.no_line", case=case.id, line=name)
        self._passers = PasserTracker()
        self._counters: dict[str, LineCounter] = {}
        self._size: Size | None = None
        self._found: Counter[tuple[str, str]] = Counter()

    def update(self, percept: Percept) -> None:
        """Take what perception says of one analysed frame."""
        time, size, foreground = percept.time, percept.size, percept.foreground
        if size != self._size:
            self._size = size
            self._passers.reset()
            self._counters = {
                name: LineCounter(name, line, size) for name, line in self._lines.items()
            }
        moving = foreground.boxes if foreground.reliable else np.zeros((0, 4))
        tracks = self._passers.update(percept.detections, moving, time, size)
        for name, counter in self._counters.items():
            self._found.update((name, each.heading) for each in counter.update(tracks, time))

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Passages so far, by line and direction."""
        tree: dict[str, dict[str, int]] = {name: {} for name in self._lines}
        for (line, heading), count in self._found.items():
            tree[line][str(heading)] = count
        return tree
