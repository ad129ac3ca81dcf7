"""A worker's outbox: every event is on the disk before anything else happens with it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from gardefou.capture.notice import Notice
from gardefou.errors import GardefouError
from gardefou.evidence import job as evidence
from gardefou.storage.events import EvidenceFailed, EvidenceReady, SpoolEvent
from gardefou.storage.records import EvidenceKind
from gardefou.storage.spool import SpoolWriter

RETRY_S: Final = 1.0
"""Pause between two tries to write an event that the disk refused, s."""

_log = logging.getLogger(__name__)


class Outbox:
    """Writes events to the spool, from any thread, in order; told to ``poke`` after each.

    What the disk refuses is tried again until it is written: the caller waits meanwhile, so a
    camera whose alert cannot be recorded is not analysed further. `trouble` says why.
    """

    def __init__(self, spool: SpoolWriter, poke: Callable[[], None]) -> None:
        self._spool = spool
        self._poke = poke
        self._lock = threading.Lock()
        self._giving_up = threading.Event()
        self.trouble: Notice | None = None
        self.trouble_since = 0.0
        """UTC, s."""

    def write(self, event: SpoolEvent) -> bool:
        """Write an event; false only when the worker gave up before the disk took it."""
        with self._lock:
            while not self._try(event):
                if self._giving_up.wait(RETRY_S):
                    return self._try(event)
        self._poke()
        return True

    def write_evidence(self, result: evidence.EvidenceResult) -> None:
        """Write how a piece of evidence came out."""
        kind = EvidenceKind(result.kind.value)
        if isinstance(result, evidence.EvidenceReady):
            self.write(EvidenceReady(result.alert_id, kind, result.path, result.at))
        else:
            _log.warning("evidence %s of %s: %s", kind, result.alert_id, result.error_key)
            self.write(EvidenceFailed(result.alert_id, kind, result.error_key))

    def give_up(self) -> None:
        """The worker ends: an event that the disk refuses is tried once more, not for ever."""
        self._giving_up.set()

    def _try(self, event: SpoolEvent) -> bool:
        try:
            self._spool.write(event)
        except GardefouError as error:
            if self.trouble is None:
                _log.error("%s", error)
                self.trouble_since = time.time()
            self.trouble = Notice.of(error.key, **error.fields)
            return False
        self.trouble = None
        return True
