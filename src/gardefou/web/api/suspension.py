"""The red button: whoever is at the desk stops everything; two different people go on."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter

from gardefou.errors import JournalError, OutputError, UsageError
from gardefou.governance.ledger import Origin, Suspension
from gardefou.governance.roles import Action
from gardefou.governance.suspension import KillSwitch, Resumed
from gardefou.web.access import Person, note_refusal, refusal, require
from gardefou.web.api.context import Context, InContext
from gardefou.web.api.models import PersonName, Reference, Strict
from gardefou.web.problems import RefusedError

Outside = Literal["operator", "controller", "prefect", "dpo", "cnil"]
"""On whose behalf somebody presses; the software itself answers for its clock."""


class SuspensionRequest(Strict):
    """On whose behalf somebody presses, and why if there is time to say so.

    ``person`` only counts at an open desk, without accounts.
    """

    person: PersonName | None = None
    origin: Outside = "operator"
    motive: Reference | None = None


class ResumptionRequest(Strict):
    """Why somebody wants to go on, or agrees to; ``person`` only counts without accounts."""

    person: PersonName | None = None
    motive: Reference


class SuspensionView(Strict):
    """Whether everything stands still, since when and by whom, and who proposed to go on."""

    suspended: bool
    origin: Origin | None = None
    motive: str | None = None
    since: str | None = None
    actor: str | None = None
    proposed_by: str | None = None


router = APIRouter(prefix="/api/suspension", tags=["suspension"])


@router.get("")
def get_suspension(
    context: InContext, _: Annotated[Person, require(Action.SEE_STATE, by_itself=True)]
) -> SuspensionView:
    """How it stands."""
    try:
        return _view(_switch(context).standing())
    except JournalError as error:
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.error.journal") from error


@router.post("", status_code=HTTPStatus.CREATED)
def suspend(
    context: InContext,
    request: SuspensionRequest,
    person: Annotated[Person, require(Action.SUSPEND)],
) -> SuspensionView:
    """Stop everything.

    It is stopped even when the answer is that this could not be journalled.
    """
    try:
        now = _switch(context).suspend(
            person.actor(request.person), Origin(request.origin), request.motive or ""
        )
    except (JournalError, OutputError) as error:
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.error.journal") from error
    return _view(now)


@router.post("/resumption")
def resume(
    context: InContext,
    request: ResumptionRequest,
    person: Annotated[Person, require(Action.PROPOSE_RESUMPTION)],
) -> SuspensionView:
    """Propose to go on, or confirm what another person proposed; that takes a right of its own."""
    switch = _switch(context)
    person.name(request.person)
    try:
        now = switch.standing()
        if now is not None and now.proposed_by and person.session is not None:
            problem = refusal(context, person.session, Action.CONFIRM_RESUMPTION)
            if problem is not None:
                note_refusal(context, person.session, Action.CONFIRM_RESUMPTION)
                raise problem
        done = switch.resume(person.actor(request.person), request.motive)
    except UsageError as error:
        raise RefusedError(HTTPStatus.CONFLICT, error.key, **error.fields) from error
    except JournalError as error:
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.error.journal") from error
    if done is Resumed.DONE:
        return _view(None)
    return _view(switch.standing())


def _switch(context: Context) -> KillSwitch:
    switch = context.services.switch
    if switch is None:
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.error.no_page")
    return switch


def _view(now: Suspension | None) -> SuspensionView:
    if now is None:
        return SuspensionView(suspended=False)
    return SuspensionView(
        suspended=True,
        origin=now.origin,
        motive=now.motif,
        since=now.since,
        actor=now.actor,
        proposed_by=now.proposed_by,
    )
