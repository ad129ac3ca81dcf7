"""The lines of a case: who passes is counted by line and direction."""

from __future__ import annotations

import numpy as np
import pytest

from gardefou.errors import EvaluationError
from gardefou.evaluation.cases import Case, CaseZone
from gardefou.evaluation.line_counts import CaseLines
from gardefou.geometry.arrays import Size
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.perception.percept import Foreground, Percept

CASE = Case(
    id="street",
    clip="street.mp4",
    zones=[
        CaseZone(id="door", line=[(0.5, 0.0), (0.5, 1.0)]),
        CaseZone(id="far", line=[(0.95, 0.0), (0.95, 1.0)]),
        CaseZone(id="yard", polygon=[(0, 0), (1, 0), (1, 1)]),
    ],
    counts={"door": {"right": 1}},
)


def drive(lines: CaseLines, start: float, end: float, size: Size = (640, 360)) -> None:
    """A car that goes from one place to another, px, in four seconds."""
    for index, x in enumerate(np.linspace(start, end, 20).tolist()):
        boxes = np.array([[x, 200.0, x + 60, 240.0]])
        found = Detections(boxes, np.array([0.7]), np.array([int(ObjectClass.CAR)]))
        moving = Foreground(boxes, np.ones(1), 0.05, reliable=bool(index % 2))
        lines.update(Percept("street", 0.2 * index, size, found, moving))


def test_every_line_has_its_own_counts() -> None:
    lines = CaseLines(CASE)
    assert lines.counts == {"door": {}, "far": {}}
    drive(lines, 100, 500)
    assert lines.counts == {"door": {"right": 1}, "far": {}}


def test_a_picture_of_another_size_begins_anew_and_keeps_the_counts() -> None:
    lines = CaseLines(CASE)
    drive(lines, 100, 500)
    drive(lines, 1000, 200, (1280, 720))
    assert lines.counts["door"] == {"right": 1, "left": 1}


def test_a_line_that_is_counted_and_not_drawn_is_named() -> None:
    case = CASE.model_copy(update={"counts": {"gate": {"up": 1}}})
    with pytest.raises(EvaluationError, match="gate"):
        CaseLines(case)
