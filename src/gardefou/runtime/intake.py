"""From the spool to the store: alerts and evidence recorded once, orphans closed, watchers told."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from gardefou.alerting.alert import AlertOpened
from gardefou.capture.notice import Notice
from gardefou.errors import GardefouError, JournalError, StorageError
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.runtime.bus import AlertChange, AlertChanged, InMemoryEventBus
from gardefou.storage.events import (
    AlertInterrupted,
    EvidenceFailed,
    EvidenceReady,
    SpoolEvent,
    alert_id_of,
)
from gardefou.storage.records import CloseReason
from gardefou.storage.spool import IngestReport, SpoolReader
from gardefou.storage.store import Store

LOOK_S: Final = 1.0
"""How often the spool is looked at when nobody says that something came, s."""

RETRY_S: Final = 1.0
"""Pause after the store refused, s."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Orphans:
    """Cameras whose worker died; what was open by ``at`` (UTC, s) is nobody's any more."""

    cameras: frozenset[str]
    at: float


class Intake:
    """Reads the spool in a thread of its own; what the store refuses stays and is tried again."""

    def __init__(
        self, spool: SpoolReader, store: Store, journal: Journal, bus: InMemoryEventBus
    ) -> None:
        self._spool = spool
        self._store = store
        self._journal = journal
        self._bus = bus
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._stopped = threading.Event()
        self._orphans: list[_Orphans] = []
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self.trouble: Notice | None = None

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Take in what is there, then end."""
        self._stopped.set()
        self._news.set()
        self._thread.join()
        self.take_in()

    def poke(self) -> None:
        """Something was written."""
        self._news.set()

    def orphan(self, cameras: Collection[str], at: float) -> None:
        """A worker died: take in what it wrote, then close its open alerts as interrupted.

        Where the store is away this is done as soon as it is back.
        """
        if self.take_in() and self._close_open(frozenset(cameras), None, at):
            return
        with self._lock:
            self._orphans.append(_Orphans(frozenset(cameras), at))

    def take_in(self) -> bool:
        """Record all that is in the spool now; false when the store or journal refused."""
        with self._lock:
            try:
                while True:
                    report = self._spool.ingest(self._store)
                    self._publish(report)
                    self._set_aside(report)
                    if not report.more:
                        break
            except (StorageError, JournalError) as error:
                self._note(error)
                return False
            self.trouble = None
            return True

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._news.wait(LOOK_S)
            self._news.clear()
            if not self.take_in():
                self._stopped.wait(RETRY_S)
            elif self._orphans:
                self._close_waiting()

    def _close_waiting(self) -> None:
        with self._lock:
            waiting, self._orphans = self._orphans, []
        for each in waiting:
            if not self._close_open(each.cameras, each.at, each.at):
                with self._lock:
                    self._orphans.append(each)

    def _close_open(self, cameras: frozenset[str], before: float | None, at: float) -> bool:
        try:
            for record in self._store.open_alerts(cameras):
                if before is None or record.opened_at <= before:
                    closed_at = max(at, record.opened_at)
                    self._store.record_closed(record.id, closed_at, CloseReason.INTERRUPTED)
                    self._bus.publish(AlertChanged(record.id, AlertChange.CLOSED))
        except StorageError as error:
            self._note(error)
            return False
        return True

    def _publish(self, report: IngestReport) -> None:
        for event in report.recorded:
            self._bus.publish(AlertChanged(alert_id_of(event), _change(event)))

    def _set_aside(self, report: IngestReport) -> None:
        """Journal each file that is no event, then move it out of the way."""
        for bad in report.rejected:
            details = {"reason": bad.reason("en")}
            entry = Entry(SOFTWARE, Operation.REJECTED_FILE, f"spool:{bad.name}", details=details)
            self._journal.append(entry)
            self._spool.set_aside(bad)

    def _note(self, error: GardefouError) -> None:
        if self.trouble is None:
            _log.error("%s", error)
        self.trouble = Notice.of(error.key, **error.fields)


def _change(event: SpoolEvent) -> AlertChange:
    match event:
        case AlertOpened():
            return AlertChange.OPENED
        case EvidenceReady() | EvidenceFailed():
            return AlertChange.EVIDENCE
        case AlertInterrupted():
            return AlertChange.CLOSED
        case _:
            return AlertChange.CLOSED


def utc_now() -> float:
    """This moment, seconds since the Unix epoch."""
    return time.time()
