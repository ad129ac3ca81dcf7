"""Findings, requests, holds, drills and labels in the database; the rules are in governance."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gardefou.errors import StorageError, UnknownAlertError
from gardefou.situations.situation import Situation
from gardefou.storage.database import Database
from gardefou.storage.models import AlertRow, ReviewRow
from gardefou.storage.paper_models import DrillRow, FindingRow, LabelRow, RequestHoldRow, RequestRow
from gardefou.storage.paper_records import (
    DrillPlan,
    DrillRecord,
    DrillResult,
    FindingRecord,
    FindingStatus,
    Observed,
    RefusalGround,
    RequestHold,
    RequestKind,
    RequestRecord,
    RequestState,
    ReviewLabel,
)
from gardefou.storage.records import Mode
from gardefou.storage.request_holds import held_by_request
from gardefou.storage.review import ReviewState


class Papers:
    """The records of accountability, beside the alerts; every call is one transaction.

    Every call raises `StorageError` when the database cannot be used, and for a number that is not
    there.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # Findings

    def open_findings(self, observed: Iterable[Observed], at: float) -> list[FindingRecord]:
        """Open what is not known yet; the answer holds the new findings only."""
        opened = []
        with self._database.writing() as session:
            for each in observed:
                known = session.scalars(
                    select(FindingRow.number).where(
                        FindingRow.kind == each.kind, FindingRow.object_ref == each.object_ref
                    )
                ).one_or_none()
                if known is not None:
                    continue
                row = FindingRow(
                    kind=each.kind,
                    object_ref=each.object_ref,
                    fields=dict(each.fields),
                    opened_at=at,
                    status=FindingStatus.OPEN,
                )
                session.add(row)
                session.flush()
                opened.append(_finding(row))
        return opened

    def is_known(self, observed: Observed) -> bool:
        """Whether a finding of this kind and object is there, answered or not."""
        question = select(FindingRow.number).where(
            FindingRow.kind == observed.kind, FindingRow.object_ref == observed.object_ref
        )
        with self._database.reading() as session:
            return session.scalars(question).one_or_none() is not None

    def findings(self) -> list[FindingRecord]:
        """Every finding, the oldest first."""
        with self._database.reading() as session:
            rows = session.scalars(select(FindingRow).order_by(FindingRow.number))
            return [_finding(row) for row in rows]

    def finding(self, number: int) -> FindingRecord:
        """One finding."""
        with self._database.reading() as session:
            return _finding(_found(session, FindingRow, number))

    def answer_finding(
        self, number: int, answer: str, answered_by: str, minutes: str, at: float
    ) -> FindingRecord:
        """Answer a finding once."""
        with self._database.writing() as session:
            row = _found(session, FindingRow, number)
            if row.status is not FindingStatus.OPEN:
                raise StorageError("findings.answered_before", number=number)
            row.status = FindingStatus.ANSWERED
            row.answer, row.answered_by, row.minutes, row.answered_at = (
                answer,
                answered_by,
                minutes,
                at,
            )
            session.flush()
            return _finding(row)

    # Requests of residents

    def add_request(
        self,
        kind: RequestKind,
        reference: str,
        camera_id: str,
        span: tuple[float, float],
        received_at: float,
        at: float,
    ) -> RequestRecord:
        """Take a request in and hold what it may be about, both or neither."""
        with self._database.writing() as session:
            hold = _new_hold(session, camera_id, *span, f"request:{reference}", at)
            row = RequestRow(
                kind=kind,
                reference=reference,
                camera_id=camera_id,
                start=span[0],
                end=span[1],
                received_at=received_at,
                state=RequestState.OPEN,
                hold=hold.number,
            )
            session.add(row)
            session.flush()
            return _request(row)

    def requests(self) -> list[RequestRecord]:
        """Every request, the oldest first."""
        with self._database.reading() as session:
            rows = session.scalars(select(RequestRow).order_by(RequestRow.number))
            return [_request(row) for row in rows]

    def request(self, number: int) -> RequestRecord:
        """One request."""
        with self._database.reading() as session:
            return _request(_found(session, RequestRow, number))

    def extend_request(self, number: int, reason: str) -> RequestRecord:
        """Note why an answer takes longer; once only."""
        with self._database.writing() as session:
            row = _open_request(session, number)
            if row.extension is not None:
                raise StorageError("rights.extended_before", number=number)
            row.extension = reason
            session.flush()
            return _request(row)

    def close_request(
        self,
        number: int,
        words: str,
        closed_by: str,
        at: float,
        ground: RefusalGround | None = None,
    ) -> RequestRecord:
        """Answer a request, or refuse it when a ground is given."""
        with self._database.writing() as session:
            row = _open_request(session, number)
            row.state = RequestState.ANSWERED if ground is None else RequestState.REFUSED
            row.ground, row.words, row.closed_at, row.closed_by = ground, words, at, closed_by
            session.flush()
            return _request(row)

    def holds(self, at: float) -> list[RequestHold]:
        """The holds that stand at a time, UTC s."""
        question = (
            select(RequestHoldRow)
            .where((RequestHoldRow.released_at.is_(None)) | (RequestHoldRow.released_at > at))
            .order_by(RequestHoldRow.number)
        )
        with self._database.reading() as session:
            return [_hold(row) for row in session.scalars(question)]

    def held(self, at: float) -> list[UUID]:
        """The alerts that requests hold at a time, the oldest first, UTC s."""
        question = (
            select(AlertRow.id).where(held_by_request(at)).order_by(AlertRow.opened_at, AlertRow.id)
        )
        with self._database.reading() as session:
            return list(session.scalars(question))

    def release_hold(self, number: int, at: float) -> None:
        """Let a hold end at a time, which may be still to come, UTC s."""
        with self._database.writing() as session:
            _found(session, RequestHoldRow, number).released_at = at

    # Drills

    def add_drill(self, plan: DrillPlan, at: float) -> DrillRecord:
        """Announce a drill; ``at`` now, UTC s."""
        with self._database.writing() as session:
            row = DrillRow(
                camera_id=plan.camera_id,
                situation=plan.situation,
                at=plan.at,
                window_s=plan.window_s,
                test_object=plan.test_object,
                light=plan.light,
                place=plan.place,
                planned_by=plan.planned_by,
                planned_at=at,
            )
            session.add(row)
            session.flush()
            return _drill(row)

    def drills(self) -> list[DrillRecord]:
        """Every drill, the oldest first."""
        with self._database.reading() as session:
            return [_drill(row) for row in session.scalars(select(DrillRow).order_by(DrillRow.at))]

    def drill(self, number: int) -> DrillRecord:
        """One drill."""
        with self._database.reading() as session:
            return _drill(_found(session, DrillRow, number))

    def end_drill(
        self,
        number: int,
        result: DrillResult,
        alert_id: UUID | None = None,
        delay_s: float | None = None,
    ) -> DrillRecord:
        """Note how a drill ended; once only."""
        with self._database.writing() as session:
            row = _found(session, DrillRow, number)
            if row.result is not None:
                raise StorageError("measures.ended_before", number=number)
            row.result, row.alert_id, row.delay_s = result, alert_id, delay_s
            session.flush()
            return _drill(row)

    # Labels and counts

    def label(self, alert_id: UUID, label: ReviewLabel, by: str, at: float) -> None:
        """Put a label on an alert; harmless when repeated. Raises `UnknownAlertError`."""
        with self._database.writing() as session:
            if session.get(AlertRow, alert_id) is None:
                raise UnknownAlertError("storage.unknown_alert", id=alert_id)
            if session.get(LabelRow, (alert_id, label)) is None:
                session.add(
                    LabelRow(alert_id=alert_id, label=label, labelled_by=by, labelled_at=at)
                )

    def labels(self, alert_ids: Collection[UUID]) -> dict[UUID, list[ReviewLabel]]:
        """The labels of some alerts; those without one are not named."""
        question = select(LabelRow.alert_id, LabelRow.label).where(LabelRow.alert_id.in_(alert_ids))
        found: dict[UUID, list[ReviewLabel]] = {}
        if alert_ids:
            with self._database.reading() as session:
                for alert_id, label in session.execute(question):
                    found.setdefault(alert_id, []).append(label)
        return found

    def labelled(self, label: ReviewLabel) -> dict[Situation, int]:
        """How many alerts that are kept carry a label, by situation."""
        question = (
            select(AlertRow.situation, func.count())
            .join(LabelRow, LabelRow.alert_id == AlertRow.id)
            .where(LabelRow.label == label)
            .group_by(AlertRow.situation)
        )
        with self._database.reading() as session:
            return {row[0]: row[1] for row in session.execute(question)}

    def verdicts(
        self, modes: Sequence[Mode] = (Mode.OPERATIONAL,)
    ) -> list[tuple[str, Situation, ReviewState, float, UUID]]:
        """Camera, situation, state of review, opening (UTC s) and id of each kept alert."""
        question = (
            select(
                AlertRow.camera_id,
                AlertRow.situation,
                AlertRow.review_state,
                AlertRow.opened_at,
                AlertRow.id,
            )
            .where(AlertRow.mode.in_(sorted(modes)))
            .order_by(AlertRow.opened_at, AlertRow.id)
        )
        with self._database.reading() as session:
            return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(question)]

    def first_review_delays(
        self, modes: Sequence[Mode] = (Mode.OPERATIONAL,)
    ) -> list[tuple[Situation, float]]:
        """How long each reviewed alert waited for its first review, s; by whom is not asked."""
        question = (
            select(AlertRow.situation, ReviewRow.reviewed_at - AlertRow.opened_at)
            .join(ReviewRow, ReviewRow.alert_id == AlertRow.id)
            .where(AlertRow.mode.in_(sorted(modes)), ReviewRow.number == 1)
            .order_by(AlertRow.opened_at, AlertRow.id)
        )
        with self._database.reading() as session:
            return [(row[0], row[1]) for row in session.execute(question)]

    def overlapping(self, camera_id: str, start: float, end: float) -> list[UUID]:
        """Alerts of a camera that were open between two times, the oldest first, UTC s."""
        closed = func.coalesce(AlertRow.closed_at, AlertRow.opened_at)
        question = (
            select(AlertRow.id)
            .where(AlertRow.camera_id == camera_id, AlertRow.opened_at <= end, closed >= start)
            .order_by(AlertRow.opened_at, AlertRow.id)
        )
        with self._database.reading() as session:
            return list(session.scalars(question))


