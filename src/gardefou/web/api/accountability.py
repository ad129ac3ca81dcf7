"""For the committee, the data-protection officer and inspectors: findings, measures, requests.

``by`` and ``reader`` are names as typed; they only count at an open desk, without accounts.
"""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from gardefou.governance import findings, rights
from gardefou.governance.documents import Desk, DocumentKind, issue
from gardefou.governance.entitled import people_with_access
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.roles import Action
from gardefou.runtime.bus import AlertChange, AlertChanged
from gardefou.storage.paper_records import (
    FindingKind,
    FindingRecord,
    FindingStatus,
    RefusalGround,
    RequestKind,
    RequestRecord,
    RequestState,
    ReviewLabel,
)
from gardefou.web.access import Person, require
from gardefou.web.api.alerts import find_alert
from gardefou.web.api.context import InContext
from gardefou.web.api.models import Bilingual, PersonName, Strict
from gardefou.web.api.public import facts_of, office_of
from gardefou.web.problems import RefusedError, told

Words = Annotated[str, Field(min_length=1, max_length=4000)]
Reference = Annotated[str, Field(min_length=1, max_length=200)]

router = APIRouter(prefix="/api/accountability", tags=["accountability"])

MEDIA_TYPES = {
    "html": "text/html",
    "json": "application/json",
    "geojson": "application/geo+json",
    "csv": "text/csv",
    "svg": "image/svg+xml",
}


Reads = Annotated[Person, require(Action.READ_FINDINGS)]
Answers = Annotated[Person, require(Action.ANSWER_FINDINGS)]
Measures = Annotated[Person, require(Action.READ_MEASURES)]
Requests = Annotated[Person, require(Action.REQUESTS)]
Reviews = Annotated[Person, require(Action.REVIEW)]
Documents = Annotated[Person, require(Action.READ_JOURNAL)]


class FindingView(Strict):
    """A finding; times UTC seconds."""

    number: int
    kind: FindingKind
    object_ref: str
    what: Bilingual
    opened_at: float
    status: FindingStatus
    answer: str | None
    answered_by: str | None
    answered_at: float | None
    minutes: str | None


class FindingAnswer(Strict):
    """What the minutes of a meeting answer."""

    answer: Words
    minutes: Reference
    by: PersonName | None = None


class RequestView(Strict):
    """A request of a resident, who is not named; times UTC seconds."""

    number: int
    kind: RequestKind
    reference: str
    camera_id: str
    start: float
    end: float
    received_at: float
    due_at: float
    overdue: bool
    state: RequestState
    ground: RefusalGround | None
    alerts: list[UUID]


class NewRequestBody(Strict):
    """A request as it came in; times UTC seconds."""

    kind: RequestKind
    reference: Reference
    camera_id: Reference
    start: float
    end: float
    received_at: float
    by: PersonName | None = None


class RequestAnswer(Strict):
    """The answer to a request; with a ground it is a refusal."""

    words: Words
    ground: RefusalGround | None = None
    by: PersonName | None = None


class LabelBody(Strict):
    """A label for an alert."""

    label: ReviewLabel
    by: PersonName | None = None


@router.get("/findings")
def list_findings(context: InContext, _: Reads) -> list[FindingView]:
    """Every finding, after looking for new ones."""
    office = office_of(context)
    with told():
        findings.look(facts_of(context), office.store.papers, office.journal)
        return [_finding(each) for each in office.store.papers.findings()]


@router.post("/findings/{number}/answer")
def answer_finding(
    context: InContext, person: Answers, number: int, body: FindingAnswer
) -> FindingView:
    """Answer a finding with the reference of the minutes."""
    office = office_of(context)
    now = office.now().timestamp()
    with told():
        return _finding(
            findings.answer(
                number,
                body.answer,
                person.actor(body.by),
                body.minutes,
                office.store.papers,
                office.journal,
                now,
            )
        )


@router.get("/measures")
def get_measures(context: InContext, _: Measures) -> dict[str, Any]:
    """Field precision by operators' verdicts, drills, alerts out of purpose."""
    return facts_of(context).measures.as_json()


@router.get("/requests")
def list_requests(context: InContext, _: Requests) -> list[RequestView]:
    """Every request of a resident with its deadline."""
    return [_request(context, each) for each in facts_of(context).requests]


@router.post("/requests", status_code=HTTPStatus.CREATED)
def new_request(context: InContext, person: Requests, body: NewRequestBody) -> RequestView:
    """Take a request in; what it may be about is held at once."""
    facts, office = facts_of(context), office_of(context)
    wish = rights.NewRequest(
        body.kind, body.reference, body.camera_id, body.start, body.end, body.received_at
    )
    cameras = [each.id for each in facts.site.cameras]
    now = office.now().timestamp()
    with told():
        taken = rights.take_in(
            wish, cameras, office.store, office.journal, person.actor(body.by), now
        )
    return _request(context, taken)


@router.post("/requests/{number}/answer")
def answer_request(
    context: InContext, person: Requests, number: int, body: RequestAnswer
) -> RequestView:
    """Note that a request was answered or refused."""
    office = office_of(context)
    store, journal, by = office.store, office.journal, person.actor(body.by)
    now = office.now().timestamp()
    with told():
        if body.ground is None:
            closed = rights.answer(number, body.words, store, journal, by, now)
        else:
            closed = rights.refuse(number, body.ground, body.words, store, journal, by, now)
    return _request(context, closed)


@router.post("/alerts/{alert_id}/label", status_code=HTTPStatus.NO_CONTENT)
def label_alert(context: InContext, person: Reviews, alert_id: UUID, body: LabelBody) -> None:
    """Say that an alert was foreign to the law's purpose; it is counted and published."""
    record = find_alert(context, alert_id)
    office = office_of(context)
    by, now = person.actor(body.by), office.now().timestamp()
    with told():
        details = {"label": body.label.value}
        office.journal.append(Entry(by, Operation.REVIEW, f"alert:{record.id}", details=details))
        office.store.papers.label(alert_id, body.label, by, now)
    context.services.events.publish(AlertChanged(alert_id, AlertChange.LABELLED))


@router.get("/documents/{kind}/{name}")
def get_document(
    context: InContext,
    person: Documents,
    kind: DocumentKind,
    name: str,
    reader: PersonName | None = None,
) -> Response:
    """One file of a paper; ``reader`` is journalled where it names operators."""
    access = context.services.access
    with told():
        people = () if access is None else people_with_access(access.accounts)
        desk = Desk(office_of(context), facts_of(context), people=people)
        files = issue(kind, desk, person.actor(reader)).files
    if name not in files:
        raise RefusedError(HTTPStatus.NOT_FOUND, "web.error.no_page")
    return Response(files[name], media_type=MEDIA_TYPES[name.rpartition(".")[2]])


def _finding(record: FindingRecord) -> FindingView:
    values = asdict(record)
    kind, fields = values.pop("kind"), values.pop("fields")
    what = Bilingual.of(f"findings.kind.{kind.value}", **fields)
    return FindingView(kind=kind, what=what, **values)


def _request(context: InContext, record: RequestRecord) -> RequestView:
    office = office_of(context)
    timezone = facts_of(context).site.timezone
    return RequestView(
        number=record.number,
        kind=record.kind,
        reference=record.reference,
        camera_id=record.camera_id,
        start=record.start,
        end=record.end,
        received_at=record.received_at,
        due_at=rights.deadline(record, timezone).timestamp(),
        overdue=rights.is_overdue(record, office.now(), timezone),
        state=record.state,
        ground=record.ground,
        alerts=[each.id for each in rights.located(record, office.store)],
    )
