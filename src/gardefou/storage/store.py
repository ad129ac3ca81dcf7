"""The store: alerts, their evidence and their reviews, in one database."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from uuid import UUID

from gardefou.alerting.alert import Alert
from gardefou.errors import UnknownAlertError
from gardefou.situations.situation import Situation
from gardefou.storage import erasing, holds, line_counts, reading, shift, writing
from gardefou.storage.database import BUSY_S, Database
from gardefou.storage.erasing import Erasing
from gardefou.storage.events import EvidenceFailed, EvidenceReady, SpoolEvent
from gardefou.storage.holds import Hold
from gardefou.storage.line_counts import LineCountRecord
from gardefou.storage.mapping import alert_record, review_record
from gardefou.storage.papers import Papers
from gardefou.storage.records import AlertRecord, CloseReason, Cursor, EvidenceKind, Mode
from gardefou.storage.review import FollowUp, Review, ReviewState, Verdict, VerdictCounts
from gardefou.storage.shift import Decided
from gardefou.storage.writing import Applied, Outcome

PAGE: int = 50
"""Alerts on a page, unless the caller asks for another number."""


class Store:
    """Where alerts last; safe to use from several threads and processes at once.

    Every call is one transaction and what it wrote is on the disk when it returns. Every call
    raises `StorageError` when the database cannot be used (`StorageBusyError` when another process
    holds it: the call may be repeated). ``clock`` tells UTC seconds: by it, requests' holds end.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    @classmethod
    def open(
        cls,
        url_or_path: str | Path,
        busy_s: float = BUSY_S,
        clock: Callable[[], float] = time.time,
    ) -> Store:
        """Open the database, creating it or bringing it to the current form.

        ``busy_s`` how long a call waits for another process, s.
        """
        return cls(Database.open(url_or_path, busy_s), clock)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The database file."""
        return self._database.path

    @property
    def papers(self) -> Papers:
        """Findings, requests of residents, drills and labels, in the same database."""
        return Papers(self._database)

    def close(self) -> None:
        """Close the connections; the store cannot be used after it."""
        self._database.close()

    # What the workers tell

    def apply(self, events: Sequence[tuple[SpoolEvent, Mode]]) -> list[Applied]:
        """Record events in their order, all in one transaction; say what became of each."""
        with self._database.writing() as session:
            return writing.apply_all(session, events)

    def record_opened(self, alert: Alert, mode: Mode) -> bool:
        """Add an alert; False when it was there already (or was erased)."""
        with self._database.writing() as session:
            return writing.open_alert(session, alert, mode) is Outcome.RECORDED

    def record_closed(
        self, alert_id: UUID, closed_at: float, reason: CloseReason = CloseReason.ENDED
    ) -> bool:
        """Close an alert; False when it was closed already. Raises `UnknownAlertError`."""
        with self._database.writing() as session:
            return _done(writing.close_alert(session, alert_id, closed_at, reason), alert_id)

    def attach_evidence(self, alert_id: UUID, kind: EvidenceKind, path: str, at: float) -> bool:
        """Note where a piece of evidence stands; False when one of its kind was there already.

        ``path`` relative to the evidence folder. Raises `UnknownAlertError`, and `ValueError` for
        a path that leaves the folder.
        """
        ready = EvidenceReady(alert_id, kind, path, at)
        with self._database.writing() as session:
            return _done(writing.attach(session, ready), alert_id)

    def evidence_failed(self, alert_id: UUID, kind: EvidenceKind, error_key: str) -> bool:
        """Note why a piece could not be made; False when known. Raises `UnknownAlertError`."""
        failed = EvidenceFailed(alert_id, kind, error_key)
        with self._database.writing() as session:
            return _done(writing.note_failure(session, failed), alert_id)

    # What the operators decide

    def review(
        self,
        alert_id: UUID,
        verdict: Verdict,
        follow_up: FollowUp,
        reviewer: str,
        at: float,
        *,
        seen: int,
    ) -> Review:
        """Add a decision; earlier ones are kept and the latest counts.

        ``seen`` the `review_count` of the record that the operator looked at. Raises
        `ReviewConflictError` when somebody decided since, `UnknownAlertError` for no such alert.
        """
        review = Review(seen + 1, verdict, follow_up, reviewer, at)
        with self._database.writing() as session:
            writing.add_review(session, alert_id, review, seen)
        return review

    def reviews(self, alert_id: UUID) -> list[Review]:
        """Every decision about an alert, the oldest first."""
        with self._database.reading() as session:
            return [review_record(row) for row in session.scalars(reading.history(alert_id))]

    def decided_by(self, reviewer: str, since: float) -> list[Decided]:
        """One person's latest decision on each alert they decided since a time, UTC s."""
        with self._database.reading() as session:
            rows = session.execute(shift.decisions(reviewer, since)).all()
        return [Decided(row[0], row[1], row[2]) for row in rows]

    def waiting(self, since: float, limit: int) -> tuple[dict[Situation, int], list[AlertRecord]]:
        """Alerts opened since a time, UTC s, that nobody decided: how many, and the newest."""
        wanted = reading.Filter(states=(ReviewState.UNREVIEWED,), since=since)
        with self._database.reading() as session:
            counted = session.execute(shift.undecided(since)).all()
            rows = session.scalars(reading.page(wanted, None, limit))
            return {row[0]: row[1] for row in counted}, [alert_record(row) for row in rows]

    # What people look at

    def alert(self, alert_id: UUID) -> AlertRecord:
        """One alert; raises `UnknownAlertError`."""
        with self._database.reading() as session:
            row = session.scalars(reading.one(alert_id)).one_or_none()
            if row is None:
                raise UnknownAlertError("storage.unknown_alert", id=alert_id)
            return alert_record(row)

    def alerts(
        self,
        *,
        states: Collection[ReviewState] = (),
        situations: Collection[Situation] = (),
        camera_ids: Collection[str] = (),
        modes: Collection[Mode] = (),
        since: float = -math.inf,
        before: Cursor | None = None,
        limit: int = PAGE,
    ) -> list[AlertRecord]:
        """A page of alerts, the newest first; an empty filter lets everything through.

        ``since`` earliest opening, UTC s; ``before`` the `cursor` of the last alert of the page
        before this one.
        """
        wanted = reading.Filter(states, situations, camera_ids, modes, since)
        with self._database.reading() as session:
            rows = session.scalars(reading.page(wanted, before, limit))
            return [alert_record(row) for row in rows]

    def open_alerts(self, camera_ids: Collection[str] = ()) -> list[AlertRecord]:
        """Alerts that have not closed, the oldest first; of all cameras when none is named."""
        with self._database.reading() as session:
            return [alert_record(row) for row in session.scalars(reading.still_open(camera_ids))]

    def verdict_counts(
        self, since: float, until: float, mode: Mode = Mode.OPERATIONAL
    ) -> dict[Situation, VerdictCounts]:
        """How the alerts opened in [since, until) of each situation were reviewed, UTC s.

        Unreviewed alerts are counted as that, never as true; a situation without alerts is there
        with zeros.
        """
        with self._database.reading() as session:
            rows = session.execute(reading.counts(since, until, mode)).all()
        return reading.by_situation([(row[0], row[1], row[2]) for row in rows])

    # What must go

    def erasable_alerts(self, before: float, limit: int = PAGE) -> list[AlertRecord]:
        """The oldest alerts that opened before a time, UTC s, and that no hold lasts on."""
        with self._database.reading() as session:
            rows = session.scalars(reading.erasable(before, limit, self._clock()))
            return [alert_record(row) for row in rows]

    def erasable_evidence(self, before: float, limit: int = PAGE) -> list[AlertRecord]:
        """The oldest of these that still have evidence."""
        with self._database.reading() as session:
            rows = session.scalars(reading.with_erasable_evidence(before, limit, self._clock()))
            return [alert_record(row) for row in rows]

    def held_before(self, time: float) -> int:
        """How many alerts that opened before a time, UTC s, stay because of a hold."""
        with self._database.reading() as session:
            return session.scalars(reading.held_before(time, self._clock())).one()

    def erase_alert(self, alert_id: UUID, at: float) -> bool:
        """Erase an alert with its reviews; False when it is not there.

        Its files are listed in `files_to_purge`. Nothing told late about it brings it back. Raises
        `HeldError` while a hold lasts on it.
        """
        with self.destroying() as erase:
            return erase.alert(alert_id, at)

    def erase_evidence(
        self,
        alert_id: UUID,
        error_key: str,
        kinds: Collection[EvidenceKind] = tuple(EvidenceKind),
    ) -> bool:
        """Take an alert's evidence away and keep the alert; False when it had none of ``kinds``.

        ``error_key`` is the catalogue key that says why; files are listed in `files_to_purge`.
        Raises `HeldError` while a hold lasts on it.
        """
        with self.destroying() as erase:
            return erase.evidence(alert_id, error_key, kinds)

    @contextmanager
    def destroying(self) -> Iterator[Erasing]:
        """Erase under one lock, all of it or nothing; no hold is placed meanwhile.

        An error that leaves the block undoes what was erased in it.
        """
        with self._database.writing() as session:
            yield Erasing(session, self._clock)

    @property
    def carried_out(self) -> UUID | None:
        """The destruction that was carried out last."""
        with self._database.reading() as session:
            return erasing.last_carried_out(session)

    def place_hold(self, hold: Hold) -> None:
        """Keep what a procedure claims from being destroyed; raises `StorageError`."""
        with self._database.writing() as session:
            holds.place(session, hold)

    def lift_hold(self, hold_id: UUID, by: str, at: float) -> bool:
        """End a hold; False when it was lifted already. Raises `StorageError` for no such hold."""
        with self._database.writing() as session:
            return holds.lift(session, hold_id, by, at)

    def holds(self, lasting: bool = True) -> list[Hold]:
        """The holds that last, or all there ever were, the oldest first."""
        with self._database.reading() as session:
            return [holds.record(row) for row in session.scalars(holds.every(lasting))]

    def is_held(self, alert_id: UUID) -> bool:
        """Whether a hold lasts on an alert."""
        with self._database.reading() as session:
            return holds.held(session, alert_id, self._clock())

    # What is counted

    def line_counts(
        self,
        camera_ids: Collection[str] = (),
        since: float = -math.inf,
        until: float = math.inf,
    ) -> list[LineCountRecord]:
        """Passages by quarter in [since, until), UTC s, the oldest first.

        Nothing of a quarter that ended less than an hour ago, by the store's own clock.
        """
        question = line_counts.readable(self._clock(), camera_ids, since, until)
        with self._database.reading() as session:
            return [line_counts.as_record(row) for row in session.scalars(question)]

    def line_counts_before(self, time: float) -> int:
        """How many counts are of quarters that began before a time, UTC s."""
        with self._database.reading() as session:
            return line_counts.number_before(session, time)

    def files_to_purge(self, limit: int = PAGE) -> list[str]:
        """Files of erased alerts that still have to be deleted, relative to the evidence folder."""
        with self._database.reading() as session:
            return list(session.scalars(reading.to_purge(limit)))

    def purged(self, paths: Collection[str]) -> None:
        """Say that these files are gone from the disk."""
        with self._database.writing() as session:
            writing.forget_files(session, paths)


def _done(outcome: Outcome, alert_id: UUID) -> bool:
    if outcome in (Outcome.WAITING, Outcome.ERASED):
        raise UnknownAlertError("storage.unknown_alert", id=alert_id)
    return outcome is Outcome.RECORDED
