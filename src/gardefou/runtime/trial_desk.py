"""The hub's side of trials: who prepares one, what may be tried, one at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from gardefou.capture.notice import Notice
from gardefou.errors import TrialError
from gardefou.runtime.messages import Tried, TryOut, Withdraw
from gardefou.runtime.trial_job import TrialJob, TrialOutcome
from gardefou.site.document import Camera

KEEP_S: Final = 300.0
"""How long a whole minute is kept of a camera after somebody last asked, s."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial under way; ``outcome`` raises `TrialError` when nothing came of it."""

    job: TrialJob
    outcome: Future[TrialOutcome]


class TrialDesk:
    """Takes trials from any thread; the hub's thread sends them on.

    ``refuse`` says why a proposed camera must not be tried now, or None; ``changed`` is told when
    the hub has something to send, and must return at once. ``clock`` monotonic seconds.
    """

    def __init__(
        self,
        refuse: Callable[[Camera], Notice | None],
        changed: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._refuse = refuse
        self._changed = changed
        self._clock = clock
        self._lock = threading.Lock()
        self._minute: tuple[str, float] | None = None
        self._number = 0
        self._trial: Trial | None = None
        self._commands: list[tuple[str, TryOut | Withdraw]] = []

    def keep(self, camera_id: str) -> float:
        """Keep a minute of a camera, and of no other; for how long, s."""
        with self._lock:
            self._minute = (camera_id, self._clock() + KEEP_S)
        self._changed()
        return KEEP_S

    def let_go(self, camera_id: str) -> None:
        """Nobody prepares a trial of the camera any more."""
        with self._lock:
            if self._minute is not None and self._minute[0] == camera_id:
                self._minute = None
        self._changed()

    @property
    def minutes(self) -> frozenset[str]:
        """The camera of which a minute is kept now, if any."""
        with self._lock:
            if self._minute is None or self._clock() >= self._minute[1]:
                return frozenset()
            return frozenset([self._minute[0]])

    def check(self, camera: Camera) -> None:
        """Raise `TrialError` when a proposed camera must not be tried, or another is under way."""
        why = self._refuse(camera)
        if why is not None:
            raise TrialError(why.key, **dict(why.fields))
        if self._trial is not None:
            raise TrialError("runtime.trial.busy")

    def begin(self, camera: Camera, *, lines_only: bool) -> Trial:
        """Try a camera that watches for nothing but what is tried; raises as `check` does."""
        with self._lock:
            self.check(camera)
            self._number += 1
            job = TrialJob(self._number, camera, lines_only)
            self._trial = trial = Trial(job, Future())
            trial.outcome.set_running_or_notify_cancel()  # Only this desk ends it.
            self._commands.append((camera.id, TryOut(job)))
        self._changed()
        return trial

    def withdraw(self, trial: Trial) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            if self._trial is not trial:
                return
            self._commands.append((trial.job.camera.id, Withdraw(trial.job.number)))
        self._fail(trial, Notice.of("runtime.trial.withdrawn"))
        self._changed()

    # The hub's part.

    def commands(self) -> list[tuple[str, TryOut | Withdraw]]:
        """What is to be sent to the workers of these cameras, each once."""
        with self._lock:
            found, self._commands = self._commands, []
        return found

    def hear(self, tried: Tried) -> None:
        """A worker answers; an answer that nobody waits for is dropped."""
        trial = self._trial
        if trial is None or trial.job.number != tried.number:
            return
        if isinstance(tried.answer, Notice):
            self._fail(trial, tried.answer)
        elif self._take(trial):
            trial.outcome.set_result(tried.answer)

    def end(self, cameras: Collection[str], why: Notice) -> None:
        """These cameras are analysed no more: end what is tried of them."""
        trial = self._trial
        if trial is not None and trial.job.camera.id in cameras:
            with self._lock:
                self._commands.append((trial.job.camera.id, Withdraw(trial.job.number)))
            self._fail(trial, why)

    def _fail(self, trial: Trial, why: Notice) -> None:
        if self._take(trial):
            trial.outcome.set_exception(TrialError(why.key, **dict(why.fields)))

    def _take(self, trial: Trial) -> bool:
        """Whether it was still under way; it is no more."""
        with self._lock:
            if self._trial is not trial:
                return False
            self._trial = None
            return True
