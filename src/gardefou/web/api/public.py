"""What everybody may read: the public register, without a name, a password or a script."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from gardefou.errors import GardefouError
from gardefou.governance.camera_map import camera_map
from gardefou.governance.facts import Facts, Office
from gardefou.governance.pages import public_page, style
from gardefou.governance.registration import registration
from gardefou.i18n import LANGUAGES
from gardefou.web.access import PUBLIC
from gardefou.web.api.context import Context, InContext
from gardefou.web.problems import RefusedError

LOGGER = logging.getLogger(__name__)

GEOJSON = "application/geo+json"
JSON_LINES = "application/jsonl"

router = APIRouter(prefix="/public", tags=["public"], dependencies=[PUBLIC])


def office_of(context: Context) -> Office:
    """The office over the services of an application."""
    services = context.services
    return Office(
        services.home,
        services.store,
        services.journal,
        lambda: datetime.fromtimestamp(services.clock(), UTC),
    )


def facts_of(context: Context) -> Facts:
    """Everything as it is now; refuses with 503 when a part cannot be read."""
    try:
        return office_of(context).facts()
    except GardefouError as error:
        LOGGER.error("%s", error)
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.error.register") from error


@router.get("", include_in_schema=False)
def page(context: InContext) -> Response:
    """The register as a page, in French."""
    return Response(public_page(facts_of(context), "fr", served=True), media_type="text/html")


@router.get("/style.css", include_in_schema=False)
def page_style() -> Response:
    """The page's style."""
    return Response(style(), media_type="text/css")


@router.get("/register.json")
def register_entry(context: InContext) -> JSONResponse:
    """The register's entry: Algorithmic Transparency Standard 0.3.1, and ``gardefou`` beyond it."""
    facts = facts_of(context)
    try:
        entry = registration(facts)
    except GardefouError as error:
        LOGGER.error("%s", error)
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.error.register") from error
    return JSONResponse(entry.model_dump(mode="json", exclude_none=True))


@router.get("/cameras.geojson")
def cameras(context: InContext) -> JSONResponse:
    """The map of the cameras: GeoJSON with OpenStreetMap's tags."""
    content: dict[str, Any] = camera_map(facts_of(context))
    return JSONResponse(content, media_type=GEOJSON)


@router.get("/status.jsonl", response_class=PlainTextResponse)
def status(context: InContext) -> Response:
    """Each start, stop, suspension and resumption, the oldest first, a line of JSON each."""
    lines = "".join(f"{each.encode()}\n" for each in facts_of(context).status)
    return Response(lines, media_type=JSON_LINES)


@router.get("/{language}", include_in_schema=False)
def page_in(context: InContext, language: str) -> Response:
    """The register as a page, in a language."""
    if language not in LANGUAGES:
        raise RefusedError(HTTPStatus.NOT_FOUND, "web.error.language", lang=language[:20])
    return Response(public_page(facts_of(context), language, served=True), media_type="text/html")
