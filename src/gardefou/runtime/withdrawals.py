"""A withdrawal that was refused is tried again by itself, ever more rarely, until it is done."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from gardefou.capture.notice import Notice
from gardefou.governance.journal import Journal
from gardefou.runtime.home import Home
from gardefou.runtime.withdrawal import withdraw_doubtful
from gardefou.storage.store import Store

FIRST_PAUSE_S: Final = 1.0
"""Pause after the first refusal, s; each further one in a row waits twice as long."""

LONGEST_PAUSE_S: Final = 60.0
"""Longest pause, s."""

_log = logging.getLogger(__name__)


class Withdrawals:
    """Withdraws what cameras that moved recorded in doubt, now or when a pause is over.

    For one thread; `trouble` may be read from any. ``clock`` monotonic seconds.
    """

    def __init__(
        self,
        store: Store,
        journal: Journal,
        home: Home,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._journal = journal
        self._home = home
        self._clock = clock
        self._pause = FIRST_PAUSE_S
        self._again_at: float | None = None
        self._told = ""
        self.trouble: Notice | None = None

    def run(self) -> tuple[UUID, ...]:
        """Withdraw now; of which alerts. What is refused is due again after a pause."""
        found = withdraw_doubtful(self._store, self._journal, self._home)
        if found.refused is None:
            self._pause, self._again_at, self._told, self.trouble = FIRST_PAUSE_S, None, "", None
            return found.alerts
        why = str(found.refused)
        if why != self._told:
            _log.error("evidence of a camera that moved was not all withdrawn: %s", why)
        self._told = why
        place = found.refused.fields.get("path", self._home.folder)
        self.trouble = Notice.of("runtime.withdrawal_waits", path=place)
        self._again_at = self._clock() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE_S)
        return found.alerts

    @property
    def is_due(self) -> bool:
        """Whether something was refused and its pause is over."""
        return self._again_at is not None and self._clock() >= self._again_at
