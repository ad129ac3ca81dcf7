"""From the spool to the store: alerts and evidence recorded once, orphans closed, watchers told."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from math import inf
from typing import Final
from uuid import UUID

from gardefou.alerting.alert import AlertOpened
from gardefou.capture.notice import Notice
from gardefou.errors import GardefouError, JournalError, StorageError
from gardefou.evidence.process import GRACE_S
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.runtime.bus import AlertChange, AlertChanged, InMemoryEventBus
from gardefou.runtime.home import Home
from gardefou.runtime.settling import settle_evidence, unsettled
from gardefou.runtime.withdrawals import Withdrawals
from gardefou.statistics.quarters import QuarterCounts
from gardefou.storage.events import AlertNews, EvidenceFailed, EvidenceReady, alert_id_of
from gardefou.storage.records import AlertRecord, CloseReason
from gardefou.storage.spool import IngestReport, SpoolReader
from gardefou.storage.store import Store

LOOK_S: Final = 1.0
"""How often the spool is looked at when nobody says that something came, s."""

RETRY_S: Final = 1.0
"""Pause after the store refused, s."""

SETTLE_S: Final = GRACE_S + 1.0
"""After a worker died its evidence process may still finish a file for so long, s."""

PROMPT_S: Final = 0.5
"""So soon after a worker's death, s, every open alert of its cameras is its own: the next one must
start, connect and watch before it opens any."""

AHEAD_S: Final = 5.0
"""A living stream's time may be ahead of the wall clock by so much, s."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Death:
    """Cameras (none: all) whose worker died at ``at`` (UTC, s) and ``moment`` (monotonic, s).

    Alerts are closed at once; the evidence of those that are ``unsettled`` is seen to when the
    evidence process has ended as well.
    """

    cameras: frozenset[str]
    at: float
    moment: float
    unsettled: list[UUID] | None = None


class Intake:
    """Reads the spool in a thread of its own; what the store refuses stays and is tried again.

    ``clock`` the wall clock, UTC s; ``pauses`` the one of refused withdrawals, monotonic seconds.
    """

    def __init__(
        self,
        home: Home,
        store: Store,
        journal: Journal,
        bus: InMemoryEventBus,
        clock: Callable[[], float] = time.time,
        pauses: Callable[[], float] = time.monotonic,
    ) -> None:
        self._home = home
        self._spool = SpoolReader(home.spool)
        self._store = store
        self._journal = journal
        self._bus = bus
        self._clock = clock
        self._lock = threading.Lock()
        self._doubt = threading.Event()
        self._news = threading.Event()
        self._stopped = threading.Event()
        self._deaths: list[_Death] = []
        self._withdrawals = Withdrawals(store, journal, home, pauses)
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self.trouble: Notice | None = None

    def start(self) -> None:
        """Close what an earlier life left open, then begin to read."""
        self._end_all()
        self._withdraw()
        self._thread.start()

    def stop(self) -> None:
        """Take in what is there, close what the workers left open, then end."""
        self._stopped.set()
        self._news.set()
        self._thread.join()
        self._end_all()
        self._withdraw()

    def poke(self) -> None:
        """Something was written."""
        self._news.set()

    @property
    def withdrawal_waits(self) -> Notice | None:
        """That evidence of a camera that moved could not be destroyed yet, and is tried again."""
        return self._withdrawals.trouble

    def withdraw_soon(self) -> None:
        """A camera was found to have moved: its doubtful evidence goes; returns at once."""
        self._doubt.set()
        self._news.set()

    def worker_died(self, cameras: Collection[str], at: float) -> None:
        """Close what a worker left open at ``at``, UTC s; returns at once.

        Its alerts are closed as interrupted after all that it wrote was taken in; where the store
        is away, as soon as it is back.
        """
        death = _Death(frozenset(cameras), at, time.monotonic())
        with self._lock:
            self._deaths.append(death)
        self._news.set()

    def take_in(self) -> bool:
        """Record all that is in the spool now; false when the store or journal refused."""
        try:
            with self._lock:
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
            try:
                if self._doubt.is_set() or self._withdrawals.is_due:
                    self._doubt.clear()
                    self._withdraw()
                done = self.take_in() and self._bury_dead()
            except Exception as error:
                # Whatever one event does to the store, the others must still be recorded.
                _log.exception("the intake's round failed")
                self.trouble = Notice.of("runtime.intake_fault", reason=type(error).__name__)
                done = False
            if not done:
                self._stopped.wait(RETRY_S)

    def _end_all(self) -> None:
        """No worker runs: whatever is open, of whichever camera, is nobody's any more."""
        now = self._clock()
        try:
            if self.take_in():
                self._interrupt(self._store.open_alerts(), now)
                self._settle(unsettled(self._store, (), inf))
                return
        except StorageError as error:
            self._note(error)
        self.worker_died((), now)

    def _bury_dead(self) -> bool:
        with self._lock:
            deaths = list(self._deaths)
        try:
            for death in deaths:
                self._bury(death)
        except StorageError as error:
            self._note(error)
            return False
        return True

    def _bury(self, death: _Death) -> None:
        age = time.monotonic() - death.moment
        if death.unsettled is None:
            until = inf if age < PROMPT_S else death.at
            orphans = self._store.open_alerts(death.cameras)
            self._interrupt([each for each in orphans if self._is_of(each, until)], death.at)
            death.unsettled = unsettled(self._store, death.cameras, until)
        if age >= SETTLE_S:
            self._settle(death.unsettled)
            with self._lock:
                self._deaths.remove(death)

    def _settle(self, alerts: Collection[UUID]) -> None:
        settled: list[UUID] = []
        try:
            settled.extend(settle_evidence(self._store, self._home, alerts))
        finally:  # Also of those before the one that the store refused.
            if settled:
                self._withdraw()  # It may be of a camera that was found to have moved meanwhile.
            for alert in settled:
                self._bus.publish(AlertChanged(alert, AlertChange.EVIDENCE))

    def _is_of(self, record: AlertRecord, until: float) -> bool:
        """Whether an open alert is of a worker that died by ``until``, not of the one after it.

        One from the future is: its worker's clock was set back since.
        """
        return record.opened_at <= until or record.opened_at > self._clock() + AHEAD_S

    def _interrupt(self, orphans: Collection[AlertRecord], at: float) -> None:
        for record in orphans:
            if self._store.record_closed(record.id, at, CloseReason.INTERRUPTED):
                self._bus.publish(AlertChanged(record.id, AlertChange.CLOSED))

    def _withdraw(self) -> None:
        """Destroy what cameras that moved recorded since their view was sure, and tell of it."""
        for alert in self._withdrawals.run():
            self._bus.publish(AlertChanged(alert, AlertChange.EVIDENCE))

    def _publish(self, report: IngestReport) -> None:
        if any(isinstance(event, EvidenceReady) for event in report.recorded):
            self._withdraw()  # As in `_settle`.
        for event in report.recorded:
            if isinstance(event, QuarterCounts):  # Nobody hears of a count in the same hour.
                continue
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


def _change(event: AlertNews) -> AlertChange:
    if isinstance(event, AlertOpened):
        return AlertChange.OPENED
    if isinstance(event, EvidenceReady | EvidenceFailed):
        return AlertChange.EVIDENCE
    return AlertChange.CLOSED
