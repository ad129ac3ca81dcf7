"""The lines of a case and who passed them, by line and direction."""

from __future__ import annotations

from collections import Counter

import numpy as np

from gardefou.errors import EvaluationError
from gardefou.evaluation.cases import Case
from gardefou.perception.percept import Percept
from gardefou.runtime.counting import passages
from gardefou.statistics.counting import CameraCounter


class CaseLines:
    """Counts the passages across every line of a case, with the product's own counter.

    Raises `EvaluationError` when the case counts a line that it does not draw.
    """

    def __init__(self, case: Case) -> None:
        self._lines = {zone.id: np.array(zone.line) for zone in case.zones if zone.line}
        for name in case.counts:
            if name not in self._lines:
                raise EvaluationError("evaluation.no_line", case=case.id, line=name)
        self._counter = CameraCounter(self._lines)
        self._found: Counter[tuple[str, str]] = Counter()

    def update(self, percept: Percept) -> None:
        """Take what perception says of one analysed frame."""
        self._found.update(
            (each.line_id, each.heading) for each in passages(self._counter, percept)
        )

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Passages so far, by line and direction."""
        tree: dict[str, dict[str, int]] = {name: {} for name in self._lines}
        for (line, heading), count in self._found.items():
            tree[line][str(heading)] = count
        return tree
