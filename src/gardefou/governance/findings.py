"""Findings: what the system finds wrong with its own use, for a committee that must answer.

Some are found by looking (`observe`), some are told by others through the journal: an entry whose
details hold ``"finding": KIND`` opens a finding of that kind about its object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from gardefou.errors import UsageError
from gardefou.governance.entry import Entry, Line, Operation
from gardefou.governance.facts import Facts
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.governance.measures import Cut
from gardefou.governance.rights import is_overdue
from gardefou.i18n import text
from gardefou.site.coverage import uncovered
from gardefou.storage.paper_records import (
    DrillResult,
    FindingKind,
    FindingRecord,
    FindingStatus,
    Observed,
)
from gardefou.storage.papers import Papers

EXPIRY_DAYS: Final = 7
"""How long before its end a mandate is near it, days: time to decide on another, or not to."""

LEAST_DECIDED: Final = 10
"""Decided alerts below which a camera's precision proves nothing."""

UNREVIEWED_HOURS: Final = 24
"""How long an alert may wait for its review, hours."""

FORETOLD: Final = frozenset(
    {FindingKind.MASKS_UNCOVERED, FindingKind.CAMERA_MOVED, FindingKind.MISUSE}
)
"""Kinds that other parts may tell through the journal."""


_BY_OPERATION: Final = {"camera_moved": FindingKind.CAMERA_MOVED.value}
"""Operations that are findings by themselves."""


def look(facts: Facts, papers: Papers, journal: Journal) -> list[FindingRecord]:
    """Open what is found and not known yet, each journalled first; the answer is what is new."""
    fresh = [each for each in _once(_all(facts, journal)) if not papers.is_known(each)]
    for each in fresh:
        details = {"kind": each.kind.value, "step": "open"}
        journal.append(Entry(SOFTWARE, Operation.FINDING, each.object_ref, details=details))
    return papers.open_findings(fresh, facts.at.timestamp())


def answer(
    number: int, words: str, by: str, minutes: str, papers: Papers, journal: Journal, now: float
) -> FindingRecord:
    """Answer a finding as the minutes of a meeting do, journalled first; ``now`` UTC, s.

    Raises `UsageError` when the answer, its author or the reference of the minutes is empty.
    """
    if not (words.strip() and by.strip() and minutes.strip()):
        raise UsageError("findings.empty_answer")
    finding = papers.finding(number)
    details = {"kind": finding.kind.value, "step": "answer", "minutes": minutes}
    journal.append(Entry(by, Operation.FINDING, f"finding:{number}", words[:200], details))
    return papers.answer_finding(number, words, by, minutes, now)


def described(finding: FindingRecord, language: str | None = None) -> str:
    """What was found, in words."""
    return text(f"findings.kind.{finding.kind.value}", language, **finding.fields)


def is_public(finding: FindingRecord, at: datetime, after_days: int) -> bool:
    """Whether a finding stayed unanswered so long that everybody may read it."""
    waited = at.timestamp() - finding.opened_at
    return finding.status is FindingStatus.OPEN and waited >= after_days * 86400


def observe(facts: Facts) -> Iterator[Observed]:
    """What is to be found in the facts themselves."""
    for look_at in _LOOKS:
        yield from look_at(facts)


def told(entries: Iterable[Line]) -> Iterator[Observed]:
    """What other parts told through the journal; its object carries the day it was told."""
    for line in entries:
        kind = _BY_OPERATION.get(line.operation) or line.details.get("finding")
        if kind in {each.value for each in FORETOLD}:
            day = line.ts[:10]
            fields = {"object": line.object_ref, "day": day}
            yield Observed(FindingKind(kind), f"{line.object_ref}@{day}"[:200], fields)


def watching(entries: Iterable[Line], most_a_day: int) -> Iterator[Observed]:
    """Accounts that looked at pictures more often in a day than the town holds for usual."""
    views: dict[tuple[str, str], int] = {}
    for line in entries:
        if line.operation == Operation.VIEW:
            key = (line.actor, line.ts[:10])
            views[key] = views.get(key, 0) + 1
    for (actor, day), count in views.items():
        if count > most_a_day:
            fields = {"object": f"{actor} ({count})", "day": day}
            yield Observed(FindingKind.MISUSE, f"{actor}@{day}"[:200], fields)


def refused(entries: Iterable[Line], most_a_day: int) -> Iterator[Observed]:
    """Accounts that asked too often in a day for what their role or the limit of views forbids.

    Entries tell of a growing count, by action; the highest of a day counts.
    """
    highest: dict[tuple[str, str], dict[str, int]] = {}
    for line in entries:
        counts = highest.setdefault((line.actor, line.ts[:10]), {})
        if line.operation == Operation.ACTION_REFUSED:
            times, action = line.details.get("times"), str(line.details.get("action"))
            counts[action] = max(counts.get(action, 0), times if isinstance(times, int) else 1)
        elif line.operation == Operation.VIEW_REFUSED:
            counts["views"] = counts.get("views", 0) + 1
    for (actor, day), counts in highest.items():
        count = sum(counts.values())
        if count > most_a_day:
            fields = {"object": f"{actor} (403 × {count})", "day": day}
            yield Observed(FindingKind.MISUSE, f"{actor}:refused@{day}"[:200], fields)


