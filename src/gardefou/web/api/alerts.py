"""Alerts: the list, one alert, a decision about it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from gardefou.errors import ReviewConflictError
from gardefou.runtime.bus import AlertChange, AlertChanged
from gardefou.situations.situation import Situation
from gardefou.storage.records import AlertRecord, Cursor
from gardefou.storage.review import ReviewState
from gardefou.web.api.context import Context, InContext
from gardefou.web.api.convert import alert_view
from gardefou.web.api.models import AlertPage, AlertView, ReviewRequest, TextKey
from gardefou.web.problems import RefusedError, stored

LONGEST_PAGE = 200
"""Most alerts in one answer."""

PAGE = 50
"""Alerts in one answer unless asked otherwise."""

router = APIRouter(prefix="/api/alerts", tags=["alerts"])


@router.get("")
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
    more = len(records) == limit
    return AlertPage(
        alerts=[alert_view(each) for each in records],
        next=str(records[-1].cursor) if more else None,
    )


@router.get("/{alert_id}")
def get_alert(context: InContext, alert_id: UUID) -> AlertView:
    """One alert as it is now."""
    return alert_view(find_alert(context, alert_id))


@router.post("/{alert_id}/review")
def review_alert(context: InContext, alert_id: UUID, request: ReviewRequest) -> AlertView:
    """Decide about an alert; 409 when somebody else decided since it was looked at."""
    record = find_alert(context, alert_id)
    if record.review_count != request.seen_reviews:
        raise _conflict(record)
    services = context.services
    context.trail.reviewing(alert_id, request)
    try:
        with stored():
            services.store.review(
                alert_id,
                request.verdict,
                request.follow_up,
                request.reviewer,
                services.clock(),
                seen=request.seen_reviews,
            )
    except ReviewConflictError as error:
        raise _conflict(find_alert(context, alert_id)) from error
    services.events.publish(AlertChanged(alert_id, AlertChange.REVIEWED))
    return alert_view(find_alert(context, alert_id))


def find_alert(context: Context, alert_id: UUID) -> AlertRecord:
    """The record of an alert; refuses with 404 when there is none."""
    with stored(alert_id):
        return context.services.store.alert(alert_id)


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
