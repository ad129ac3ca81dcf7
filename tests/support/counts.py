"""Quarters of an hour with passages, made up."""

from __future__ import annotations

from gardefou.statistics.lines import Heading, Passer
from gardefou.statistics.quarters import LineCount, QuarterCounts

START = 1_763_000_100
"""A quarter of an hour begins here, UTC s."""


def quarter(start: int = START, camera: str = "gate", passages: int | None = 7) -> QuarterCounts:
    """A line that so many people passed to the right, and too few to the left to be told."""
    counts = (
        LineCount("door", Heading.LEFT, Passer.PERSON, None),
        LineCount("door", Heading.RIGHT, Passer.PERSON, passages),
    )
    return QuarterCounts(camera, start, 900, counts)
