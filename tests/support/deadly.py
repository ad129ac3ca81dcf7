"""A worker that kills itself, kill -9, at a step of an alert's life that a test names."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from gardefou.runtime.hosts import SubprocessHost, worker_main
from gardefou.runtime.messages import WorkerSettings
from gardefou.statistics.quarters import QuarterCounts
from gardefou.storage.events import SpoolEvent, alert_id_of, key_of
from gardefou.storage.spool import SpoolWriter


@dataclass(frozen=True)
class Trap:
    """Where the next death is written down, in a home folder."""

    home: Path

    @property
    def _step(self) -> Path:
        return self.home / "die-at"

    @property
    def _hit(self) -> Path:
        return self.home / "died-of"

    def set(self, step: str) -> None:
        """Die ``before:KIND`` or ``after:KIND``, when an event of that kind is written."""
        self._hit.unlink(missing_ok=True)
        self._step.write_text(step)

    @property
    def victim(self) -> str | None:
        """The alert whose event it was, once a worker died."""
        return self._hit.read_text() if self._hit.exists() else None

    def spring(self, moment: str, event: SpoolEvent) -> None:
        """Die if this is the step."""
        kind = key_of(event).partition("-")[2]
        if self._step.exists() and self._step.read_text() == f"{moment}:{kind}":
            self._step.unlink()
            self._hit.write_text(victim_of(event))
            os.kill(os.getpid(), signal.SIGKILL)


def victim_of(event: SpoolEvent) -> str:
    """The alert that an event is about; of a count, its camera."""
    return event.camera_id if isinstance(event, QuarterCounts) else str(alert_id_of(event))


def deadly_main(settings: WorkerSettings, hub: Connection) -> None:
    """A worker's process with a trap in it."""
    trap, write = Trap(settings.home), SpoolWriter.write

    def trapped(self: SpoolWriter, event: SpoolEvent) -> Path:
        trap.spring("before", event)
        path = write(self, event)
        trap.spring("after", event)
        return path

    SpoolWriter.write = trapped  # type: ignore[method-assign]
    worker_main(settings, hub)


class DeadlyHost(SubprocessHost):
    """A host of such workers."""

    main = staticmethod(deadly_main)
