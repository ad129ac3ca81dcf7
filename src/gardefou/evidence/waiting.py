"""Jobs that wait for the evidence process: in order of urgency, bounded in number and bytes."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

from gardefou.evidence.job import EvidenceJob

MOST_JOBS: Final = 64
"""Jobs that may wait."""

MOST_BYTES: Final = 512 * 1024 * 1024
"""Bytes of packets that may wait, each job counted whole although jobs share packets."""


@dataclass(slots=True, eq=False)
class Ticket:
    """A job on its way.

    ``number`` by order of arrival; ``attempts`` how often the process died of it; ``begun_at``
    when it was handed over last, monotonic seconds.
    """

    job: EvidenceJob
    number: int
    size_bytes: int
    attempts: int = 0
    begun_at: float = 0.0

    @property
    def rank(self) -> tuple[int, int]:
        """Place among those that wait, the smallest first."""
        return self.job.kind.urgency, self.number


class WaitingRoom:
    """Tickets that wait; safe between threads, never blocks."""

    def __init__(self, most_jobs: int = MOST_JOBS, most_bytes: int = MOST_BYTES) -> None:
        self._most_jobs, self._most_bytes = most_jobs, most_bytes
        self._tickets: list[Ticket] = []
        self._arrivals = 0
        self._lock = threading.Lock()

    def add(self, job: EvidenceJob) -> list[EvidenceJob]:
        """Add a job; returns the least urgent ones, latest first, for which no room is left."""
        with self._lock:
            self._arrivals += 1
            self._tickets.append(Ticket(job, self._arrivals, job.footage.size_bytes))
            self._sort()
            refused = []
            while self._is_too_full():
                refused.append(self._tickets.pop().job)
            return refused

    def put_back(self, ticket: Ticket) -> None:
        """Let a ticket that was taken wait again, at its old place and whatever the bounds."""
        with self._lock:
            self._tickets.append(ticket)
            self._sort()

    def take(self, above: int | None = None) -> Ticket | None:
        """The first ticket, None when there is none more urgent than ``above``."""
        with self._lock:
            if not self._tickets:
                return None
            if above is not None and self._tickets[0].job.kind.urgency >= above:
                return None
            return self._tickets.pop(0)

    def __len__(self) -> int:
        with self._lock:
            return len(self._tickets)

    def _sort(self) -> None:
        self._tickets.sort(key=lambda ticket: ticket.rank)

    def _is_too_full(self) -> bool:
        waiting = sum(ticket.size_bytes for ticket in self._tickets)
        return len(self._tickets) > self._most_jobs or waiting > self._most_bytes
