"""Live views: asked for with a motive, written in the journal, then shown while watched."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import quote

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from gardefou.evidence.watermark import stamped_jpeg, watermark_text
from gardefou.governance.roles import Action
from gardefou.runtime.bus import SHOWS_NOTHING, CameraState
from gardefou.web.access import Person, may_still, require
from gardefou.web.api.alerts import count_view, motive_of
from gardefou.web.api.context import Context, InContext
from gardefou.web.api.models import (
    MOTIVE_SHORTEST,
    LiveRequest,
    LiveTicket,
    ProblemView,
    TextKey,
)
from gardefou.web.problems import RefusedError
from gardefou.web.streams import EndlessResponse

BOUNDARY: Final = "picture"
ASK_AGAIN_S: Final = 5.0
"""How often it is asked whether somebody may go on watching, s."""

MEDIA_TYPE: Final = f"multipart/x-mixed-replace; boundary={BOUNDARY}"

router = APIRouter(prefix="/api/live", tags=["live"])


@router.post("/{camera_id}", status_code=HTTPStatus.CREATED)
def ask(
    context: InContext,
    camera_id: str,
    request: LiveRequest,
    person: Annotated[Person, require(Action.LIVE_VIEW)],
) -> LiveTicket:
    """Ask to look at a camera; the answer says where, once and soon."""
    _known(context, camera_id)
    _shows(context, camera_id)
    actor = person.actor(person.name(request.viewer))
    motive = _motive(person, request)
    if person.has_account:
        count_view(context, actor)
    context.trail.viewing_live(actor, camera_id, motive)
    ticket = context.tickets.issue(camera_id, actor)
    return LiveTicket(url=f"/api/live/{quote(camera_id, safe='')}?ticket={ticket}")


@router.get(
    "/{camera_id}",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"multipart/x-mixed-replace": {}}, "description": "JPEG pictures"},
        403: {"model": ProblemView},
        409: {"model": ProblemView},
    },
)
async def watch(
    context: InContext,
    camera_id: str,
    person: Annotated[Person, require(Action.LIVE_VIEW)],
    ticket: Annotated[str, Query(max_length=100)] = "",
) -> StreamingResponse:
    """JPEG pictures, one after the other, until the reader leaves or may look no longer."""
    _known(context, camera_id)
    _shows(context, camera_id)
    bearer = context.tickets.take(camera_id, ticket)
    if bearer is None or (person.has_account and bearer != person.actor(None)):
        raise RefusedError(HTTPStatus.FORBIDDEN, "web.error.no_ticket")
    pictures = context.services.live.watch(camera_id)
    if person.has_account:
        pictures = _stamped(context, person, pictures)
    return EndlessResponse(_parts(pictures), context.streams, MEDIA_TYPE)


def _motive(person: Person, request: LiveRequest) -> str:
    """Why, for the journal: a purpose of the list, or at an open desk words alone."""
    if person.has_account or request.purpose is not None:
        return motive_of(request.purpose, request.motive)
    if len(request.motive) < MOTIVE_SHORTEST:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, "accounts.refused.words")
    return request.motive


async def _stamped(
    context: Context, person: Person, pictures: AsyncIterator[bytes]
) -> AsyncGenerator[bytes]:
    """The pictures with their viewer's name and the time burnt in, while they may look."""
    looked = -ASK_AGAIN_S
    try:
        async for picture in pictures:
            now = context.services.clock()
            if now - looked >= ASK_AGAIN_S:
                if not await run_sync(may_still, context, person, Action.LIVE_VIEW):
                    return
                looked = now
            text = watermark_text(person.name(None), now)
            yield await run_sync(stamped_jpeg, picture, text)
    finally:
        if isinstance(pictures, AsyncGenerator):
            await pictures.aclose()


def _known(context: Context, camera_id: str) -> None:
    if not context.services.site().has(camera_id):
        raise RefusedError(HTTPStatus.NOT_FOUND, "web.error.no_camera", camera_id=camera_id[:80])


def _shows(context: Context, camera_id: str) -> None:
    """Refuse a camera that shows nothing: one that moved, one without a leave, one that stands."""
    health = context.services.events.cameras.get(camera_id)
    state = CameraState.STOPPED if health is None else health.state
    if state is CameraState.BLOCKED:
        raise RefusedError(HTTPStatus.CONFLICT, "operation.blind", camera=camera_id)
    if state in SHOWS_NOTHING:
        raise RefusedError(
            HTTPStatus.CONFLICT,
            "desk.live.shows_nothing",
            state=TextKey(f"web.camera_state.{state.value}"),
        )


async def _parts(pictures: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """Each picture as a part that replaces the one before; closes ``pictures`` at its end.

    The boundary follows each picture at once, because a browser shows a part when it ends.
    """
    try:
        yield f"--{BOUNDARY}\r\n".encode()
        async for picture in pictures:
            head = f"Content-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            yield head.encode() + picture + f"\r\n--{BOUNDARY}\r\n".encode()
    finally:
        if isinstance(pictures, AsyncGenerator):
            await pictures.aclose()
