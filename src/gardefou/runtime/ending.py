"""The end of a mandate: workers go with their models, and that is journalled and certified."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol

from gardefou.errors import GardefouError, JournalError
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import SOFTWARE, Journal

AGAIN_S: Final = 60.0
"""After how long a certificate that could not be made is tried again, s."""

_log = logging.getLogger(__name__)


class Certified(Protocol):
    """A use that is told to the public when it begins, and certified when it is over."""

    def begin(self) -> None:
        """Publish that it begins; raises `GardefouError`: then nothing may run."""
        ...

    def end(self) -> object:
        """Certify that it has ended; raises `GardefouError` and may be repeated."""
        ...


class Ending:
    """What is done once when a mandate is over. ``clock`` monotonic seconds."""

    def __init__(
        self,
        journal: Journal,
        use: Certified | None,
        mandate_id: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._use = use
        self._mandate_id = mandate_id
        self._clock = clock
        self._certified = use is None
        self._tried = -float("inf")
        self.has_come = False

    def come(self) -> None:
        """Nothing works any more; raises `JournalError` when that cannot be journalled."""
        details = {"mandate": self._mandate_id, "reason": "over"}
        self._journal.append(Entry(SOFTWARE, Operation.STOP, "system", details=details))
        self.has_come = True

    def certify(self) -> None:
        """Have it certified, unless it was; a failure is journalled, and mended later."""
        if self._certified or self._use is None or self._clock() - self._tried < AGAIN_S:
            return
        self._tried = self._clock()
        try:
            self._use.end()
            self._certified = True
        except GardefouError as error:
            _log.error("no certificate: %s", error)
            details = {"step": "certificate", "reason": error.in_language("en")[:1000]}
            with suppress(JournalError):
                self._journal.append(Entry(SOFTWARE, Operation.FAILURE, "use", details=details))

    def was_none(self) -> None:
        """It goes on after all: a clock that stood wrong was put right by two people."""
        self.has_come, self._certified = False, self._use is None
