"""The application: routes, guard, and the built page."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import Depends, FastAPI
from fastapi.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from gardefou import __version__
from gardefou.governance.viewing import Viewings
from gardefou.web import events, problems
from gardefou.web.access import PUBLIC, check_declared
from gardefou.web.api import (
    accountability,
    accounts,
    alerts,
    counts,
    exports,
    live,
    measures,
    media,
    oversight,
    presence,
    public,
    session,
    shift,
    state,
    suspension,
    trials,
    workshop,
)
from gardefou.web.api.context import Context
from gardefou.web.api.models import ProblemView
from gardefou.web.marked import MarkedClips
from gardefou.web.parameters import only_known_parameters
from gardefou.web.presence import Presence
from gardefou.web.security import LOCAL_HOSTS, Guard
from gardefou.web.services import WebServices
from gardefou.web.streams import OpenStreams
from gardefou.web.tickets import Tickets
from gardefou.web.trail import Trail

STATIC: Final = Path(__file__).parent / "static"
"""The built page; its sources stand in ``frontend/``."""

LARGEST_BODY: Final = 16 * 1024
"""Largest request body, bytes."""


def create_app(services: WebServices, hosts: Collection[str] = LOCAL_HOSTS) -> FastAPI:
    """The application over the services; ``hosts`` are the names it may be called by."""
    app = routes()
    app.state.context = Context(
        services=services,
        trail=Trail(services.journal, services.clock),
        tickets=Tickets(services.clock),
        streams=OpenStreams(),
        viewings=Viewings(services.clock),
        presence=Presence(services.clock),
        marked=MarkedClips(services.clock),
    )
    app.add_middleware(Guard, hosts=hosts)
    return app


def routes() -> FastAPI:
    """Every route, without services behind it: enough to describe the API.

    FastAPI's own tracing is off whatever the environment says: no request, name or picture may
    leave through it.
    """
    app = FastAPI(
        title="Gardefou",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        max_body_size=LARGEST_BODY,
        dependencies=[Depends(only_known_parameters)],
        responses={"default": {"model": ProblemView, "description": "Refused"}},
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
            "exclude": lambda _: True,
        },
    )
    problems.install(app)
    desk = (session, state, alerts, media, live, exports, events, presence, shift, suspension)
    beside = (accountability, accounts, counts, measures, oversight, public, workshop, trials)
    for room in (*desk, *beside):
        app.include_router(room.router)
    _serve_page(app)
    check_declared(app)
    return app


def _serve_page(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False, dependencies=[PUBLIC])
    def page() -> Response:
        index = STATIC / "index.html"
        if not index.is_file():
            raise problems.RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.app.not_built")
        return FileResponse(index)

    @app.get("/icon.svg", include_in_schema=False, dependencies=[PUBLIC])
    def icon() -> Response:
        return FileResponse(STATIC / "icon.svg")

    app.mount("/assets", StaticFiles(directory=STATIC / "assets", check_dir=False))
