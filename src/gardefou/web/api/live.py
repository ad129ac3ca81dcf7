"""Live views: asked for with a motive, written in the journal, then shown while watched."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from gardefou.web.api.context import Context, InContext
from gardefou.web.api.models import LiveRequest, LiveTicket, ProblemView
from gardefou.web.problems import RefusedError
from gardefou.web.streams import EndlessResponse

BOUNDARY: Final = "picture"
MEDIA_TYPE: Final = f"multipart/x-mixed-replace; boundary={BOUNDARY}"

router = APIRouter(prefix="/api/live", tags=["live"])


@router.post("/{camera_id}", status_code=HTTPStatus.CREATED)
def ask(context: InContext, camera_id: str, request: LiveRequest) -> LiveTicket:
    """Ask to look at a camera; the answer says where, once and soon."""
    _known(context, camera_id)
    context.trail.viewing_live(request.viewer, camera_id, request.motive)
    ticket = context.tickets.issue(camera_id)
    return LiveTicket(url=f"/api/live/{quote(camera_id, safe='')}?ticket={ticket}")


@router.get(
    "/{camera_id}",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"multipart/x-mixed-replace": {}}, "description": "JPEG pictures"},
        403: {"model": ProblemView},
    },
)
async def watch(
    context: InContext, camera_id: str, ticket: Annotated[str, Query(max_length=100)] = ""
) -> StreamingResponse:
    """JPEG pictures, one after the other, until the reader leaves."""
    _known(context, camera_id)
    if not context.tickets.take(camera_id, ticket):
        raise RefusedError(HTTPStatus.FORBIDDEN, "web.error.no_ticket")
    pictures = context.services.live.watch(camera_id)
    return EndlessResponse(_parts(pictures), context.streams, MEDIA_TYPE)


def _known(context: Context, camera_id: str) -> None:
    if not context.services.site().has(camera_id):
        raise RefusedError(HTTPStatus.NOT_FOUND, "web.error.no_camera", camera_id=camera_id[:80])


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
