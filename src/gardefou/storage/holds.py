"""Holds: a procedure's or a request's claim on alerts, which no purge may override."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from gardefou.errors import HeldError, StorageError
from gardefou.storage.models import AlertRow, HoldRow
from gardefou.storage.request_holds import held_by_request
from gardefou.storage.writing import check_length

MARGIN_S: Final = 60.0
"""An alert's clip may show this much before or after its opening: a hold of a camera for a time
reaches so much further on both sides, s."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A claim on one alert, or on all alerts of a camera between two times.

    ``reference`` of the procedure or request, never empty; times UTC, s; ``lifted_at`` None while
    it lasts.
    """

    id: UUID
    reference: str
    placed_by: str
    placed_at: float
    alert_id: UUID | None = None
    camera_id: str | None = None
    since: float | None = None
    until: float | None = None
    lifted_by: str | None = None
    lifted_at: float | None = None

    @property
    def lasts(self) -> bool:
        """Whether it was not lifted yet."""
        return self.lifted_at is None


_NAMES: Final = tuple(field.name for field in fields(Hold))


def check(hold: Hold) -> None:
    """Raise `StorageError` for a hold without a reference, or of what cannot be held."""
    for field in ("reference", "camera_id", "placed_by"):
        check_length(field, getattr(hold, field) or "")
    if not hold.reference.strip():
        raise StorageError("storage.hold.no_reference")
    if (hold.alert_id is None) == (hold.camera_id is None):
        raise StorageError("storage.hold.no_object")
    times = (hold.since, hold.until)
    if (hold.camera_id is None) != (times == (None, None)):
        raise StorageError("storage.hold.no_time")
    if hold.since is not None and (hold.until is None or hold.until < hold.since):
        raise StorageError("storage.hold.no_time")


def place(session: Session, hold: Hold) -> None:
    """Add a hold; raises `StorageError` as `check` does."""
    check(hold)
    session.add(HoldRow(**{name: getattr(hold, name) for name in _NAMES}))
    session.flush()


def lift(session: Session, hold_id: UUID, by: str, at: float) -> bool:
    """End a hold; False when it was lifted already. Raises `StorageError` for no such hold."""
    check_length("lifted_by", by)
    row = session.get(HoldRow, hold_id)
    if row is None:
        raise StorageError("storage.hold.unknown", id=hold_id)
    if row.lifted_at is not None:
        return False
    row.lifted_by, row.lifted_at = by, at
    session.flush()
    return True


def every(lasting: bool) -> Select[HoldRow]:
    """All holds, or those that last, the oldest first."""
    query = select(HoldRow).order_by(HoldRow.placed_at, HoldRow.id)
    return query.where(HoldRow.lifted_at.is_(None)) if lasting else query


def record(row: HoldRow) -> Hold:
    """The record of a hold."""
    return Hold(**{name: getattr(row, name) for name in _NAMES})


def is_held(at: float) -> ColumnElement[bool]:
    """The condition that a legal hold lasts on an alert, or a request's at a time, UTC s."""
    lasts = HoldRow.lifted_at.is_(None)
    of_alert = exists().where(lasts, HoldRow.alert_id == AlertRow.id)
    of_camera = exists().where(
        lasts,
        HoldRow.camera_id == AlertRow.camera_id,
        HoldRow.since <= AlertRow.opened_at + MARGIN_S,
        HoldRow.until >= AlertRow.opened_at - MARGIN_S,
    )
    return or_(of_alert, of_camera, held_by_request(at))


def held(session: Session, alert_id: UUID, at: float) -> bool:
    """Whether a hold lasts on an alert at a time, UTC s."""
    found = session.scalars(select(AlertRow.id).where(and_(AlertRow.id == alert_id, is_held(at))))
    return found.first() is not None


def refuse_held(session: Session, alert_id: UUID, at: float) -> None:
    """Raise `HeldError` for an alert that must not be destroyed at a time, UTC s."""
    if held(session, alert_id, at):
        raise HeldError("storage.hold.held", id=alert_id)
