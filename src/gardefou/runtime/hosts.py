"""Where a worker runs: in a thread of this process, or in a supervised process of its own."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from typing import Final

from gardefou.runtime.messages import HubCommand, Stop, WorkerMessage, WorkerSettings
from gardefou.runtime.worker import Worker

STOP_S: Final = 20.0
"""How long a worker may take to close alerts and finish evidence when it is told to stop, s."""

KILL_S: Final = 5.0
"""How long the end of a killed worker is waited for, s."""

_log = logging.getLogger(__name__)

OnMessage = Callable[[WorkerMessage], None]


class Host(ABC):
    """One life of a worker; ``on_message`` hears it from a thread of the host's own.

    When `stop` or `discard` has returned, nothing more is heard of that life.
    """

    def __init__(self, on_message: OnMessage) -> None:
        self._on_message = on_message
        self._sending = threading.Lock()
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
        with self._sending, suppress(OSError, ValueError):
            self._pipe.send(command)

    def stop(self, timeout: float = STOP_S) -> None:
        """Let it finish, then end it if it does not."""
        self.send(Stop())
        self._join(timeout)
        if self.is_alive:
            _log.warning("a worker did not stop within %.0f s and is ended", timeout)
            self.kill()
        self.discard()

    def discard(self) -> None:
        """Let go of a worker that was killed or has died, after its last words were heard."""
        self._join(KILL_S)
        # Its end of the pipe closed with it, so the listener reads what is left and ends.
        self._listener.join(KILL_S)
        self._pipe.close()

    def _listen(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                message: WorkerMessage = self._pipe.recv()
                self._on_message(message)


def worker_main(settings: WorkerSettings, hub: Connection) -> None:
    """The worker process: Ctrl-C is for the hub, which then says stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("gardefou").setLevel(settings.log_level)
    Worker(settings, hub).run()


class SubprocessHost(Host):
    """A worker in a process of its own: what hangs or crashes there is ended and begun anew.

    Processes are forked from a small server that has already imported what a worker needs: a new
    worker begins in tenths of a second instead of seconds.
    """

    main = staticmethod(worker_main)
    """What the process runs."""

    def __init__(self, settings: WorkerSettings, on_message: OnMessage) -> None:
        super().__init__(on_message)
        ready_to_fork()
        context = multiprocessing.get_context("forkserver")
        self._process = context.Process(
            target=self.main, args=(settings, self._theirs), name="gardefou-worker"
        )
        try:
            self._process.start()
        except BaseException:
            self._pipe.close()
            raise
        finally:
            self._theirs.close()
        self.pid = self._process.pid
        """Process id."""
        self._listener.start()

    @property
    def is_alive(self) -> bool:
        """Whether its process runs; not to be asked once it was let go of."""
        return self._process.is_alive()

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    def _join(self, timeout: float) -> None:
        self._process.join(timeout)

    def discard(self) -> None:
        """Let go of a worker that was killed or has died, and of what the system holds for it."""
        super().discard()
        with suppress(ValueError):  # It outlived SIGKILL, in the system's own hands.
            self._process.close()


def ready_to_fork() -> None:
    """Start the server that workers are forked from, unless it runs.

    A service manager sends SIGTERM to every process of the system, and a terminal SIGINT: the
    server, and with it every worker, blocks the one and ignores the other, for only the hub may
    decide when workers end. The server ends with the hub, however that ends.
    """
    forkserver.set_forkserver_preload(["gardefou.runtime.worker"])
    resource_tracker.ensure_running()  # It would let SIGTERM through again.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
