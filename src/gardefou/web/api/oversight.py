"""For the data-protection officer and the auditor: mandates, the journal, its proofs, holds.

Whoever reads in the journal gives a reason, which the journal holds before anything is shown.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, JsonValue

from gardefou.errors import JournalError, KeysError
from gardefou.governance.entry import Line, Operation
from gardefou.governance.entry_proof import proof_of
from gardefou.governance.journal_search import Wanted, search
from gardefou.governance.roles import Action
from gardefou.governance.stoppages import stoppages
from gardefou.governance.transparency import CheckpointStore, audit, log_public_key
from gardefou.web.access import Person, require
from gardefou.web.api.context import InContext
from gardefou.web.api.models import PersonName, Strict
from gardefou.web.api.public import facts_of
from gardefou.web.problems import RefusedError, told

LOGGER: Final = logging.getLogger(__name__)

router = APIRouter(prefix="/api/oversight", tags=["oversight"])

Reads = Annotated[Person, require(Action.READ_JOURNAL)]


class MandateView(Strict):
    """A mandate on the time line; times UTC, ISO 8601. An empty deliberation: there was none."""

    id: str
    act: str
    event: str
    reasons: str
    start: str
    end: str
    deliberation: str
    revoked: bool
    current: bool


class StoppageView(Strict):
    """A suspension; times UTC, ISO 8601; ``ended`` None while it lasts."""

    begun: str
    ended: str | None


class TimelineView(Strict):
    """Mandates, the oldest first, and suspensions, the latest first; ``at`` UTC, ISO 8601."""

    at: str
    mandates: list[MandateView]
    suspensions: list[StoppageView]


class SearchRequest(Strict):
    """What is looked for in the journal, and why; times UTC s. There is no search by actor."""

    reason: Annotated[str, Field(min_length=3, max_length=200)]
    operation: Operation | None = None
    about: Annotated[str, Field(max_length=200)] = ""
    since: float | None = None
    until: float | None = None
    before: Annotated[int, Field(ge=1)] | None = None
    by: PersonName | None = None


class LineView(Strict):
    """An entry of the journal as it stands there."""

    seq: int
    at: str
    actor: str
    operation: str
    about: str
    reason: str
    details: dict[str, JsonValue]


class FoundView(Strict):
    """A page, the newest entry first."""

    lines: list[LineView]
    more: bool


class VerificationView(Strict):
    """What a verification found; ``breach_line`` where the chain broke, None where it did not."""

    intact: bool
    entries: int
    pruned: int
    breach_line: int | None
    false_files: int
    held_to: int
    witnessed: dict[str, int]


class CheckpointView(Strict):
    """The newest checkpoint as its signed note, and the log's public key; None before the first."""

    size: int | None
    note: str | None
    key: str | None


class ProofRequest(Strict):
    """An entry of the journal, by its number."""

    seq: Annotated[int, Field(ge=1)]


class ProofView(Strict):
    """A proof that the newest checkpoint holds an entry (c2sp.org/tlog-proof)."""

    proof: str


class HoldView(Strict):
    """What no purge may take: a procedure's claim, or a request's; times UTC s."""

    reference: str
    alert_id: UUID | None
    camera_id: str | None
    since: float | None
    until: float | None
    placed_at: float
    lifted_at: float | None


@router.get("/mandates")
def list_mandates(context: InContext, _: Reads) -> TimelineView:
    """Every mandate and every suspension."""
    facts = facts_of(context)
    return TimelineView(
        at=facts.at.isoformat(timespec="seconds"),
        mandates=[
            MandateView(
                id=each.id,
                act=each.authorisation.act_number,
                event=each.authorisation.event,
                reasons=each.authorisation.reasons,
                start=each.start.isoformat(),
                end=each.end.isoformat(),
                deliberation=each.authorisation.deliberation.strip(),
                revoked=each.revoked,
                current=each == facts.mandate,
            )
            for each in facts.mandates
        ],
        suspensions=[
            StoppageView(begun=each.begun, ended=each.ended) for each in stoppages(facts.status)
        ],
    )


@router.post("/journal")
def search_journal(context: InContext, person: Reads, body: SearchRequest) -> FoundView:
    """Read in the journal, after it says who reads and why."""
    wanted = Wanted(body.operation, body.about, body.since, body.until, body.before)
    with told():
        found = search(context.services.journal, person.actor(body.by), body.reason, wanted)
    return FoundView(lines=[_line(each) for each in found.lines], more=found.more)


@router.post("/verification")
def verify(context: InContext, _: Reads) -> VerificationView:
    """Hold the whole journal to its links and checkpoints, now."""
    try:
        found = audit(context.services.home)
    except (JournalError, KeysError) as error:
        LOGGER.error("%s", error)
        raise RefusedError(
            HTTPStatus.SERVICE_UNAVAILABLE, "accountability_page.refused.unverified"
        ) from error
    verified = found.verification
    return VerificationView(
        intact=found.sound,
        entries=verified.entries,
        pruned=verified.pruned,
        breach_line=None if verified.breach is None else verified.breach.line,
        false_files=len(found.false_files),
        held_to=verified.held_to,
        witnessed=found.witnessed,
    )


@router.get("/checkpoint")
def get_checkpoint(context: InContext, _: Reads) -> CheckpointView:
    """The newest checkpoint: what to note down outside."""
    home = context.services.home
    try:
        signed, key = CheckpointStore(home).latest(), log_public_key(home)
    except (JournalError, KeysError) as error:
        LOGGER.error("%s", error)
        raise RefusedError(
            HTTPStatus.SERVICE_UNAVAILABLE, "accountability_page.refused.unverified"
        ) from error
    return CheckpointView(
        size=None if signed is None else signed.checkpoint.size,
        note=None if signed is None else str(signed),
        key=None if key is None else str(key),
    )


@router.post("/proof")
def prove(context: InContext, _: Reads, body: ProofRequest) -> ProofView:
    """A proof that the newest checkpoint holds an entry."""
    with told():
        return ProofView(proof=proof_of(context.services.home, body.seq))


@router.get("/holds")
def list_holds(context: InContext, _: Reads) -> list[HoldView]:
    """Every hold there ever was, of procedures and of requests, the latest first."""
    store = context.services.store
    with told():
        procedures = [
            HoldView(
                reference=each.reference,
                alert_id=each.alert_id,
                camera_id=each.camera_id,
                since=each.since,
                until=each.until,
                placed_at=each.placed_at,
                lifted_at=each.lifted_at,
            )
            for each in store.holds(lasting=False)
        ]
        now = context.services.clock()
        requests = [
            HoldView(
                reference=each.reason,
                alert_id=None,
                camera_id=each.camera_id,
                since=each.start,
                until=each.end,
                placed_at=each.placed_at,
                lifted_at=each.released_at,
            )
            for each in store.papers.holds(now)
        ]
    return sorted([*procedures, *requests], key=lambda each: -each.placed_at)


def _line(line: Line) -> LineView:
    return LineView(
        seq=line.seq,
        at=line.ts,
        actor=line.actor,
        operation=line.operation,
        about=line.object_ref,
        reason=line.motif,
        details=line.details,
    )
