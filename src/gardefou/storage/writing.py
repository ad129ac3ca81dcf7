"""What an event changes in the tables, within a transaction; the same event twice changes nothing.

Each function takes a session that holds the write lock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gardefou.alerting.alert import Alert, AlertClosed, AlertOpened
from gardefou.errors import ReviewConflictError, StorageError, UnknownAlertError
from gardefou.statistics.quarters import QuarterCounts
from gardefou.storage import line_counts
from gardefou.storage.events import AlertInterrupted, EvidenceFailed, EvidenceReady, SpoolEvent
from gardefou.storage.models import (
    NAME_LENGTH,
    AlertRow,
    ErasedRow,
    EvidenceRow,
    PurgeRow,
    ReviewRow,
)
from gardefou.storage.records import CloseReason, EvidenceKind, Mode
from gardefou.storage.review import Review


class Outcome(Enum):
    """What became of an event."""

    RECORDED = auto()
    """It changed the store."""
    REPEATED = auto()
    """The store knew it, or something that outranks it."""
    WAITING = auto()
    """Its alert has not been opened yet."""
    ERASED = auto()
    """Its alert was erased; evidence that came late is listed for deletion."""
    REFUSED = auto()
    """It breaks a rule of the tables."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one event of several; ``detail`` says why it was refused."""

    outcome: Outcome
    detail: str = ""


def apply_all(session: Session, events: Iterable[tuple[SpoolEvent, Mode]]) -> list[Applied]:
    """Record events in their order; one that is refused leaves the others in place."""
    results = []
    for event, mode in events:
        try:
            with session.begin_nested():
                results.append(Applied(apply_event(session, event, mode)))
        except IntegrityError as error:
            results.append(Applied(Outcome.REFUSED, str(error.orig)))
        except StorageError as error:
            results.append(Applied(Outcome.REFUSED, str(error)))
    return results


def apply_event(session: Session, event: SpoolEvent, mode: Mode) -> Outcome:
    """Record one event; nothing is lost when it comes too early, nothing doubles when twice."""
    match event:
        case QuarterCounts():
            known = not line_counts.record(session, event, mode)
            return Outcome.REPEATED if known else Outcome.RECORDED
        case AlertOpened(alert=alert):
            return open_alert(session, alert, mode)
        case AlertClosed(alert=alert, closed_at=at):
            return close_alert(session, alert.id, at, CloseReason.ENDED)
        case AlertInterrupted(alert_id=alert_id, at=at):
            return close_alert(session, alert_id, at, CloseReason.INTERRUPTED)
        case EvidenceReady():
            return attach(session, event)
        case EvidenceFailed():
            return note_failure(session, event)


def open_alert(session: Session, alert: Alert, mode: Mode) -> Outcome:
    """Add an alert, once."""
    known = _missing(session, alert.id)
    if known is not Outcome.WAITING:
        return known or Outcome.REPEATED
    check_alert(alert, mode)
    session.add(
        AlertRow(
            id=alert.id,
            mandate_id=alert.mandate_id,
            mode=mode,
            camera_id=alert.camera_id,
            situation=alert.situation,
            zone_id=alert.zone_id,
            region=[list(point) for point in alert.region],
            opened_at=alert.opened_at,
        )
    )
    session.flush()
    return Outcome.RECORDED


def close_alert(session: Session, alert_id: UUID, at: float, reason: CloseReason) -> Outcome:
    """Close an alert, once: the first closing counts.

    A clock that was set back does not close it before it opened.
    """
    row = session.get(AlertRow, alert_id)
    if row is None:
        return _missing(session, alert_id) or Outcome.WAITING
    if row.closed_at is not None:
        return Outcome.REPEATED
    row.closed_at = max(at, row.opened_at)
    row.close_reason = reason
    session.flush()
    return Outcome.RECORDED


def attach(session: Session, ready: EvidenceReady) -> Outcome:
    """Note where a piece of evidence stands; it replaces an earlier failure."""
    missing = _missing(session, ready.alert_id)
    if missing is not None:
        if missing is Outcome.ERASED:
            session.merge(PurgeRow(path=ready.path, alert_id=ready.alert_id))
            session.flush()
        return missing
    row = session.get(EvidenceRow, (ready.alert_id, ready.kind))
    if row is not None and row.path is not None:
        return Outcome.REPEATED
    if row is None:
        row = EvidenceRow(alert_id=ready.alert_id, kind=ready.kind)
        session.add(row)
    row.path, row.made_at, row.error_key = ready.path, ready.at, None
    session.flush()
    return Outcome.RECORDED


