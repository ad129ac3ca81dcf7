"""The evidence process: the most urgent job first, one that waits too long in between, niced."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from gardefou.capture.masks import PrivacyMask
from gardefou.errors import GardefouError
from gardefou.evidence.clip import BlurredStretch, write_clip
from gardefou.evidence.files import PutFile, sweep, whole_file
from gardefou.evidence.finder import FinderSettings, HeadFinder
from gardefou.evidence.job import (
    EvidenceFailed,
    EvidenceJob,
    EvidenceKind,
    EvidenceReady,
    EvidenceResult,
)
from gardefou.evidence.snapshot import SnapshotMaker
from gardefou.evidence.turns import Turn, Turns
from gardefou.evidence.vault import Vault
from gardefou.perception.approved_view import ViewCheck

NAME: Final = "gardefou-proof"
"""What `ps` and `top` call the process: at most 15 characters."""

NICENESS: Final = 10
"""Added to the process's niceness: analysis comes first."""

GRACE_S: Final = 5.0
"""After its parent is gone the process has this long to drop what it does; seconds."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ProcessSettings:
    """What the evidence process must know: the folder it writes to and its models.

    ``home`` the home folder whose vault seals the files; None leaves them plain, for measuring.
    """

    folder: Path
    finder: FinderSettings
    home: Path | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """A job that is handed over; overdue from ``due_at`` on, seconds of the machine's one clock."""

    job: EvidenceJob
    due_at: float


def main(connection: Connection, settings: ProcessSettings) -> None:
    """Serve jobs that come over a connection until it is closed; the process's entry point."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent decides when to stop.
    step_back(NICENESS, NAME)
    inbox: queue.Queue[Handed | None] = queue.Queue()
    threading.Thread(target=_receive, args=(connection, inbox), daemon=True).start()
    with contextlib.suppress(OSError):
        sweep(settings.folder)
    desk = Desk(settings, inbox, connection.send)
    desk.warm_up()
    with contextlib.suppress(BrokenPipeError):
        desk.serve()


def step_back(niceness: int, name: str) -> None:
    """Let this process come after those that analyse, and bear a name.

    ``niceness`` is added to its own; ``name`` of at most 15 characters is what `ps` and `top` show.
    """
    os.nice(niceness)
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(name)
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    cv2.setNumThreads(1)


def _receive(connection: Connection, inbox: queue.Queue[Handed | None]) -> None:
    """Fill the inbox; the end of the connection means that the parent stopped or was killed."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            inbox.put(connection.recv())
    inbox.put(None)
    time.sleep(GRACE_S)
    os._exit(1)


@dataclass(frozen=True, slots=True)
class _Begun:
    job: EvidenceJob
    steps: Generator[None]


class Desk:
    """Works on the most urgent job; one that is less urgent waits, half done, in memory.

    Until it is overdue: then it has its turns in between (`Turns`).
    """

    def __init__(
        self,
        settings: ProcessSettings,
        inbox: queue.Queue[Handed | None],
        answer: Callable[[EvidenceResult], None],
    ) -> None:
        self._settings = settings
        self._inbox = inbox
        self._answer = answer
        self._turns: Turns[_Begun] = Turns()
        self._finder: HeadFinder | None = None
        self._vault: Vault | None = None

    def warm_up(self) -> None:
        """Load the models before the first job; their absence is reported with each job."""
        with contextlib.suppress(GardefouError):
            self._loaded().find(np.zeros((720, 1280, 3), dtype=np.uint8))

    def serve(self) -> None:
        """Work until the inbox ends; what is begun by then is dropped without a trace."""
        while True:
            try:
                handed = self._inbox.get(block=not len(self._turns))
            except queue.Empty:
                self._step(self._turns.next())
                continue
            if handed is None:
                break
            begun = _Begun(handed.job, self._steps(handed.job))
            self._turns.begin(begun, handed.job.kind.urgency, handed.due_at)
        for left in self._turns.works:
            with contextlib.suppress(GardefouError, OSError):
                left.steps.close()

    def _step(self, turn: Turn[_Begun]) -> None:
        begun, since = turn.work, time.monotonic()
        try:
            next(begun.steps)
        except StopIteration:
            self._end(turn, _ready(begun.job))
        except GardefouError as error:
            fields = {name: str(value) for name, value in error.fields.items()}
            self._end(turn, failed(begun.job, error.key, fields))
        except Exception as error:
            log.exception("evidence of alert %s", begun.job.alert_id)
            self._end(turn, failed(begun.job, "evidence.unexpected", {"error": repr(error)}))
        self._turns.took(turn, time.monotonic() - since)

    def _end(self, turn: Turn[_Begun], result: EvidenceResult) -> None:
        self._turns.end(turn)
        self._answer(result)

    def _steps(self, job: EvidenceJob) -> Generator[None]:
        finder = self._loaded()
        path = self._settings.folder / job.path
        mask = PrivacyMask(job.masks)
        put, check = self._put(), ViewCheck(job.view, mask)
        if job.kind is EvidenceKind.SNAPSHOT:
            maker = SnapshotMaker(finder, put, check)
            maker.make(job.footage, job.start, job.heads, mask, path)
        else:
            stretch = BlurredStretch(
                job.footage, job.start, job.end, job.heads, mask, finder, check
            )
            yield from write_clip(stretch, path, put)

    def _put(self) -> PutFile:
        if self._settings.home is None:
            return whole_file
        if self._vault is None:
            self._vault = Vault.of(self._settings.home)
        return self._vault.file

    def _loaded(self) -> HeadFinder:
        if self._finder is None:
            self._finder = HeadFinder(self._settings.finder)
        return self._finder


def _ready(job: EvidenceJob) -> EvidenceReady:
    return EvidenceReady(job.alert_id, job.camera_id, job.kind, str(job.path), time.time())


def failed(job: EvidenceJob, key: str, fields: Mapping[str, str]) -> EvidenceFailed:
    """That a job failed now, with the catalogue key of the reason and its fields."""
    return EvidenceFailed(job.alert_id, job.camera_id, job.kind, key, time.time(), dict(fields))
