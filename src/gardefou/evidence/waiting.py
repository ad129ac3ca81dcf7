"""Jobs that wait for the evidence process: in order of urgency, bounded in number and bytes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gardefou.evidence.job import EvidenceJob

MOST_JOBS: Final = 64
"""Jobs that may wait."""

MOST_BYTES: Final = 512 * 1024 * 1024
"""Bytes of packets that may wait, each job counted whole although jobs share packets."""

PATIENCE_S: Final = 60.0
"""After so long a job that waits, or lies half done, is overdue: it is worked on whatever comes, s.
As long as the longest clip shows: a quiet machine is done with anything well before."""


@dataclass(slots=True, eq=False)
class Ticket:
    """A job on its way.

    ``number`` by order of arrival; ``due_at`` when it is overdue; ``attempts`` how often the
    process died of it; ``begun_at`` when it was handed over last, ``as_old`` because it was
    overdue; times in monotonic seconds.
    """

    job: EvidenceJob
    number: int
    size_bytes: int
    due_at: float
    attempts: int = 0
    begun_at: float = 0.0
    as_old: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        """Place among those that wait, the smallest first."""
        return self.job.kind.urgency, self.number


class WaitingRoom:
    """Tickets that wait; safe between threads, never blocks.

    ``patience_s`` after how long a job is overdue; ``clock`` monotonic seconds.
    """

    def __init__(
        self,
        most_jobs: int = MOST_JOBS,
        most_bytes: int = MOST_BYTES,
        patience_s: float = PATIENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most_jobs, self._most_bytes = most_jobs, most_bytes
        self._patience_s, self._clock = patience_s, clock
        self._tickets: list[Ticket] = []
        self._arrivals = 0
        self._lock = threading.Lock()

    def add(self, job: EvidenceJob) -> list[EvidenceJob]:
        """Add a job; returns the least urgent ones, latest first, for which no room is left."""
        with self._lock:
            self._arrivals += 1
            due_at = self._clock() + self._patience_s
            self._tickets.append(Ticket(job, self._arrivals, job.footage.size_bytes, due_at))
            self._sort()
            refused = []
            while self._is_too_full():
                refused.append(self._tickets.pop().job)
            return refused

    def put_back(self, ticket: Ticket) -> None:
        """Let a ticket that was taken wait again, at its old place and whatever the bounds."""
        with self._lock:
            ticket.as_old = False
            self._tickets.append(ticket)
            self._sort()

    def take(self) -> Ticket | None:
        """The first ticket, None when none waits."""
        with self._lock:
            return self._tickets.pop(0) if self._tickets else None

    def take_beside(self, in_hand: Sequence[Ticket]) -> Ticket | None:
        """The ticket that is begun beside what is in hand; None when none is.

        One that is more urgent than all of it, or else the one that is overdue longest, unless
        another was begun for that reason or something in hand is overdue longer. Beside a job that
        the process died of once none is: it would be blamed for the next death.
        """
        with self._lock:
            if not self._tickets:
                return None
            ticket = self._tickets[0]
            if any(ticket.job.kind.urgency >= each.job.kind.urgency for each in in_hand):
                ticket = min(self._tickets, key=lambda each: (each.due_at, each.number))
                if not self.is_overdue(ticket) or not _may_join(ticket, in_hand):
                    return None
                ticket.as_old = True
            self._tickets.remove(ticket)
            return ticket

    def is_overdue(self, ticket: Ticket) -> bool:
        """Whether a job waits, or lies half done, for too long."""
        return self._clock() >= ticket.due_at

    def __len__(self) -> int:
        with self._lock:
            return len(self._tickets)

    def _sort(self) -> None:
        self._tickets.sort(key=lambda ticket: ticket.rank)

    def _is_too_full(self) -> bool:
        waiting = sum(ticket.size_bytes for ticket in self._tickets)
        return len(self._tickets) > self._most_jobs or waiting > self._most_bytes


def _may_join(ticket: Ticket, in_hand: Sequence[Ticket]) -> bool:
    """Whether a job that is overdue may be begun beside what is in hand."""
    return not any(each.attempts or each.as_old or each.due_at <= ticket.due_at for each in in_hand)
