"""Papers of a use under way: follow-ups, accesses, the prefect's week, the CNIL's quarter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from gardefou.governance.assessments import as_csv
from gardefou.governance.entry import Line, Operation
from gardefou.governance.facts import Facts
from gardefou.governance.findings import described
from gardefou.governance.headed import Fact, Paper, Section, Table
from gardefou.governance.pages import moment
from gardefou.governance.registration import drill_words, field_words
from gardefou.governance.rights import is_overdue
from gardefou.i18n import text
from gardefou.situations.situation import Situation
from gardefou.storage.paper_records import FindingStatus, RequestState
from gardefou.storage.records import AlertRecord, Mode
from gardefou.storage.store import Store

WEEK: Final = timedelta(days=7)
QUARTER: Final = timedelta(days=92)

FOLLOW_UPS: Final = ("alert_id", "event_type", "camera", "ts", "agent", "review", "suite", "delay")
"""Columns of the register of follow-ups (loi n° 2023-380, art. 10, VIII)."""

PERSONS: Final = ("person", "role", "authorised_by", "from", "to", "trainings")
ACCESSES: Final = ("person", "first", "last", "views", "reviews", "exports")

_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class PersonWithAccess:
    """A person who may see alerts, as the keeper of accounts knows them; days ISO 8601."""

    person: str
    role: str
    authorised_by: str
    since: str
    until: str
    trainings: str


def alerts_between(store: Store, since: float, until: float) -> Iterator[AlertRecord]:
    """Operational alerts opened in [since, until), the newest first, UTC s."""
    before = None
    while True:
        page = store.alerts(modes=(Mode.OPERATIONAL,), since=since, before=before, limit=_PAGE)
        yield from (each for each in page if each.opened_at < until)
        if len(page) < _PAGE:
            return
        before = page[-1].cursor


def follow_ups(store: Store, until: datetime) -> str:
    """The register of follow-ups as CSV, the newest first; the delay in whole seconds."""
    rows = []
    for each in alerts_between(store, 0.0, until.timestamp()):
        review = each.review
        rows.append(
            [
                str(each.id),
                each.situation.value,
                each.camera_id,
                datetime.fromtimestamp(each.opened_at, UTC).isoformat(timespec="seconds"),
                "" if review is None else review.reviewer,
                each.review_state.value,
                "" if review is None else review.follow_up.value,
                "" if review is None else str(round(review.at - each.opened_at)),
            ]
        )
    return as_csv(FOLLOW_UPS, rows)


def persons(people: Iterable[PersonWithAccess]) -> str:
    """The register of persons with access as CSV, as the keeper of accounts tells them."""
    rows = [
        [each.person, each.role, each.authorised_by, each.since, each.until, each.trainings]
        for each in people
    ]
    return as_csv(PERSONS, rows)


def accesses(entries: Iterable[Line]) -> str:
    """Who looked, decided or handed out, by the journal alone, as CSV."""
    counted = {Operation.VIEW: 0, Operation.REVIEW: 1, Operation.EXPORT: 2}
    known: dict[str, tuple[str, str, list[int]]] = {}
    for line in entries:
        place = counted.get(line.operation)  # type: ignore[call-overload]
        if place is None:
            continue
        first, _, counts = known.get(line.actor, (line.ts, "", [0, 0, 0]))
        counts[place] += 1
        known[line.actor] = (first, line.ts, counts)
    rows = [
        [actor, first, last, *map(str, counts)]
        for actor, (first, last, counts) in sorted(known.items())
    ]
    return as_csv(ACCESSES, rows)


def weekly(facts: Facts, store: Store, language: str = "fr") -> Paper:
    """The week's report for the prefect."""
    return _report("weekly", facts, store, WEEK, language)


def quarterly(facts: Facts, store: Store, language: str = "fr") -> Paper:
    """The quarter's report for the CNIL: the week's, and rights, drills and findings."""
    report = _report("quarterly", facts, store, QUARTER, language)
    requests = facts.requests
    late = sum(is_overdue(each, facts.at, facts.site.timezone) for each in requests)
    counts = {
        "open": sum(each.state is RequestState.OPEN for each in requests),
        "overdue": late,
        "answered": sum(each.state is RequestState.ANSWERED for each in requests),
        "refused": sum(each.state is RequestState.REFUSED for each in requests),
    }
    rights = Section(
        text("documents.report.requests", language),
        [
            Fact(name, text(f"documents.report.{name}", language), str(count))
            for name, count in counts.items()
        ],
    )
    words = [
        [text(f"situations.{each.value}.name", language), field, drill]
        for each in Situation
        if each in facts.watched
        for field in [field_words(facts, each, language)]
        for drill in [drill_words(facts, each, language)]
    ]
    columns = [
        text(f"documents.column.{each}", language) for each in ("situation", "field", "drill")
    ]
    field = Section(text("documents.report.field", language), table=Table(columns, words))
    return Paper(report.title, report.note, language, (*report.sections, field, rights))


def _report(kind: str, facts: Facts, store: Store, span: timedelta, language: str) -> Paper:
    since = facts.at - span
    alerts = list(alerts_between(store, since.timestamp(), facts.at.timestamp()))
    mandate = facts.shown_mandate
    zone = facts.site.timezone
    values = {
        "period": f"{moment(zone, since)} – {moment(zone, facts.at)}",
        "mandate": "" if mandate is None else f"{mandate.id}, {mandate.authorisation.act_number}",
        "cameras": str(len(facts.site.cameras)),
        "alerts": str(len(alerts)),
    }
    counted = Table(
        [text(f"documents.column.{each}", language) for each in _COLUMNS],
        [_row(situation, alerts, language) for situation in Situation],
    )
    recent = [each for each in facts.status if datetime.fromisoformat(each.at) >= since]
    status = Table(
        [text(f"documents.column.{each}", language) for each in ("at", "event")],
        [
            (moment(zone, each.at), text(f"register.event.{each.event.value}", language))
            for each in recent
        ],
    )
    findings = Table(
        [text(f"documents.column.{each}", language) for each in ("at", "what")],
        [
            (
                moment(zone, datetime.fromtimestamp(each.opened_at, UTC)),
                described(each, language),
            )
            for each in facts.findings
            if each.status is FindingStatus.OPEN
        ],
    )
    return Paper(
        text(f"documents.report.{kind}", language, site=facts.site.name),
        text("documents.report.note", language),
        language,
        (
            Section(
                text("documents.report.facts", language),
                [
                    Fact(name, text(f"documents.report.{name}", language), value)
                    for name, value in values.items()
                ],
            ),
            Section(text("documents.report.counts", language), table=counted),
            Section(text("documents.report.status", language), table=status),
            Section(text("documents.report.findings", language), table=findings),
        ),
    )


_COLUMNS: Final = ("situation", "alerts", "confirmed", "refuted", "doubtful", "unreviewed", "acted")


def _row(situation: Situation, alerts: Sequence[AlertRecord], language: str) -> list[str]:
    own = [each for each in alerts if each.situation is situation]
    states = [each.review_state.value for each in own]
    acted = sum(each.review is not None and each.review.follow_up.value != "none" for each in own)
    return [
        text(f"situations.{situation.value}.name", language),
        str(len(own)),
        *(str(states.count(name)) for name in ("confirmed", "refuted", "doubtful", "unreviewed")),
        str(acted),
    ]
