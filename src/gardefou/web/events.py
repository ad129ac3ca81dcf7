"""Server-sent events: alerts, cameras and the system, as they change."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Final
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import BaseModel

from gardefou.errors import StorageError
from gardefou.governance.roles import Action
from gardefou.runtime.bus import (
    AlertChanged,
    CameraHealth,
    HubEvent,
    Numbered,
    PresenceChanged,
    Resync,
    SystemState,
)
from gardefou.web.access import Person, may_still, require
from gardefou.web.api.alerts import shown
from gardefou.web.api.context import Context, InContext
from gardefou.web.api.convert import health_view, presence_view, system_view
from gardefou.web.api.models import (
    AlertEvent,
    AlertView,
    CameraHealthView,
    DeskNumber,
    PresenceView,
    ResyncEvent,
    SystemView,
)
from gardefou.web.streams import EndlessResponse

HEARTBEAT_S: Final = 10.0
"""Longest silence, s: the desk takes twice this for a lost connection."""

RETRY_MS: Final = 2000
"""After how long a browser that lost the connection tries again, ms."""

router = APIRouter(tags=["events"])


class EventStream(StreamingResponse):
    """Names the media type for the API's description."""

    media_type = "text/event-stream"


@router.get(
    "/api/events",
    response_class=EventStream,
    responses={
        200: {"model": AlertEvent | CameraHealthView | SystemView | PresenceView | ResyncEvent}
    },
)
async def get_events(
    context: InContext,
    person: Annotated[Person, require(Action.SEE_STATE, by_itself=True)],
    desk: Annotated[DeskNumber | None, Query()] = None,
    last_event_id: Annotated[str | None, Header(max_length=60)] = None,
) -> StreamingResponse:
    """Events ``alert``, ``camera``, ``system``, ``presence``, ``resync`` and ``heartbeat``.

    Alerts, and who looks at them, only for whoever may see alerts; nothing after the session's end.
    When the answer ends, nobody looks at anything at the ``desk`` any more.
    """
    stream = _present(context, person, desk, _stream(context, person, last_event_id))
    return EndlessResponse(stream, context.streams, EventStream.media_type)


async def _present(
    context: Context, person: Person, desk: str | None, stream: AsyncGenerator[bytes]
) -> AsyncGenerator[bytes]:
    """The stream; at its end the desk is gone."""
    try:
        async with aclosing(stream):
            async for part in stream:
                yield part
    finally:
        actor = person.actor(None) if person.has_account else None
        if desk is not None and context.presence.leave(desk, actor):
            context.services.events.publish(PresenceChanged())


async def _stream(context: Context, person: Person, last_id: str | None) -> AsyncGenerator[bytes]:
    with context.services.events.subscribe(last_id) as subscription:
        yield format_sse_event(event="heartbeat", data_str="{}", retry=RETRY_MS)
        while not subscription.closed:
            numbered = await subscription.receive(HEARTBEAT_S)
            if not await run_sync(may_still, context, person, Action.SEE_STATE):
                return
            if numbered is None or not await _is_for(context, person, numbered.event):
                yield format_sse_event(event="heartbeat", data_str="{}")
            else:
                yield await _encoded(context, numbered)


async def _is_for(context: Context, person: Person, event: HubEvent | Resync) -> bool:
    """Whether a person may hear of it: alerts are for those who may see alerts."""
    if not isinstance(event, AlertChanged | PresenceChanged):
        return True
    return await run_sync(may_still, context, person, Action.SEE_ALERTS)


async def _encoded(context: Context, numbered: Numbered) -> bytes:
    name, view = await _view(context, numbered.event)
    return format_sse_event(event=name, data_str=view.model_dump_json(), id=numbered.id)


async def _view(context: Context, event: HubEvent | Resync) -> tuple[str, BaseModel]:
    """The event's name and what it carries; an alert that cannot be read asks for a resync."""
    match event:
        case AlertChanged(alert_id=alert_id, change=change):
            try:
                view = await run_sync(_alert, context, alert_id)
            except StorageError:
                return "resync", ResyncEvent()
            return "alert", AlertEvent(change=change, alert=view)
        case CameraHealth():
            return "camera", health_view(event.camera_id, event)
        case SystemState():
            return "system", system_view(event)
        case PresenceChanged():
            return "presence", presence_view(context.presence)
        case Resync():
            return "resync", ResyncEvent()


def _alert(context: Context, alert_id: UUID) -> AlertView:
    return shown(context, [context.services.store.alert(alert_id)])[0]
