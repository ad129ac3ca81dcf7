"""Whose turn it is among jobs that were begun: the most urgent's, at times what waits too long."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

OLD_SHARE: Final = 0.25
"""Share of the time that goes to a job that is overdue while more urgent ones come: a snapshot that
waits for others takes a third longer, and no job waits for ever. Not tuned on footage."""

Work = TypeVar("Work")


@dataclass(slots=True, eq=False)
class Turn(Generic[Work]):
    """A job that was begun: ``urgency`` 0 first; overdue from ``due_at`` on, clock seconds."""

    work: Work
    urgency: int
    due_at: float


class Turns(Generic[Work]):
    """Shares the time out, a step at a time; for one thread. ``clock`` seconds.

    While nothing is overdue the most urgent job has every step. While one is, steps that others
    take earn it time in the ratio of `OLD_SHARE`, and it has the next step when it has earned any:
    so a more urgent job waits for it no longer than a step and a third of the step before.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: list[Turn[Work]] = []
        self._earned = 0.0

    def __len__(self) -> int:
        return len(self._begun)

    @property
    def works(self) -> list[Work]:
        """What was begun."""
        return [turn.work for turn in self._begun]

    def begin(self, work: Work, urgency: int, due_at: float) -> None:
        """Add a job."""
        self._begun.append(Turn(work, urgency, due_at))

    def end(self, turn: Turn[Work]) -> None:
        """A job is done."""
        self._begun.remove(turn)

    def next(self) -> Turn[Work]:
        """Who has the next step; raises `ValueError` when nothing was begun."""
        urgent = self._urgent()
        old = self._overdue()
        if old is None:
            self._earned = 0.0
            return urgent
        return old if self._earned > 0 else urgent

    def took(self, turn: Turn[Work], seconds: float) -> None:
        """A step of a job took so long."""
        old = self._overdue()
        if old is None or turn is old is self._urgent():
            return
        self._earned += -seconds if turn is old else seconds * OLD_SHARE / (1 - OLD_SHARE)

    def _urgent(self) -> Turn[Work]:
        return min(self._begun, key=lambda turn: (turn.urgency, turn.due_at))

    def _overdue(self) -> Turn[Work] | None:
        """The one that has waited longest of those that wait too long."""
        now = self._clock()
        late = [turn for turn in self._begun if turn.due_at <= now]
        return min(late, key=lambda turn: turn.due_at, default=None)
