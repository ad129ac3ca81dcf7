"""Alerts: the list, one alert, a decision about it."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from gardefou.errors import ReviewConflictError
from gardefou.governance.roles import Action
from gardefou.governance.viewing import VIEW_SPAN_S, VIEWS_AN_HOUR, Purpose
from gardefou.runtime.bus import AlertChange, AlertChanged
from gardefou.situations.situation import Situation
from gardefou.storage.records import AlertRecord, Cursor
from gardefou.storage.review import ReviewState
from gardefou.web.access import Person, require
from gardefou.web.api.context import Context, InContext
from gardefou.web.api.convert import alert_view
from gardefou.web.api.models import (
    MOTIVE_SHORTEST,
    AlertPage,
    AlertView,
    ReviewRequest,
    TextKey,
    ViewGranted,
    ViewRequest,
)
from gardefou.web.problems import RefusedError, stored

LONGEST_PAGE = 200
"""Most alerts in one answer."""

PAGE = 50
"""Alerts in one answer unless asked otherwise."""

router = APIRouter(prefix="/api/alerts", tags=["alerts"])


@router.get("", dependencies=[require(Action.SEE_ALERTS, by_itself=True)])
def list_alerts(
    context: InContext,
    state: Annotated[list[ReviewState] | None, Query(max_length=len(ReviewState))] = None,
    camera: Annotated[str | None, Query(max_length=200)] = None,
    situation: Situation | None = None,
    before: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = PAGE,
) -> AlertPage:
    """Alerts from the newest to the oldest; an absent filter lets everything through."""
    with stored():
        records = context.services.store.alerts(
            states=state or (),
            camera_ids=() if camera is None else (camera,),
            situations=() if situation is None else (situation,),
            before=_cursor(before),
            limit=limit,
        )
        views = shown(context, records)
    more = len(records) == limit
    return AlertPage(
        alerts=views,
        next=str(records[-1].cursor) if more else None,
    )


@router.get("/{alert_id}", dependencies=[require(Action.SEE_ALERTS)])
def get_alert(context: InContext, alert_id: UUID) -> AlertView:
    """One alert as it is now."""
    return _one(context, alert_id)


@router.post("/{alert_id}/review")
def review_alert(
    context: InContext,
    alert_id: UUID,
    request: ReviewRequest,
    person: Annotated[Person, require(Action.REVIEW)],
) -> AlertView:
    """Decide about an alert; 409 when somebody else decided since it was looked at."""
    reviewer = person.name(request.reviewer)
    record = find_alert(context, alert_id)
    if record.review_count != request.seen_reviews:
        raise _conflict(record)
    services = context.services
    context.trail.reviewing(person.actor(reviewer), alert_id, request)
    try:
        with stored():
            services.store.review(
                alert_id,
                request.verdict,
                request.follow_up,
                reviewer,
                services.clock(),
                seen=request.seen_reviews,
            )
    except ReviewConflictError as error:
        raise _conflict(find_alert(context, alert_id)) from error
    services.events.publish(AlertChanged(alert_id, AlertChange.REVIEWED))
    return _one(context, alert_id)


@router.post("/{alert_id}/view")
def view_alert(
    context: InContext,
    alert_id: UUID,
    request: ViewRequest,
    person: Annotated[Person, require(Action.SEE_IMAGES)],
) -> ViewGranted:
    """Say why the pictures of an alert are looked at; for a while they may be."""
    find_alert(context, alert_id)
    motive = motive_of(request.purpose, request.motive)
    actor = person.actor(None)
    count_view(context, actor)
    context.viewings.begin(actor, f"alert:{alert_id}", motive)
    return ViewGranted(until=context.services.clock() + VIEW_SPAN_S)


def motive_of(purpose: Purpose | None, words: str) -> str:
    """The motive for the journal; refuses one that says too little."""
    if purpose is None:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, "accounts.refused.purpose")
    if purpose.needs_words and len(words) < MOTIVE_SHORTEST:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, "accounts.refused.words")
    return purpose.motive(words)


def count_view(context: Context, actor: str) -> None:
    """Count a view; refuses when somebody looks at more than their work can need."""
    if not context.viewings.count(actor):
        if context.viewings.is_news(actor):
            context.trail.refusing_views(actor, VIEWS_AN_HOUR)
        raise RefusedError(
            HTTPStatus.TOO_MANY_REQUESTS, "accounts.refused.too_many", most=VIEWS_AN_HOUR
        )


def find_alert(context: Context, alert_id: UUID) -> AlertRecord:
    """The record of an alert; refuses with 404 when there is none."""
    with stored(alert_id):
        return context.services.store.alert(alert_id)


def shown(context: Context, records: Sequence[AlertRecord]) -> list[AlertView]:
    """Alerts for the desk, with their labels; raises `StorageError`."""
    labels = context.services.store.papers.labels([each.id for each in records])
    return [alert_view(each, labels.get(each.id, ())) for each in records]


def _one(context: Context, alert_id: UUID) -> AlertView:
    with stored(alert_id):
        return shown(context, [find_alert(context, alert_id)])[0]


def _cursor(text: str | None) -> Cursor | None:
    if text is None:
        return None
    try:
        return Cursor.parse(text)
    except ValueError as error:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, "web.error.cursor") from error


def _conflict(record: AlertRecord) -> RefusedError:
    """Who decided what, meanwhile."""
    review = record.review
    if review is None:
        return RefusedError(HTTPStatus.CONFLICT, "web.error.unseen")
    return RefusedError(
        HTTPStatus.CONFLICT,
        "web.error.conflict",
        reviewer=review.reviewer,
        verdict=TextKey(f"storage.verdict.{review.verdict.value}"),
    )
