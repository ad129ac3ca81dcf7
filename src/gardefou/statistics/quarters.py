"""Passages in quarters of an hour, told once when a quarter is over, small numbers never.

The quarter that runs is in memory only. What leaves it is a number for each line, heading and
class, or that there were fewer than `LEAST`: nothing below that is ever written anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from gardefou.statistics.lines import Crossing, Heading, Headings, Passer

QUARTER_S: Final = 900
"""The shortest time over which passages are counted, s. Quarters begin at whole multiples of it
since the Unix epoch, and so at :00, :15, :30 and :45 in every time zone."""

LEAST: Final = 5
"""The smallest number that is told: below it, zero included, only "fewer than five" is."""

DELAY_S: Final = 3600.0
"""Time from the end of a quarter until anybody may read it, s: no help to whoever acts now."""

LONGEST_STEP_S: Final = 2.0
"""Two analysed frames further apart than this leave a gap in which nobody counted, s."""

LONGEST_LOOK_S: Final = 4.5
"""The same for the looks of a sleeping camera, on which nothing moved in between, s: every second
keyframe at most."""

GRACE_S: Final = 5.0
"""A quarter is over so long after its end by the wall clock when no frame says so first, s."""


@dataclass(frozen=True, slots=True)
class LineCount:
    """Passages across a line in a quarter; ``passages`` None when fewer than `LEAST`."""

    line_id: str
    heading: Heading
    passer: Passer
    passages: int | None

    def __post_init__(self) -> None:
        if self.passages is not None and self.passages < LEAST:
            raise ValueError(f"{self.passages} passages are too few to be told")


@dataclass(frozen=True, slots=True)
class QuarterCounts:
    """A camera's quarter of an hour.

    ``start`` UTC, s; ``counted_s`` for how much of it the camera was watched, whole seconds.
    """

    camera_id: str
    start: int
    counted_s: int
    counts: tuple[LineCount, ...]

    def __post_init__(self) -> None:
        if self.start % QUARTER_S:
            raise ValueError(f"no quarter of an hour begins at {self.start}")


class QuarterTally:
    """Adds up one camera's passages.

    A time that lies before the quarter that runs is not counted: clocks that are set back count
    nothing twice.
    """

    def __init__(self, camera_id: str) -> None:
        self._camera_id = camera_id
        self._headings: dict[str, Headings] = {}
        self._start: int | None = None
        self._told = -QUARTER_S
        self._watched = 0.0
        self._last: float | None = None
        self._passages: Counter[tuple[str, Heading, Passer]] = Counter()

    def add(
        self,
        crossings: Iterable[Crossing],
        time: float,
        headings: Mapping[str, Headings],
        is_look: bool = False,
    ) -> list[QuarterCounts]:
        """Take one frame's passages at a UTC time, s; the quarter that it ended, if any.

        ``headings`` the two directions of each line: a line that nobody passes is told of too. The
        time since the frame before was watched unless it is too long; ``is_look`` for a frame of a
        sleeping camera, before which nothing moved.
        """
        start = _quarter(time)
        if start <= self._told or (self._start is not None and start < self._start):
            return []
        ended = self._end() if self._start not in (None, start) else []
        self._start, self._headings = start, dict(headings)
        step = 0.0 if self._last is None else time - self._last
        self._last = time
        if 0 < step <= (LONGEST_LOOK_S if is_look else LONGEST_STEP_S):
            self._watched += step
        self._passages.update((each.line_id, each.heading, each.passer) for each in crossings)
        return ended

    def ended(self, now: float) -> list[QuarterCounts]:
        """The quarter that is over by the wall clock, if one is; ``now`` UTC, s."""
        if self._start is None or now < self._start + QUARTER_S + GRACE_S:
            return []
        return self._end()

    def _end(self) -> list[QuarterCounts]:
        assert self._start is not None
        start, watched = self._start, min(QUARTER_S, round(self._watched))
        self._start, self._watched = None, 0.0
        self._told = max(self._told, start)
        counts = tuple(
            LineCount(line, heading, passer, _told(self._passages[line, heading, passer]))
            for line, headings in self._headings.items()
            for heading, passer in product(headings, Passer)
        )
        self._passages.clear()
        return [QuarterCounts(self._camera_id, start, watched, counts)] if watched else []


def _quarter(time: float) -> int:
    return int(time // QUARTER_S) * QUARTER_S


def _told(passages: int) -> int | None:
    """A number that may be told, else None.

    >>> _told(4), _told(5)
    (None, 5)
    """
    return passages if passages >= LEAST else None
