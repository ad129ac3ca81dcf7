"""What must be done by the clock while the system runs: checkpoints and purges."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from gardefou.errors import GardefouError, JournalError
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.governance.purge import Purger
from gardefou.governance.retention import Terms
from gardefou.governance.transparency import Checkpointer
from gardefou.runtime.home import Home
from gardefou.storage.store import Store

CHECKPOINT_S: Final = 3600.0
"""Time between two checkpoints, s."""

PURGE_S: Final = 24 * 3600.0
"""Time between two purges, s."""

LOOK_S: Final = 30.0
"""How often the clock is looked at, s."""

_log = logging.getLogger(__name__)


class Upkeep:
    """Signs a checkpoint at the start, every hour and at the stop, and purges every day.

    At the start, at the stop and after a purge the whole journal is read and held to its last
    checkpoint, in between what is new.

    Works in a thread of its own. What fails is logged, journalled as a failure and tried again at
    the next turn; only the first checkpoint must succeed. ``clock`` monotonic seconds.
    """

    def __init__(
        self,
        home: Home,
        store: Store,
        journal: Journal,
        clock: Callable[[], float] = time.monotonic,
        purger: Purger | None = None,
    ) -> None:
        self._home = home
        self._journal = journal
        self._checkpointer = Checkpointer(journal, home.folder)
        self._purger = purger or Purger(store, journal, home.evidence)
        self._clock = clock
        self._signed = self._purged = -float("inf")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Sign the start, then go on in the background.

        Raises `JournalError` or `KeysError` when it cannot be signed: then nothing may start.
        """
        self._checkpointer.make()
        self._signed = self._clock()
        self._thread.start()

    def stop(self) -> None:
        """End, and sign what is there now; harmless without a start."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
            self._try("checkpoint", self._sign)

    def tick(self) -> None:
        """Do what is due."""
        now = self._clock()
        if now - self._purged >= PURGE_S:
            self._purged = self._signed = now
            self._try("purge", self._purge)
            self._try("checkpoint", self._sign)
        if now - self._signed >= CHECKPOINT_S:
            self._signed = now
            self._try("checkpoint", self._sign_what_is_new)

    def _run(self) -> None:
        while True:
            self.tick()
            if self._stopped.wait(LOOK_S):
                return

    def _sign(self) -> None:
        self._checkpointer.make()

    def _sign_what_is_new(self) -> None:
        self._checkpointer.make(whole=False)

    def _purge(self) -> None:
        done = self._purger.run(Terms.of(self._home.folder))
        if done.anything:
            _log.info("purge: %s", done)

    def _try(self, step: str, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:
            # Upkeep must outlive whatever goes wrong once.
            _log.exception("upkeep: %s", step)
            reason = error.in_language("en") if isinstance(error, GardefouError) else repr(error)
            with suppress(JournalError):
                self._journal.append(
                    Entry(
                        SOFTWARE,
                        Operation.FAILURE,
                        "upkeep",
                        details={"step": step, "reason": reason[:1000]},
                    )
                )
