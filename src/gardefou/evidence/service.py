"""The caller's side of the evidence process: takes jobs without waiting, tells how each ended."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from gardefou.evidence.files import discard, unfinished_name
from gardefou.evidence.finder import FinderSettings
from gardefou.evidence.job import EvidenceJob, EvidenceResult
from gardefou.evidence.process import Handed, ProcessSettings, failed, main
from gardefou.evidence.waiting import MOST_BYTES, MOST_JOBS, PATIENCE_S, Ticket, WaitingRoom

ATTEMPTS: Final = 2
"""How often a job is begun when the process dies of it."""

JOB_LIMIT_S: Final = 600.0
"""A process that ends no job of those in hand for this long hangs, and is ended; seconds."""

RESTART_S: Final = (0.0, 1.0, 5.0, 30.0)
"""Pause before the process is started again: after its first death, the second without a result
in between, and so on; seconds."""

STOP_S: Final = 3.0
"""Time the process has to drop its work when it is told to stop, before it is killed; seconds."""

DRAIN_S: Final = 10.0
"""Time that `EvidenceService.close` leaves for jobs already there; seconds."""

_CHECK_S: Final = 1.0

log = logging.getLogger(__name__)


class _Process:
    """One life of the evidence process."""

    def __init__(self, settings: ProcessSettings) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=main, args=(theirs, settings), name="gardefou-evidence", daemon=True
        )
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def sentinel(self) -> int:
        """Becomes readable when the process has ended."""
        return self._process.sentinel

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        self._process.kill()

    def stop(self) -> None:
        """End it: its connection closes, then it is killed if it does not go."""
        self.pipe.close()
        self._process.join(STOP_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


class EvidenceService:
    """One evidence process, kept alive, and the jobs on their way to it.

    ``folder`` receives the files, sealed by the vault of ``home`` (plain without one).
    ``on_result`` hears of every job exactly once, from the
    service's own thread (after `close`, from the caller's), and must be quick. A snapshot goes
    before the seconds before, these go before a clip, also when a clip is begun: that one waits,
    half done. What waits longer than ``patience_s`` gets a share of the time whatever comes.

    When the process dies it is started again, and what it had in hand is begun once more; a job
    that it dies of twice is reported failed. When the caller's process is killed, the evidence
    process ends by itself. The caller's process must not be daemonic (see `multiprocessing`).
    """

    def __init__(
        self,
        folder: Path,
        on_result: Callable[[EvidenceResult], None],
        finder: FinderSettings | None = None,
        *,
        most_jobs: int = MOST_JOBS,
        most_bytes: int = MOST_BYTES,
        patience_s: float = PATIENCE_S,
        home: Path | None = None,
    ) -> None:
        self._settings = ProcessSettings(folder, finder or FinderSettings(), home)
        self._on_result = on_result
        self._waiting = WaitingRoom(most_jobs, most_bytes, patience_s)
        self._refused: deque[tuple[EvidenceJob, str]] = deque()
        self._in_hand: list[Ticket] = []
        self._heard_at = -float("inf")
        self._process: _Process | None = None
        self._deaths = 0
        self._start_at = 0.0
        self._end_at: float | None = None
        self._closing = threading.Lock()
        self._ear, self._bell = multiprocessing.Pipe(duplex=False)
        self._thread = threading.Thread(target=self._run, name="evidence", daemon=True)
        self._thread.start()

    def submit(self, job: EvidenceJob) -> None:
        """Take a job, at once; when there is no room the least urgent job is reported failed."""
        if self._end_at is not None:
            self._tell(failed(job, "evidence.stopped", _fields(job)))
            return
        self._refused.extend((each, "evidence.queue_full") for each in self._waiting.add(job))
        self._ring()

    @property
    def pid(self) -> int | None:
        """Process id of the evidence process, None while there is none."""
        process = self._process
        return process.pid if process else None

    @property
    def waiting(self) -> int:
        """Jobs that wait, those in hand not counted."""
        return len(self._waiting)

    @property
    def in_hand(self) -> int:
        """Jobs that the process has begun."""
        return len(self._in_hand)

    def close(self, drain_s: float = DRAIN_S) -> None:
        """Finish the jobs already there, for at most ``drain_s``, and end; harmless when repeated.

        What is not done by then is reported failed.
        """
        with self._closing:
            if self._end_at is None:
                self._end_at = time.monotonic() + drain_s
                self._ring()
                self._thread.join()
                self._bell.close()
                self._ear.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ring(self) -> None:
        """Wake the service's thread."""
        with contextlib.suppress(OSError):
            self._bell.send_bytes(b"!")

    def _run(self) -> None:
        while not self._is_over():
            self._keep_alive()
            self._hand_over()
            self._tell_refused()
            self._listen()
        if self._process is not None:
            self._process.stop()
            self._process = None
        left = [ticket.job for ticket in self._in_hand]
        while (ticket := self._waiting.take()) is not None:
            left.append(ticket.job)
        self._refused.extend((job, "evidence.stopped") for job in left)
        self._tell_refused()

    def _is_over(self) -> bool:
        if self._end_at is None:
            return False
        return time.monotonic() >= self._end_at or not (self._in_hand or len(self._waiting))

    def _keep_alive(self) -> None:
        if self._process is None and time.monotonic() >= self._start_at:
            try:
                self._process = _Process(self._settings)
            except OSError:
                log.exception("the evidence process cannot be started")
                self._postpone()

    def _hand_over(self) -> None:
        """Give the process what it is to begin beside what it has in hand."""
        while self._process is not None:
            ticket = self._waiting.take_beside(self._in_hand)
            if ticket is None:
                return
            ticket.begun_at = time.monotonic()
            self._in_hand.append(ticket)
            try:
                self._process.pipe.send(Handed(ticket.job, ticket.due_at))
            except OSError:  # It died; `_listen` sees that.
                return

    def _listen(self) -> None:
        """Wait for the bell, a result or the process's end, and act on it."""
        sources: list[Connection | int] = [self._ear]
        if self._process is not None:
            sources += [self._process.pipe, self._process.sentinel]
        ready = wait(sources, timeout=_CHECK_S)
        if self._ear in ready:
            self._ear.recv_bytes()
        if self._process is None:
            return
        gone = self._process.sentinel in ready
        self._hear(self._process.pipe)
        if gone:
            self._bury(self._process)
        elif self._in_hand and self._silent_s() > JOB_LIMIT_S:
            log.error("the evidence process hangs; it is ended")
            self._process.kill()

    def _silent_s(self) -> float:
        """How long the process has been at what it has in hand without ending any of it, s."""
        begun = max(ticket.begun_at for ticket in self._in_hand)
        return time.monotonic() - max(begun, self._heard_at)

    def _hear(self, pipe: Connection) -> None:
        """Pass on the results that are there."""
        with contextlib.suppress(EOFError, OSError):
            while pipe.poll():
                result: EvidenceResult = pipe.recv()
                self._deaths, self._heard_at = 0, time.monotonic()
                self._in_hand = [
                    ticket
                    for ticket in self._in_hand
                    if (ticket.job.alert_id, ticket.job.kind) != (result.alert_id, result.kind)
                ]
                self._tell(result)

    def _bury(self, process: _Process) -> None:
        """The process died: begin what it had in hand once more, or report it failed."""
        log.warning("the evidence process ended unexpectedly with %d jobs", len(self._in_hand))
        process.stop()
        self._process = None
        self._postpone()
        for ticket in self._in_hand:
            ticket.attempts += self._had_turns(ticket)
            discard(unfinished_name(self._settings.folder / ticket.job.path))
            if ticket.attempts < ATTEMPTS:
                self._waiting.put_back(ticket)
            else:
                self._refused.append((ticket.job, "evidence.process_died"))
        self._in_hand = []

    def _had_turns(self, ticket: Ticket) -> bool:
        """Whether a job in hand was worked on: the most urgent, and overdue ones; others lay."""
        most_urgent = min(self._in_hand, key=lambda each: each.rank)
        return ticket is most_urgent or self._waiting.is_overdue(ticket)

    def _postpone(self) -> None:
        """Start the process again after a pause, longer each time in a row."""
        self._start_at = time.monotonic() + RESTART_S[min(self._deaths, len(RESTART_S) - 1)]
        self._deaths += 1

    def _tell_refused(self) -> None:
        while self._refused:
            job, key = self._refused.popleft()
            self._tell(failed(job, key, _fields(job)))

    def _tell(self, result: EvidenceResult) -> None:
        try:
            self._on_result(result)
        except Exception:
            log.exception("evidence of alert %s: its result was not taken", result.alert_id)


def _fields(job: EvidenceJob) -> Mapping[str, str]:
    return {"camera": job.camera_id, "kind": job.kind.value}
