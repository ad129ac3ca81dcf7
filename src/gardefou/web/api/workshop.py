"""The workshop: cameras, what is drawn on their pictures, versions of the site, health.

Whoever may configure the site may do all of it, in the journal first; nothing shows a picture of
anybody to whoever may see none (decision 0121).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import Annotated, Any, Final, cast

from anyio.to_thread import run_sync
from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError

from gardefou.capture.notice import Notice
from gardefou.capture.probe import Probe, probe
from gardefou.errors import CaptureError, OutputError
from gardefou.evidence.place import FEWEST, PICTURES, place_drawing, place_picture
from gardefou.geometry.grid import grid
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.roles import Action
from gardefou.governance.site_book import SiteVersion
from gardefou.site.document import Calibration, Site
from gardefou.site.draft import Draft, revealed, with_camera, without_camera
from gardefou.site.mistakes import Mistake
from gardefou.site.source import Source
from gardefou.storage.records import Mode
from gardefou.web.access import Person, require
from gardefou.web.api.context import Context, InContext
from gardefou.web.api.models import Bilingual, ProblemView
from gardefou.web.api.workbench import (
    Technician,
    actor_of,
    asking_book,
    journal,
    no_camera,
    refuse_unknown,
    site_of,
    workshop_of,
)
from gardefou.web.api.workshop_models import (
    CameraChange,
    CameraDocument,
    CameraHistory,
    CellView,
    Change,
    ChangeView,
    GroundRequest,
    GroundView,
    MistakeView,
    PlaceRequest,
    ProbeRequest,
    ProbeView,
    Series,
    VersionDetail,
    VersionView,
    WorkshopView,
)
from gardefou.web.problems import RefusedError
from gardefou.web.workshop import camera_named, link_to, source_mistake, source_mistakes

WAIT_S: Final = 60.0
"""How long pictures of a camera are waited for, s: one just added connects and loads first."""

SPACING_S: Final = 0.5
"""Least time between two of them, s: who walks is elsewhere in most."""

ENOUGH_S: Final = 12.0
"""After so long a few pictures are enough, s."""

router = APIRouter(prefix="/api/workshop", tags=["workshop"])


@router.get("/site")
def get_site(context: InContext, _: Technician) -> WorkshopView:
    """The site as it is now, every camera as text of its document, passwords hidden."""
    workshop = workshop_of(context)
    with asking_book():
        newest = workshop.book.noticed()
        site = None if newest is None else newest.site
    locked = _lock(context)
    return WorkshopView(
        version=0 if newest is None else newest.number,
        name="" if site is None else site.name,
        timezone="" if site is None else site.timezone,
        cameras=[] if site is None else [_document(site, each.id) for each in site.cameras],
        clips=[str(each) for each in workshop.clips],
        locked=None if locked is None else Bilingual.of(locked),
    )


@router.post("/cameras")
def change_camera(context: InContext, request: CameraChange, person: Technician) -> ChangeView:
    """Add a camera or change one; the answer is the new version, or every mistake."""
    workshop = workshop_of(context)
    with asking_book():
        site = workshop.book.current()
    draft = with_camera(site, request.document, request.instead_of, request.name, request.timezone)
    mistakes = [*draft.mistakes, *_source_mistakes(context, draft)]
    if mistakes or request.only_check:
        return ChangeView(version=None, mistakes=[MistakeView.of(each) for each in mistakes])
    assert draft.site is not None
    return _applied(context, person, request, draft.site)


@router.post("/cameras/{camera_id}/withdrawal")
def remove_camera(
    context: InContext, camera_id: str, request: Change, person: Technician
) -> ChangeView:
    """Take a camera out of the site; its alerts and its versions stay."""
    site = site_of(context)
    refuse_unknown(site, camera_id)
    draft = without_camera(site, camera_id)
    if draft.site is None or draft.mistakes:
        mistakes = [MistakeView.of(each) for each in draft.mistakes]
        return ChangeView(version=None, mistakes=mistakes)
    return _applied(context, person, request, draft.site)


@router.get("/versions")
def get_versions(context: InContext, _: Technician) -> list[VersionView]:
    """Every version, the newest first."""
    with asking_book():
        found = workshop_of(context).book.versions()
    return [VersionView(**_version(each)) for each in reversed(found)]


@router.get("/versions/{number}")
def get_version(context: InContext, number: int, _: Technician) -> VersionDetail:
    """A version with its difference from the one before."""
    with asking_book():
        found = _found(context, number)
        lines = workshop_of(context).book.difference(found)
    return VersionDetail(**_version(found), difference=lines)


@router.post("/versions/{number}/restoration")
def restore(context: InContext, number: int, request: Change, person: Technician) -> ChangeView:
    """Make the site again what it was in a version; that makes a new one."""
    with asking_book():
        site = _found(context, number).site
    services = context.services
    workshop = workshop_of(context)
    mistakes = [
        each
        for camera in site.cameras
        for each in source_mistakes(camera, services.mode, workshop.clips)
    ]
    if mistakes:
        return ChangeView(version=None, mistakes=[MistakeView.of(each) for each in mistakes])
    return _applied(context, person, request, site)


@router.post("/probe")
def look_at_stream(context: InContext, request: ProbeRequest, person: Technician) -> ProbeView:
    """Connect to an address for a few seconds and say what comes; no picture is made of it."""
    _refuse_if_locked(context)
    actor = actor_of(person, request.person)
    workshop = workshop_of(context)
    with asking_book():
        camera = camera_named(workshop.book.current(), request.camera_id or "")
    address = revealed(request.source, None if camera is None else camera.source)
    if address is None:
        return _trouble(Notice.of("site.mistake.password_hidden"))
    try:
        source = Source.parse(address)
    except ValueError as error:
        return _trouble(_said(error))
    wrong = source_mistake(source, context.services.mode, workshop.clips)
    if wrong is not None:
        return _trouble(Notice.of(wrong))
    details = {"step": "probe", "source": source.redacted}
    journal(context, Entry(actor, Operation.CONFIGURATION, "stream", details=details))
    if not workshop.probing.acquire(blocking=False):
        raise RefusedError(HTTPStatus.CONFLICT, "workshop.refused.busy")
    try:
        return _probed(probe(link_to(source, request.transport)))
    except CaptureError as error:
        return _trouble(Notice.of(error.key, **error.fields))
    finally:
        workshop.probing.release()


@router.post(
    "/cameras/{camera_id}/place",
    response_class=Response,
    responses={
        200: {"content": {"image/jpeg": {}}, "description": "The place, to draw on"},
        503: {"model": ProblemView},
    },
)
async def draw_place(
    context: InContext, camera_id: str, request: PlaceRequest, person: Technician
) -> Response:
    """The place a camera shows: masked, heads blurred, whoever passes taken out.

    With accounts only its lines: who configures sees no images.
    """
    if not context.services.site().has(camera_id):
        raise no_camera(camera_id)
    actor = actor_of(person, request.person)
    motive = f"camera_setting: {request.motive}" if request.motive else "camera_setting"
    kind = "drawing" if person.has_account else "picture"
    details = {"still": kind}
    entry = Entry(actor, Operation.VIEW, f"camera:{camera_id}", motive, details)
    await run_sync(journal, context, entry)
    pictures = await _pictures(context, camera_id)
    if len(pictures) < FEWEST:
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "workshop.refused.no_picture")
    make = place_drawing if person.has_account else place_picture
    try:
        made = await run_sync(make, pictures)
    except OutputError as error:
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "workshop.refused.no_picture") from error
    return Response(made, media_type="image/jpeg", headers={"X-Still": kind})


@router.get("/cameras/{camera_id}/health")
def get_history(
    context: InContext,
    camera_id: str,
    _: Annotated[Person, require(Action.CONFIGURE_SITE, by_itself=True)],
) -> CameraHistory:
    """How a camera did over the last hour."""
    if not context.services.site().has(camera_id):
        raise no_camera(camera_id)
    samples = workshop_of(context).samples(camera_id)
    names = sorted({name for each in samples for name in each.numbers})
    return CameraHistory(
        camera_id=camera_id,
        at=[each.at for each in samples],
        running=[each.running for each in samples],
        series=[
            Series(name=name, values=[each.numbers.get(name) for each in samples]) for name in names
        ],
    )


@router.post("/ground")
def lay_grid(request: GroundRequest, _: Technician) -> GroundView:
    """The grid of metres that point pairs make, and how sure it is."""
    points = [{"image": each.image, "ground": each.ground} for each in request.points]
    try:
        plane = Calibration.model_validate({"points": points}).ground_plane
    except ValidationError as error:
        return GroundView(mistakes=_mistakes_of(error))
    found = grid(plane)
    return GroundView(
        mistakes=[],
        step_m=found.step_m,
        lines=tuple(tuple(_point(each) for each in line) for line in found.lines),
        cells=tuple(
            CellView(
                corners=[_point(corner) for corner in each.corners],
                error=each.error if each.error < float("inf") else None,
            )
            for each in found.cells
        ),
        residual_m=plane.residual_m if len(points) > 4 else None,
    )


# --- changing ------------------------------------------------------------------------------------


def _applied(context: Context, person: Person, request: Change, site: Site) -> ChangeView:
    _refuse_if_locked(context)
    actor = actor_of(person, request.person)
    workshop = workshop_of(context)
    with asking_book():
        version = workshop.book.apply(site, actor, request.motive, request.base)
    workshop.take()
    return ChangeView(version=version.number, mistakes=[])


def _source_mistakes(context: Context, draft: Draft) -> list[Mistake]:
    if draft.site is None:
        return []
    camera = draft.site.cameras[draft.index]
    return source_mistakes(camera, context.services.mode, workshop_of(context).clips)


def _lock(context: Context) -> str | None:
    """Why the site cannot be changed now: a mandate attests it as it is."""
    if context.services.mode is Mode.OPERATIONAL:
        return "workshop.refused.operation"
    return None


def _refuse_if_locked(context: Context) -> None:
    locked = _lock(context)
    if locked is not None:
        raise RefusedError(HTTPStatus.CONFLICT, locked)


# --- reading -------------------------------------------------------------------------------------


def _document(site: Site, camera_id: str) -> CameraDocument:
    camera = site.camera(camera_id)
    assert camera is not None
    data = camera.model_dump(mode="json", exclude_defaults=True)
    text = json.dumps(data, ensure_ascii=False)
    return CameraDocument(id=camera.id, name=camera.name, document=text)


def _found(context: Context, number: int) -> SiteVersion:
    found = workshop_of(context).book.version(number) if number > 0 else None
    if found is None:
        raise RefusedError(HTTPStatus.NOT_FOUND, "workshop.refused.no_version", number=number)
    return found


def _version(found: SiteVersion) -> dict[str, Any]:
    return {
        "number": found.number,
        "at": found.at,
        "actor": found.actor,
        "motive": found.motive,
        "changes": list(found.changes),
    }


async def _pictures(context: Context, camera_id: str) -> list[bytes]:
    """Some pictures of a camera, one after the other; fewer when they do not come in time."""
    found: list[bytes] = []
    clock = asyncio.get_running_loop().time
    began, kept = clock(), -SPACING_S
    watched = context.services.live.watch(camera_id)
    try:
        async with asyncio.timeout(WAIT_S):
            async for picture in watched:
                if clock() - kept < SPACING_S:
                    continue
                kept = clock()
                found.append(picture)
                if len(found) >= (FEWEST if kept - began > ENOUGH_S else PICTURES):
                    break
    except TimeoutError:
        pass
    finally:
        if isinstance(watched, AsyncGenerator):
            await watched.aclose()
    return found


def _probed(found: Probe | Notice) -> ProbeView:
    if isinstance(found, Notice):
        return _trouble(found)
    return ProbeView(
        codec=found.info.codec,
        size=(found.info.width, found.info.height),
        stated_rate=found.info.rate,
        rate=found.rate,
        kbit_s=found.kbit_s,
        keyframe_s=found.keyframe_s,
        open_s=found.open_s,
        first_s=found.first_s,
        more_than_pictures=found.info.has_audio,
    )


def _trouble(notice: Notice) -> ProbeView:
    words = Bilingual(en=notice.in_language("en"), fr=notice.in_language("fr"))
    return ProbeView(trouble=words)


def _said(error: ValueError) -> Notice:
    """What a validator of the site document says of an address."""
    key = str(getattr(error, "type", "site.mistake.source_text"))
    fields = cast("dict[str, object]", getattr(error, "context", None) or {})
    return Notice.of(key, **fields)


def _mistakes_of(error: ValidationError) -> list[MistakeView]:
    found = error.errors(include_url=False)
    return [
        MistakeView.of(Mistake("", each["loc"], None, each["type"], each.get("ctx", {})))
        for each in found
        if each["type"].startswith("site.")
    ]


def _point(point: Any) -> tuple[float, float]:
    return (round(float(point[0]), 5), round(float(point[1]), 5))
