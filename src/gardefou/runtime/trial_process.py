"""A trial runs in a process of its own: after everything else, ended at once when leave ends."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Final

from gardefou.capture.notice import Notice
from gardefou.errors import GardefouError
from gardefou.evidence.process import step_back
from gardefou.runtime.trial import TrialWork, try_out
from gardefou.runtime.trial_job import TrialAnswer

NAME: Final = "gardefou-trial"
"""What `ps` and `top` call the process: at most 15 characters."""

NICENESS: Final = 12
"""Added to the process's niceness: every camera and all evidence (10) come first. At 19 a trial
beside 15 busy processes on two cores came to nothing in half a minute; somebody waits for it."""

LONGEST_S: Final = 300.0
"""A trial that takes longer is ended, s. A minute of the demonstration clip at five pictures a
second takes 7 s of CPU, and behind other work two to three times as long."""

_LOOK_S: Final = 0.2

_log = logging.getLogger(__name__)


def main(connection: Connection, work: TrialWork) -> None:
    """Try, answer, end; the process's entry point. Nothing is written anywhere."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The worker decides when it ends.
    step_back(NICENESS, NAME)
    threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
    with suppress(OSError):
        connection.send(_answer(work))


def _answer(work: TrialWork) -> TrialAnswer:
    try:
        return try_out(work)
    except GardefouError as error:
        return Notice.of(error.key, **error.fields)
    except Exception as error:
        _log.exception("a trial of camera %s", work.job.camera.id)
        return _failed(work, type(error).__name__)


def _failed(work: TrialWork, reason: str) -> Notice:
    return Notice.of("runtime.trial.failed", camera=work.job.camera.id, reason=reason)


def _end_with(connection: Connection) -> None:
    """End when whoever asked lets go: nobody would hear the answer."""
    with suppress(EOFError, OSError):
        connection.recv()
    os._exit(1)


class TrialRun:
    """One trial under way; ``tell`` hears its answer once, from a thread of its own."""

    def __init__(self, work: TrialWork, tell: Callable[[TrialAnswer], None]) -> None:
        self.number = work.job.number
        self.camera_id = work.job.camera.id
        self._work: TrialWork | None = work
        self._tell = tell
        self._ended: Notice | None = None
        self._is_over = False
        self._thread = threading.Thread(target=self._run, name="trial", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether its process is gone, so that another one may begin."""
        return self._is_over

    @property
    def is_ending(self) -> bool:
        """Whether it was told to end: it does within a moment."""
        return self._ended is not None

    def end(self, why: Notice) -> None:
        """End it within a moment; its answer is then ``why``."""
        self._ended = why

    def join(self) -> None:
        """Wait until its process is gone."""
        self._thread.join()

    def _run(self) -> None:
        work, self._work = self._work, None
        assert work is not None
        try:
            answer = self._wait(work)
        except Exception as error:
            # Whatever keeps a process from being started must not leave somebody waiting.
            _log.exception("a trial of camera %s", self.camera_id)
            answer = _failed(work, type(error).__name__)
        self._is_over = True  # Before it is told: whoever hears of it may begin the next at once.
        self._tell(answer)

    def _wait(self, work: TrialWork) -> TrialAnswer:
        context = multiprocessing.get_context("spawn")
        mine, theirs = context.Pipe()
        process = context.Process(target=main, args=(theirs, work), name=NAME, daemon=True)
        process.start()
        theirs.close()
        deadline = time.monotonic() + LONGEST_S
        try:
            while self._ended is None:
                if mine.poll(_LOOK_S):
                    answer: TrialAnswer = mine.recv()
                    return answer if self._ended is None else self._ended
                if time.monotonic() > deadline:
                    return Notice.of(
                        "runtime.trial.too_long", camera=self.camera_id, seconds=f"{LONGEST_S:.0f}"
                    )
            return self._ended
        except EOFError:
            process.join(_LOOK_S)
            return _failed(work, f"exit {process.exitcode}")
        finally:
            mine.close()
            process.kill()
            process.join()
            process.close()