def note_failure(session: Session, failed: EvidenceFailed) -> Outcome:
    """Note why a piece of evidence could not be made, unless it was made after all."""
    missing = _missing(session, failed.alert_id)
    if missing is not None:
        return missing
    if session.get(EvidenceRow, (failed.alert_id, failed.kind)) is not None:
        return Outcome.REPEATED
    session.add(EvidenceRow(alert_id=failed.alert_id, kind=failed.kind, error_key=failed.error_key))
    session.flush()
    return Outcome.RECORDED


def add_review(session: Session, alert_id: UUID, review: Review, seen: int) -> None:
    """Add a decision; raises `ReviewConflictError` unless ``seen`` is the newest number."""
    check_length("reviewer", review.reviewer)
    row = session.get(AlertRow, alert_id)
    if row is None:
        raise UnknownAlertError("storage.unknown_alert", id=alert_id)
    if row.review_count != seen:
        latest = row.latest_review
        raise ReviewConflictError(
            "storage.review_conflict",
            id=alert_id,
            reviewer=latest.reviewer if latest else "",
            number=row.review_count,
        )
    session.add(
        ReviewRow(
            alert_id=alert_id,
            number=review.number,
            verdict=review.verdict,
            follow_up=review.follow_up,
            reviewer=review.reviewer,
            reviewed_at=review.at,
        )
    )
    row.review_state = review.verdict.state
    row.review_count = review.number
    session.flush()


def erase(session: Session, alert_id: UUID, at: float) -> bool:
    """Take an alert and its reviews out; list its files for deletion; remember only its id."""
    row = session.get(AlertRow, alert_id)
    if row is None:
        return False
    _list_files(session, row)
    session.add(ErasedRow(alert_id=alert_id, erased_at=at))
    session.execute(delete(AlertRow).where(AlertRow.id == alert_id))
    session.flush()
    return True


def erase_evidence(
    session: Session, alert_id: UUID, error_key: str, kinds: Collection[EvidenceKind]
) -> bool:
    """Take an alert's evidence of some kinds out; list its files for deletion; the alert stays."""
    row = session.get(AlertRow, alert_id)
    if row is None or not _list_files(session, row, kinds):
        return False
    for piece in row.evidence:
        if piece.path is not None and piece.kind in kinds:
            piece.path, piece.made_at, piece.error_key = None, None, error_key
    session.flush()
    return True


def _list_files(
    session: Session, row: AlertRow, kinds: Collection[EvidenceKind] = tuple(EvidenceKind)
) -> bool:
    """List an alert's files for deletion; whether it has any."""
    kept = [piece for piece in row.evidence if piece.kind in kinds]
    paths = [piece.path for piece in kept if piece.path is not None]
    for path in paths:
        session.merge(PurgeRow(path=path, alert_id=row.id))
    return bool(paths)


def forget_files(session: Session, paths: Collection[str]) -> None:
    """Take files off the list of those to delete."""
    session.execute(delete(PurgeRow).where(PurgeRow.path.in_(paths)))


def check_alert(alert: Alert, mode: Mode) -> None:
    """Raise `StorageError` for an alert that cannot be stored.

    It carries a mandate exactly when the mode asks for one, and its names have at most
    `NAME_LENGTH` characters.
    """
    for field in ("camera_id", "zone_id", "mandate_id"):
        check_length(field, getattr(alert, field) or "")
    if (mode is Mode.OPERATIONAL) != (alert.mandate_id is not None):
        raise StorageError("storage.mandate_mismatch", id=alert.id, mode=mode.value)


def check_length(field: str, name: str) -> None:
    """Raise `StorageError` for a name that does not fit its column."""
    if len(name) > NAME_LENGTH:
        raise StorageError("storage.too_long", field=field, length=len(name), most=NAME_LENGTH)


def _missing(session: Session, alert_id: UUID) -> Outcome | None:
    """Why an alert is not there: erased, or not opened yet; None when it is there."""
    if session.get(AlertRow, alert_id) is not None:
        return None
    if session.get(ErasedRow, alert_id) is not None:
        return Outcome.ERASED
    return Outcome.WAITING
