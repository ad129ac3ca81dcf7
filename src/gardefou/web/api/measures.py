"""The measures page: field figures by situation, camera, light and hour, on screen and as CSV."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from gardefou.governance.field_table import LEAST_DELAYS, FieldRow, Table, table_of
from gardefou.governance.findings import LEAST_DECIDED
from gardefou.governance.roles import Action
from gardefou.web.access import Person, require
from gardefou.web.api.context import Context, InContext
from gardefou.web.api.models import Strict
from gardefou.web.api.public import facts_of, office_of
from gardefou.web.problems import told

router = APIRouter(prefix="/api/measures", tags=["measures"])

Reads = Annotated[Person, require(Action.READ_MEASURES)]


class FieldView(Strict):
    """All lines; times UTC s. ``enough`` decided alerts are no longer few."""

    since: float
    at: float
    enough: int
    least_delays: int
    rows: tuple[FieldRow, ...]


@router.get("")
def get_field(context: InContext, _: Reads) -> FieldView:
    """Field figures, of situations and places, of no person."""
    found = _table(context)
    return FieldView(
        since=found.since,
        at=found.at,
        enough=LEAST_DECIDED,
        least_delays=LEAST_DELAYS,
        rows=found.rows,
    )


@router.get("/field.csv", response_class=Response)
def get_csv(context: InContext, _: Reads) -> Response:
    """The same lines as CSV."""
    return Response(
        _table(context).as_csv(),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="gardefou-measures.csv"'},
    )


def _table(context: Context) -> Table:
    with told():
        return table_of(office_of(context), facts_of(context))