def _new_hold(
    session: Session, camera_id: str, start: float, end: float, reason: str, at: float
) -> RequestHoldRow:
    row = RequestHoldRow(
        camera_id=camera_id, start=start, end=end, reason=reason[:200], placed_at=at
    )
    session.add(row)
    session.flush()
    return row


LARGEST_NUMBER: Final = 2**63 - 1
"""Largest whole number that the database can be asked for."""

_Row = TypeVar("_Row", FindingRow, RequestRow, RequestHoldRow, DrillRow)


def _found(session: Session, table: type[_Row], number: int) -> _Row:
    row = session.get(table, number) if abs(number) <= LARGEST_NUMBER else None
    if row is None:
        raise StorageError("findings.no_number", number=number, table=table.__tablename__)
    return row


def _open_request(session: Session, number: int) -> RequestRow:
    row = _found(session, RequestRow, number)
    if row.state is not RequestState.OPEN:
        raise StorageError("rights.closed_before", number=number)
    return row


def _finding(row: FindingRow) -> FindingRecord:
    return FindingRecord(
        number=row.number,
        kind=row.kind,
        object_ref=row.object_ref,
        fields=dict(row.fields),
        opened_at=row.opened_at,
        status=row.status,
        answer=row.answer,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        minutes=row.minutes,
    )


def _hold(row: RequestHoldRow) -> RequestHold:
    return RequestHold(
        row.number, row.camera_id, row.start, row.end, row.reason, row.placed_at, row.released_at
    )


def _request(row: RequestRow) -> RequestRecord:
    return RequestRecord(
        number=row.number,
        kind=row.kind,
        reference=row.reference,
        camera_id=row.camera_id,
        start=row.start,
        end=row.end,
        received_at=row.received_at,
        state=row.state,
        hold=row.hold,
        extension=row.extension,
        ground=row.ground,
        words=row.words,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
    )


def _drill(row: DrillRow) -> DrillRecord:
    plan = DrillPlan(
        camera_id=row.camera_id,
        situation=row.situation,
        at=row.at,
        window_s=row.window_s,
        test_object=row.test_object,
        light=row.light,
        place=row.place,
        planned_by=row.planned_by,
    )
    return DrillRecord(row.number, plan, row.planned_at, row.result, row.alert_id, row.delay_s)
