"""Where a worker runs: in a thread of this process, or in a supervised process of its own."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Final

from gardefou.runtime.messages import HubCommand, Stop, WorkerMessage, WorkerSettings
from gardefou.runtime.worker import Worker

STOP_S: Final = 20.0
"""How long a worker may take to close alerts and finish evidence when it is told to stop, s."""

_log = logging.getLogger(__name__)


class Host(ABC):
    """One life of a worker; ``on_message`` hears it from a thread of the host's own."""

    def __init__(self, on_message: Callable[[WorkerMessage], None]) -> None:
        self._on_message = on_message
        self._pipe, self._theirs = multiprocessing.Pipe()
        self._listener = threading.Thread(target=self._listen, name="worker pipe", daemon=True)

    @property
    @abstractmethod
    def is_alive(self) -> bool:
        """Whether the worker still runs."""

    @abstractmethod
    def kill(self) -> None:
        """End it at once, whatever it is doing."""

    @abstractmethod
    def _join(self, timeout: float) -> None: ...

    def send(self, command: HubCommand) -> None:
        """Tell the worker; a worker that is gone hears nothing."""
        with suppress(OSError, ValueError):
            self._pipe.send(command)

    def stop(self, timeout: float = STOP_S) -> None:
        """Let it finish, then end it if it does not."""
        self.send(Stop())
        self._join(timeout)
        if self.is_alive:
            _log.warning("a worker did not stop within %.0f s and is ended", timeout)
            self.kill()
            self._join(timeout)
        self._pipe.close()

    def discard(self) -> None:
        """Let go of a worker that has died."""
        self._join(0.0)
        self._pipe.close()

    def _listen(self) -> None:
        with suppress(EOFError, OSError, TypeError):
            while True:
                self._on_message(self._pipe.recv())


class InProcessHost(Host):
    """A worker in a thread: for tests and for looking inside; it cannot be killed."""

    def __init__(
        self, settings: WorkerSettings, on_message: Callable[[WorkerMessage], None]
    ) -> None:
        super().__init__(on_message)
        self._thread = threading.Thread(
            target=Worker(settings, self._theirs).run, name="worker", daemon=True
        )
        self._thread.start()
        self._listener.start()

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def kill(self) -> None:
        """Close its connection: it ends as when its hub is gone."""
        self._pipe.close()

    def _join(self, timeout: float) -> None:
        self._thread.join(timeout)


class SubprocessHost(Host):
    """A worker in a process of its own: what hangs or crashes there is ended and begun anew."""

    def __init__(
        self, settings: WorkerSettings, on_message: Callable[[WorkerMessage], None]
    ) -> None:
        super().__init__(on_message)
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(
            target=_main, args=(settings, self._theirs), name="gardefou-worker"
        )
        self._process.start()
        self._theirs.close()
        self._listener.start()

    @property
    def pid(self) -> int | None:
        """Process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self._process.is_alive()

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    def _join(self, timeout: float) -> None:
        self._process.join(timeout)


def _main(settings: WorkerSettings, hub: Connection) -> None:
    """The worker process: Ctrl-C is for the hub, which then says stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    Worker(settings, hub).run()
