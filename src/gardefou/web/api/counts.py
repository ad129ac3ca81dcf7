"""Passages across lines by quarter of an hour, an hour late, for those who read measures."""

from __future__ import annotations

import logging
import math
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from gardefou.errors import JournalError, UsageError
from gardefou.governance.line_statistics import CountsQuestion, as_csv, as_json, ask
from gardefou.governance.roles import Action
from gardefou.statistics.lines import Heading, Passer
from gardefou.storage.line_counts import LineCountRecord
from gardefou.storage.records import Mode
from gardefou.web.access import Person, require
from gardefou.web.api.context import Context, InContext
from gardefou.web.api.models import Strict
from gardefou.web.problems import RefusedError, stored

LOGGER = logging.getLogger(__name__)

Reads = Annotated[Person, require(Action.READ_MEASURES)]
CameraName = Annotated[str | None, Query(max_length=200)]
Moment = Annotated[float | None, Query(ge=0, le=1e11, allow_inf_nan=False)]

router = APIRouter(prefix="/api/counts", tags=["counts"])


class CountView(Strict):
    """Passages across a line in a quarter of an hour; ``passages`` null where too few to tell."""

    camera_id: str
    line_id: str
    mode: Mode
    start: str
    counted_s: int
    heading: Heading
    passer: Passer
    passages: int | None


class CountsView(Strict):
    """Counts, and how they are to be read: nothing below ``least``, nothing before ``delay_s``."""

    quarter_s: int
    least: int
    delay_s: int
    counts: list[CountView]


@router.get("")
def get_counts(
    context: InContext,
    person: Reads,
    camera: CameraName = None,
    since: Moment = None,
    until: Moment = None,
) -> CountsView:
    """Counts of quarters that begin in [since, until), UTC seconds, the oldest first."""
    return CountsView.model_validate(as_json(_asked(context, person, camera, since, until)))


@router.get("/table.csv", response_class=Response)
def get_table(
    context: InContext,
    person: Reads,
    camera: CameraName = None,
    since: Moment = None,
    until: Moment = None,
) -> Response:
    """The same as a CSV table."""
    rows = _asked(context, person, camera, since, until)
    name = 'attachment; filename="gardefou-counts.csv"'
    return Response(as_csv(rows), media_type="text/csv", headers={"content-disposition": name})


def _asked(
    context: Context,
    person: Person,
    camera: str | None,
    since: float | None,
    until: float | None,
) -> list[LineCountRecord]:
    services = context.services
    question = CountsQuestion(
        camera, -math.inf if since is None else since, math.inf if until is None else until
    )
    try:
        with stored():
            return ask(question, services.store, services.journal, person.actor(None))
    except JournalError as error:
        LOGGER.error("%s", error)
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.error.journal") from error
    except UsageError as error:
        raise RefusedError(HTTPStatus.CONFLICT, error.key, **error.fields) from error
