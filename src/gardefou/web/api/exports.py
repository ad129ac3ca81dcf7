"""Exports of evidence: proposed by one person, agreed to by another, then taken."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from gardefou.errors import JournalError, OutputError
from gardefou.governance.accounts import Account
from gardefou.governance.exports import ExportError, Exports, Proposal
from gardefou.governance.roles import Action
from gardefou.storage.accounts import ExportRecord
from gardefou.storage.records import EvidenceKind
from gardefou.web.access import Person, access_of, journalled, require
from gardefou.web.api.alerts import find_alert
from gardefou.web.api.context import Context, InContext
from gardefou.web.api.media import opened_evidence
from gardefou.web.api.models import ProblemView, Reference, Strict
from gardefou.web.api.session import Nothing
from gardefou.web.problems import RefusedError, stored

LOGGER: Final = logging.getLogger(__name__)

router = APIRouter(tags=["exports"])

Proposes = Annotated[Person, require(Action.PROPOSE_EXPORT)]
Approves = Annotated[Person, require(Action.APPROVE_EXPORT)]


class ExportRequest(Strict):
    """What is to leave, for which procedure, to whom and why."""

    kind: EvidenceKind
    procedure: Reference
    recipient: Reference
    motive: Reference


class ExportView(Strict):
    """A proposal and where it stands; times in UTC seconds."""

    id: UUID
    alert_id: UUID
    kind: EvidenceKind
    procedure: str
    recipient: str
    motive: str
    proposed_by: str
    proposed_at: float
    approved_by: str | None
    approved_at: float | None


@router.post("/api/alerts/{alert_id}/exports", status_code=HTTPStatus.CREATED)
def propose(
    context: InContext, alert_id: UUID, request: ExportRequest, person: Proposes
) -> ExportView:
    """Propose to hand out a piece of evidence."""
    record = find_alert(context, alert_id)
    opened_evidence(context, record, request.kind).close()
    proposal = Proposal(
        alert_id, request.kind, request.procedure, request.recipient, request.motive
    )
    account = _account(person)
    with _exporting(alert_id):
        return _view(_exports(context).propose(account, proposal))


@router.get("/api/exports")
def list_exports(context: InContext, person: Proposes) -> list[ExportView]:
    """The proposals of the last seven days, the newest first."""
    _account(person)
    with _exporting():
        return [_view(each) for each in _exports(context).recent()]


@router.post("/api/exports/{export_id}/approval")
def approve(context: InContext, export_id: UUID, _: Nothing, person: Approves) -> ExportView:
    """Agree to a proposal of somebody else."""
    account = _account(person)
    with _exporting():
        return _view(_exports(context).approve(account, export_id))


@router.get(
    "/api/exports/{export_id}/file",
    response_class=Response,
    responses={
        200: {"content": {"application/zip": {}}, "description": "The piece and its manifest"},
        403: {"model": ProblemView},
    },
)
def take(context: InContext, export_id: UUID, person: Proposes) -> Response:
    """The marked piece with its manifest, for one of the two persons, within a day."""
    account, exports = _account(person), _exports(context)
    with _exporting():
        record = exports.find(export_id)
        exports.ready(account, record)
        alert = find_alert(context, record.alert_id)
        with opened_evidence(context, alert, record.kind) as sealed:
            data = exports.take(account, record, alert, sealed.whole())
    return Response(
        data,
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="export-{record.id}.zip"'},
    )


def _account(person: Person) -> Account:
    """The account; an open desk exports nothing, since nobody vouches for two names."""
    if person.session is None:
        raise RefusedError(HTTPStatus.FORBIDDEN, "accounts.refused.no_accounts")
    return person.session.account


def _exports(context: Context) -> Exports:
    services = context.services
    return Exports(access_of(context).accounts.store, services.journal, services.clock)


@contextmanager
def _exporting(alert_id: UUID | None = None) -> Iterator[None]:
    try:
        with stored(alert_id):
            yield
    except ExportError as error:
        missing = error.key == "accounts.refused.no_export"
        status = HTTPStatus.NOT_FOUND if missing else HTTPStatus.FORBIDDEN
        raise RefusedError(status, error.key, **error.fields) from error
    except (OutputError, OSError) as error:
        LOGGER.error("export: %s", error)
        raise RefusedError(
            HTTPStatus.INTERNAL_SERVER_ERROR, "accounts.refused.unreadable", alert_id=alert_id
        ) from error
    except JournalError as error:
        LOGGER.error("%s", error)
        raise journalled(error) from error


def _view(record: ExportRecord) -> ExportView:
    return ExportView(
        id=record.id,
        alert_id=record.alert_id,
        kind=record.kind,
        procedure=record.procedure,
        recipient=record.recipient,
        motive=record.motive,
        proposed_by=record.proposed_by,
        proposed_at=record.proposed_at,
        approved_by=record.approved_by,
        approved_at=record.approved_at,
    )
