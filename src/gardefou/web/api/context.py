"""What a route finds in its application: the services and what the room keeps in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from gardefou.governance.viewing import Viewings
from gardefou.web.marked import MarkedClips
from gardefou.web.presence import Presence
from gardefou.web.services import WebServices
from gardefou.web.streams import OpenStreams
from gardefou.web.tickets import Tickets
from gardefou.web.trail import Trail


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a route needs; it is the same for all requests of an application."""

    services: WebServices
    trail: Trail
    tickets: Tickets
    streams: OpenStreams
    viewings: Viewings
    presence: Presence
    marked: MarkedClips


def _context(request: Request) -> Context:
    return cast(Context, request.app.state.context)


InContext = Annotated[Context, Depends(_context)]
"""The parameter by which a route asks for its context."""
