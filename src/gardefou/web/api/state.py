"""The state of the system, the texts of the desk, and whether the server answers."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from gardefou import __version__
from gardefou.evidence.collector import LEAD_S
from gardefou.governance.roles import Action
from gardefou.governance.viewing import Purpose
from gardefou.i18n import LANGUAGES, catalogue
from gardefou.situations.situation import Situation
from gardefou.storage.review import FollowUp
from gardefou.web.access import PUBLIC, require
from gardefou.web.api.context import InContext
from gardefou.web.api.convert import camera_view, load_view, system_view, trust_view
from gardefou.web.api.models import HealthView, LoadView, StateView
from gardefou.web.problems import RefusedError

PAGES = (
    "desk.",
    "load.desk.",
    "workshop.",
    "accountability_page.",
    "accounts_page.",
    "measures.cut.",
    "measures.light.",
    "governance.operation.",
    "rights.kind.",
    "rights.state.",
    "rights.ground.",
    "measures_page.",
)
"""The catalogues of pages beside the alerts."""

ROOMS = ("web.", "situations.", "storage.", "accounts.", "governance.maturity.", *PAGES)
"""The catalogues that the desk shows."""

router = APIRouter(tags=["state"])


@router.get("/healthz", dependencies=[PUBLIC])
def answers() -> HealthView:
    """Whether the server answers."""
    return HealthView(status="ok")


@router.get("/api/state", dependencies=[require(Action.SEE_STATE, by_itself=True)])
def get_state(context: InContext) -> StateView:
    """Mode, cameras with their health, room on the disk, version."""
    services = context.services
    health = services.events.cameras
    return StateView(
        version=__version__,
        mode=services.mode,
        system=system_view(services.events.system),
        cameras=[camera_view(each, health.get(each.id)) for each in services.site().cameras],
        follow_ups=list(FollowUp),
        trust={each: trust_view(each) for each in Situation},
        purposes=list(Purpose),
        clip_lead_s=LEAD_S,
    )


@router.get("/api/load", dependencies=[require(Action.SEE_STATE, by_itself=True)])
def get_load(context: InContext) -> LoadView:
    """Rate, delay and drops of each camera over the last seconds."""
    return load_view(context.services.events.load)


@router.get("/api/texts/{lang}", dependencies=[PUBLIC])
def get_texts(lang: str) -> dict[str, str]:
    """The texts the desk shows, by catalogue key."""
    if lang not in LANGUAGES:
        raise RefusedError(HTTPStatus.NOT_FOUND, "web.error.language", lang=lang[:20])
    return {key: text for key, text in catalogue(lang).items() if key.startswith(ROOMS)}
