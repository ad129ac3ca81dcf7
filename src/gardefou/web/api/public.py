"""What everybody may read: the public register, without a name, a password or a script."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, Response

from gardefou.errors import GardefouError
from gardefou.governance.camera_map import camera_map
from gardefou.governance.facts import SITE, Facts, Office
from gardefou.governance.map_shapes import public_map
from gardefou.governance.pages import map_page, public_page, style
from gardefou.governance.registration import registration
from gardefou.i18n import LANGUAGES
from gardefou.web.access import PUBLIC
from gardefou.web.api.context import Context, InContext
from gardefou.web.built import built_map
from gardefou.web.problems import RefusedError

LOGGER = logging.getLogger(__name__)

GEOJSON = "application/geo+json"
JSON_LINES = "application/jsonl"

TILES = "tiles"
"""Folder of the town's own ground map within the home folder: ``zoom/x/y.png``, as is usual."""

Zoom = Annotated[int, Path(ge=0, le=22)]
Step = Annotated[int, Path(ge=0, lt=2**22)]

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
    """Everything as it is now; 404 before there is a site, 503 when a part is unread."""
    if not (context.services.home / SITE).is_file():
        raise RefusedError(HTTPStatus.NOT_FOUND, "web.error.no_site")
    try:
        return office_of(context).facts()
    except GardefouError as error:
        LOGGER.error("%s", error)
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.error.register") from error


def ground_words(home: FilePath) -> str | None:
    """Whose the town's own ground map is; None where the home folder has none."""
    folder = home / TILES
    try:
        return (folder / "attribution.txt").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return "" if folder.is_dir() else None


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


@router.get("/map.geojson")
def shapes(context: InContext) -> JSONResponse:
    """Perimeter, fields of view and cameras, for the public map: GeoJSON."""
    return JSONResponse(public_map(facts_of(context)), media_type=GEOJSON)


@router.get("/tiles/{zoom}/{x}/{y}.png", response_class=FileResponse)
def tile(context: InContext, zoom: Zoom, x: Step, y: Step) -> FileResponse:
    """One picture of the town's own ground map, from its folder ``tiles``."""
    path = context.services.home / TILES / str(zoom) / str(x) / f"{y}.png"
    if not path.is_file():
        raise RefusedError(HTTPStatus.NOT_FOUND, "web.error.no_page")
    return FileResponse(path, media_type="image/png")


@router.get("/{language}/map", include_in_schema=False)
def map_in(context: InContext, language: str) -> Response:
    """The map of the cameras that can be moved, in a language; its script comes only here."""
    if language not in LANGUAGES:
        raise RefusedError(HTTPStatus.NOT_FOUND, "web.error.language", lang=language[:20])
    facts = facts_of(context)
    page = map_page(facts, language, built_map(), ground_words(context.services.home))
    return Response(page, media_type="text/html")


@router.get("/{language}", include_in_schema=False)
def page_in(context: InContext, language: str) -> Response:
    """The register as a page, in a language."""
    if language not in LANGUAGES:
        raise RefusedError(HTTPStatus.NOT_FOUND, "web.error.language", lang=language[:20])
    return Response(public_page(facts_of(context), language, served=True), media_type="text/html")
