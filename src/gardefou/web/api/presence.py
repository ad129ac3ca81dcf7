"""Who else has an alert open: said by each desk, told to the others, journalled by nobody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from gardefou.governance.roles import Action
from gardefou.runtime.bus import PresenceChanged
from gardefou.web.access import Person, require
from gardefou.web.api.context import InContext
from gardefou.web.api.convert import presence_view
from gardefou.web.api.models import PresenceRequest, PresenceView

router = APIRouter(tags=["alerts"])


@router.post("/api/presence")
def say_presence(
    context: InContext,
    request: PresenceRequest,
    person: Annotated[Person, require(Action.SEE_ALERTS, by_itself=True)],
) -> PresenceView:
    """Say which alert is open here; the answer says what is open elsewhere.

    The page says it by itself, so it keeps no session awake.
    """
    name = person.name(request.person)
    actor = person.actor(request.person)
    if context.presence.say(actor, name, request.desk, request.alert_id):
        context.services.events.publish(PresenceChanged())
    return presence_view(context.presence)
