"""A situation is tried on what a camera last showed, before it is switched on.

Whoever may configure the site may do it, in the journal first: with accounts they see the lines of
the place and no image of anybody (decision 0121). Nothing of it is stored.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from http import HTTPStatus
from typing import Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request

from gardefou.capture.notice import Notice
from gardefou.capture.ring import RING_SECONDS
from gardefou.errors import TrialError
from gardefou.governance.canonical import Json
from gardefou.governance.entry import Entry, Operation
from gardefou.runtime.detectors import build_detectors, watching_only
from gardefou.runtime.trial_desk import Trial
from gardefou.runtime.trial_job import MINUTE_S, TrialOutcome
from gardefou.site.document import Camera
from gardefou.site.draft import Draft, with_camera
from gardefou.situations.situation import Situation
from gardefou.web.api.context import Context, InContext
from gardefou.web.api.models import Bilingual
from gardefou.web.api.workbench import (
    Technician,
    actor_of,
    journal,
    refuse_unknown,
    site_of,
    workshop_of,
)
from gardefou.web.api.workshop_models import (
    MinuteRequest,
    MinuteView,
    MistakeView,
    TrialPictureView,
    TrialRequest,
    TrialView,
    WouldBeView,
)
from gardefou.web.problems import RefusedError

LOOK_S: Final = 0.5
"""How often it is looked whether somebody still waits for a trial, s."""

router = APIRouter(prefix="/api/workshop/cameras", tags=["workshop"])


@router.post("/{camera_id}/minute")
def keep_minute(
    context: InContext, camera_id: str, request: MinuteRequest, person: Technician
) -> MinuteView:
    """Keep a whole minute of a camera's packets in memory for a while, or no longer."""
    refuse_unknown(site_of(context), camera_id)
    actor = actor_of(person, request.person)
    trials = workshop_of(context).trials
    seconds = 0.0
    if request.wanted:
        details: dict[str, Json] = {"step": "minute", "seconds": int(MINUTE_S)}
        about = f"camera:{camera_id}"
        journal(context, Entry(actor, Operation.CONFIGURATION, about, details=details))
        seconds = trials.keep(camera_id)
    else:
        trials.let_go(camera_id)
    return MinuteView(for_s=seconds, minute_s=MINUTE_S, otherwise_s=RING_SECONDS)


@router.post("/{camera_id}/trial")
async def try_out(
    context: InContext, http: Request, camera_id: str, request: TrialRequest, person: Technician
) -> TrialView:
    """What a situation would have signalled in what is kept of a camera, as it is proposed."""
    draft = await run_sync(_draft, context, camera_id, request.document)
    if draft.site is None or draft.mistakes:
        return TrialView(mistakes=[MistakeView.of(each) for each in draft.mistakes])
    # Whatever it is to be called: what is kept is of the camera that runs.
    camera = draft.site.cameras[draft.index].model_copy(update={"id": camera_id})
    proposed = watching_only(camera, request.situation)
    actor = actor_of(person, request.person)
    trials = workshop_of(context).trials
    _refuse_without_zone(proposed, request.situation)
    asked = _Asked(context, actor, camera_id, request.motive, request.situation)
    try:
        trials.check(proposed)
        await run_sync(asked.note_view, person.has_account)
        trial = trials.begin(proposed, lines_only=person.has_account)
        try:
            outcome = await _awaited(http, trial)
        finally:
            trials.withdraw(trial)
    except TrialError as error:
        raise RefusedError(HTTPStatus.CONFLICT, error.key, **error.fields) from error
    await run_sync(asked.note_outcome, outcome)
    return _shown(proposed, outcome, is_drawing=person.has_account)


class _Asked:
    """Who tries what on which camera, and why: how the journal hears of it."""

    def __init__(
        self, context: Context, actor: str, camera_id: str, motive: str, situation: Situation
    ) -> None:
        self._context = context
        self._actor = actor
        self._about = f"camera:{camera_id}"
        self._motive = motive
        self._details: dict[str, Json] = {
            "step": "trial",
            "situation": situation.value,
            "mode": context.services.mode.value,
        }

    def note_view(self, has_account: bool) -> None:
        """Before anything is looked at."""
        motive = f"camera_setting: {self._motive}" if self._motive else "camera_setting"
        details = {**self._details, "still": "drawing" if has_account else "picture"}
        journal(self._context, Entry(self._actor, Operation.VIEW, self._about, motive, details))

    def note_outcome(self, outcome: TrialOutcome) -> None:
        """Before anybody is told."""
        found: dict[str, Json] = {
            "seconds": round(outcome.seconds),
            "alerts": len(outcome.alerts),
        }
        details = {**self._details, **found}
        entry = Entry(self._actor, Operation.CONFIGURATION, self._about, self._motive, details)
        journal(self._context, entry)


def _draft(context: Context, camera_id: str, document: str) -> Draft:
    site = site_of(context)
    refuse_unknown(site, camera_id)
    return with_camera(site, document, camera_id)


def _refuse_without_zone(camera: Camera, situation: Situation) -> None:
    if not build_detectors(camera):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        raise RefusedError(
            status, "workshop.trial.no_zone", camera=camera.id, situation=situation.value
        )


async def _awaited(http: Request, trial: Trial) -> TrialOutcome:
    """What came of it; raises `TrialError`, also when nobody waits any more."""
    outcome = asyncio.wrap_future(trial.outcome)
    try:
        while not (await asyncio.wait([outcome], timeout=LOOK_S))[0]:
            if await http.is_disconnected():
                raise TrialError("runtime.trial.withdrawn")
        return outcome.result()
    finally:
        outcome.cancel()  # What comes of it now is heard by nobody.


def _shown(camera: Camera, outcome: TrialOutcome, *, is_drawing: bool) -> TrialView:
    times = [each.at_s for each in outcome.pictures]
    return TrialView(
        mistakes=[],
        seconds=outcome.seconds,
        analysed=outcome.analysed,
        alerts=tuple(
            WouldBeView(
                situation=each.situation,
                zone_id=each.zone_id,
                opened_s=each.opened_s,
                closed_s=each.closed_s,
                region=list(each.region),
                picture=0 if is_drawing else _picture_of(each.opened_s, times),
            )
            for each in outcome.alerts
        ),
        pictures=tuple(
            TrialPictureView(at_s=each.at_s, jpeg=b64encode(each.jpeg).decode())
            for each in outcome.pictures
        ),
        drawing=is_drawing,
        notes=tuple(_notes(camera, outcome)),
    )


def _picture_of(opened_s: float, times: list[float]) -> int | None:
    """The picture of an alert's opening: the first that is not before it."""
    after = [index for index, at in enumerate(times) if at >= opened_s - 1e-3]
    return after[0] if after else None


def _notes(camera: Camera, outcome: TrialOutcome) -> list[Bilingual]:
    """What cannot show itself in so short a time."""
    settings = camera.situations.abandoned_object
    if settings is None or settings.unattended_s < outcome.seconds:
        return []
    seconds, needed = f"{outcome.seconds:.0f}", f"{settings.unattended_s:.0f}"
    note = Notice.of("workshop.trial.too_short", needed=needed, seconds=seconds)
    return [Bilingual(en=note.in_language("en"), fr=note.in_language("fr"))]
