"""The last wanted picture before a keyframe: left undecoded where the analysis can do without it.

Nothing after it is looked back at, so that with it the whole end of a group of pictures need not be
decoded (`capture.backlog`). Cameras send keyframes at a regular distance, and so one is foreseen;
where it does not come, what waits is decoded with the next wanted picture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gardefou.capture.burst import BurstCollector
from gardefou.capture.pace import Pace

LEAST_APART_S: Final = 0.9
"""Least time between two pictures that are left, s: where keyframes come oftener than every second
the background would else miss many, and what comes into the picture be seen late as often."""

REGULAR: Final = 0.03
"""Two distances between keyframes are the same that differ by less than this share: one frame of
the usual 50."""

CanSpare = Callable[[float, float], bool]
"""Whether, after the frame of one stream time, s, was given out, the picture of another, s, which
is the next that is wanted, need not be shown at all."""


class GroupEnd:
    """What one stream's reader knows of the end of its groups of pictures.

    ``pace`` and ``bursts`` say which pictures are wanted, ``can_spare`` whether one is needed.

    >>> pace = Pace(5.0)
    >>> end = GroupEnd(pace, None, lambda given, time: True)
    >>> for frame in range(50):
    ...     if frame % 10 == 0:
    ...         end.keyframe(frame / 5)
    ...     if pace.takes(frame / 5):
    ...         end.gave(frame / 5)
    >>> end.foreseen, end.leaves(9.8, 0.2), pace.due
    (10.0, True, 10.0)
    """

    def __init__(self, pace: Pace, bursts: BurstCollector | None, can_spare: CanSpare) -> None:
        self._pace = pace
        self._bursts = bursts
        self._can_spare = can_spare
        self._keyframe: float | None = None
        self._distance: float | None = None
        self._is_regular = False
        self._given: float | None = None
        self._left: float | None = None

    def keyframe(self, time: float) -> None:
        """A keyframe that needs nothing before it came, at a stream time, s."""
        before, self._keyframe = self._keyframe, time
        if before is None:
            return
        distance, known = time - before, self._distance
        self._distance = distance
        self._is_regular = known is not None and abs(distance - known) < REGULAR * known

    @property
    def foreseen(self) -> float | None:
        """Stream time of the next such keyframe, s; None where they are not regular."""
        if not self._is_regular or self._keyframe is None or self._distance is None:
            return None
        return self._keyframe + self._distance

    def gave(self, time: float) -> None:
        """The frame of a stream time, s, was given out to be analysed."""
        self._given = time

    def leaves(self, time: float, step: float) -> bool:
        """Whether the picture that is wanted at a stream time, s, is left, as it then is.

        The keyframe is wanted in its place, so that where keyframes and wanted pictures had fallen
        apart they are together from then on. ``step`` from one picture to the next, s.
        """
        keyframe = self.foreseen
        if keyframe is None or self._given is None or not self.is_near(time, step):
            return False
        if not self._can_spare(self._given, time):
            return False
        self._left = time
        self._pace.leave(keyframe)
        return True

    def is_near(self, time: float, step: float) -> bool:
        """Whether the picture wanted at a stream time, s, could be left, were it not needed."""
        keyframe = self.foreseen
        if keyframe is None or keyframe - time < step / 2:
            return False
        if self._left is not None and time - self._left < LEAST_APART_S:
            return False
        if self._bursts is not None and self._bursts.would_want(keyframe - step / 2):
            return False
        return self._pace.is_last_before(keyframe, time, step)
