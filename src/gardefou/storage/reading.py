"""The questions asked of the tables; each is answered from an index."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, exists, func, not_, select, tuple_

from gardefou.situations.situation import Situation
from gardefou.storage.holds import is_held
from gardefou.storage.models import AlertRow, EvidenceRow, PurgeRow, ReviewRow
from gardefou.storage.records import Cursor, Mode
from gardefou.storage.review import ReviewState, VerdictCounts


@dataclass(frozen=True, slots=True)
class Filter:
    """Which alerts a list shows; an empty collection lets everything through."""

    states: Collection[ReviewState] = ()
    situations: Collection[Situation] = ()
    camera_ids: Collection[str] = ()
    modes: Collection[Mode] = ()
    since: float = -math.inf


def one(alert_id: UUID) -> Select[AlertRow]:
    """One alert."""
    return select(AlertRow).where(AlertRow.id == alert_id)


def page(wanted: Filter, before: Cursor | None, limit: int) -> Select[AlertRow]:
    """A page of alerts, the newest first."""
    query = select(AlertRow)
    for column, values in (
        (AlertRow.review_state, wanted.states),
        (AlertRow.situation, wanted.situations),
        (AlertRow.camera_id, wanted.camera_ids),
        (AlertRow.mode, wanted.modes),
    ):
        if values:
            query = query.where(column.in_(sorted(values)))
    if wanted.since > -math.inf:
        query = query.where(AlertRow.opened_at >= wanted.since)
    if before is not None:
        place = tuple_(AlertRow.opened_at, AlertRow.id)
        query = query.where(place < (before.opened_at, before.id))
    return query.order_by(AlertRow.opened_at.desc(), AlertRow.id.desc()).limit(limit)


def still_open(camera_ids: Collection[str]) -> Select[AlertRow]:
    """Alerts that have not closed, the oldest first."""
    query = select(AlertRow).where(AlertRow.closed_at.is_(None))
    if camera_ids:
        query = query.where(AlertRow.camera_id.in_(sorted(camera_ids)))
    return query.order_by(AlertRow.opened_at, AlertRow.id)


def history(alert_id: UUID) -> Select[ReviewRow]:
    """The decisions about an alert, the oldest first."""
    return select(ReviewRow).where(ReviewRow.alert_id == alert_id).order_by(ReviewRow.number)


def counts(since: float, until: float, mode: Mode) -> Select[Situation, ReviewState, int]:
    """How many alerts of each situation stand in each state of review."""
    return (
        select(AlertRow.situation, AlertRow.review_state, func.count())
        .where(AlertRow.mode == mode)
        .where(AlertRow.opened_at >= since, AlertRow.opened_at < until)
        .group_by(AlertRow.situation, AlertRow.review_state)
    )


def by_situation(
    rows: Iterable[tuple[Situation, ReviewState, int]],
) -> dict[Situation, VerdictCounts]:
    """The rows of `counts`, a figure for each of the eight situations."""
    found: dict[Situation, dict[str, int]] = {situation: {} for situation in Situation}
    for situation, state, count in rows:
        found[situation][state.value] = count
    return {situation: VerdictCounts(**counted) for situation, counted in found.items()}


def _older(time: float, limit: int) -> Select[AlertRow]:
    """The oldest alerts that opened before a time."""
    return (
        select(AlertRow)
        .where(AlertRow.opened_at < time)
        .order_by(AlertRow.opened_at, AlertRow.id)
        .limit(limit)
    )


def erasable(time: float, limit: int, now: float) -> Select[AlertRow]:
    """The oldest alerts that opened before a time and that nobody holds now."""
    return _older(time, limit).where(not_(is_held(now)))


def with_erasable_evidence(time: float, limit: int, now: float) -> Select[AlertRow]:
    """The oldest of these that still have evidence."""
    has = exists().where(EvidenceRow.alert_id == AlertRow.id, EvidenceRow.path.is_not(None))
    return erasable(time, limit, now).where(has)


def held_before(time: float, now: float) -> Select[int]:
    """How many alerts that opened before a time are held now."""
    held = select(func.count()).select_from(AlertRow)
    return held.where(AlertRow.opened_at < time, is_held(now))


def to_purge(limit: int) -> Select[str]:
    """Files that still have to be deleted."""
    return select(PurgeRow.path).order_by(PurgeRow.path).limit(limit)