def _all(facts: Facts, journal: Journal) -> Iterator[Observed]:
    yield from observe(facts)
    entries = list(journal.entries())
    yield from told(entries)
    yield from watching(entries, facts.town.most_views_a_day)
    yield from refused(entries, facts.town.most_refusals_a_day)


def _once(observed: Iterable[Observed]) -> list[Observed]:
    return list({(each.kind, each.object_ref): each for each in observed}.values())


def _masks(facts: Facts) -> Iterator[Observed]:
    for camera in facts.site.cameras:
        if not camera.masks:
            fields = {"camera": camera.name}
            yield Observed(FindingKind.MASKS_MISSING, f"camera:{camera.id}", fields)
        for area in uncovered(camera):
            seen = f"{camera.name}, {area.area} ({100 * (1 - area.share):.0f} %)"
            day = facts.at.date().isoformat()
            object_ref = f"camera:{camera.id}:{area.area}"[:200]
            fields = {"object": seen, "day": day}
            yield Observed(FindingKind.MASKS_UNCOVERED, object_ref, fields)


def _mandate(facts: Facts) -> Iterator[Observed]:
    mandate = facts.mandate
    if mandate is None:
        return
    if mandate.end - facts.at <= timedelta(days=EXPIRY_DAYS):
        fields = {"mandate": mandate.id, "end": mandate.end.date().isoformat()}
        yield Observed(FindingKind.MANDATE_EXPIRING, f"mandate:{mandate.id}", fields)
    if not mandate.authorisation.deliberation:
        fields = {"mandate": mandate.id}
        yield Observed(FindingKind.NO_DELIBERATION, f"mandate:{mandate.id}", fields)
    if mandate.contract.missing:
        fields = {"mandate": mandate.id, "missing": ", ".join(mandate.contract.missing)}
        yield Observed(FindingKind.CONTRACT_INCOMPLETE, f"mandate:{mandate.id}", fields)


def _precision(facts: Facts) -> Iterator[Observed]:
    """Cameras whose precision is surely below the evaluation's: the interval's upper end is."""
    month = facts.at.strftime("%Y-%m")
    for each in facts.measures.precision:
        figures = facts.publication.situations.get(each.situation)
        decided = each.counts.confirmed + each.counts.refuted
        if each.cut is not Cut.CAMERA or each.interval is None or decided < LEAST_DECIDED:
            continue
        if figures is None or figures.precision is None or each.interval[1] >= figures.precision:
            continue
        fields = {
            "camera": each.value,
            "situation": each.situation.value,
            "field": f"{100 * (each.counts.precision or 0):.0f} %",
            "claimed": f"{100 * figures.precision:.0f} %",
        }
        object_ref = f"camera:{each.value}:{each.situation.value}@{month}"
        yield Observed(FindingKind.PRECISION_LOW, object_ref, fields)


def _unreviewed(facts: Facts) -> Iterator[Observed]:
    if facts.unreviewed:
        day = facts.at.date().isoformat()
        fields = {"count": str(facts.unreviewed), "hours": str(UNREVIEWED_HOURS)}
        yield Observed(FindingKind.UNREVIEWED, f"alerts@{day}", fields)


def _unwritten(facts: Facts) -> Iterator[Observed]:
    """What only a person can write: the town's facts, and the judgements of the assessment."""
    for name in facts.town.missing:
        yield Observed(FindingKind.TO_COMPLETE, f"town:{name}", {"field": name})
    mandate = facts.shown_mandate
    if mandate is None or mandate.authorisation.dpia is None:
        yield Observed(FindingKind.TO_COMPLETE, "dpia", {"field": "dpia"})


def _requests(facts: Facts) -> Iterator[Observed]:
    for each in facts.requests:
        if is_overdue(each, facts.at, facts.site.timezone):
            fields = {"number": str(each.number)}
            yield Observed(FindingKind.REQUEST_OVERDUE, f"request:{each.number}", fields)


def _drills(facts: Facts) -> Iterator[Observed]:
    for each in facts.drills:
        if each.result is DrillResult.MISSED:
            fields = {
                "number": str(each.number),
                "camera": each.plan.camera_id,
                "situation": each.plan.situation.value,
            }
            yield Observed(FindingKind.DRILL_MISSED, f"drill:{each.number}", fields)


_LOOKS: Final[Sequence[Callable[[Facts], Iterator[Observed]]]] = (
    _masks,
    _mandate,
    _precision,
    _unreviewed,
    _unwritten,
    _requests,
    _drills,
)
