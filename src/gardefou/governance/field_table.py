"""The table of field figures, a line per situation and cut, beside what the evaluation found.

No line is about a person: nothing is cut by who reviewed, and how long reviews take is only told
for a situation as a whole, since an hour or a camera would often be one operator's.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from statistics import median
from typing import Final

from gardefou.governance.facts import Facts, Office
from gardefou.governance.findings import LEAST_DECIDED
from gardefou.governance.measures import Cut, DrillFigures, FieldPrecision
from gardefou.governance.watched import FalseRate, Key, false_rates, watches
from gardefou.situations.situation import Situation

LONGEST_DAYS: Final = 30
"""Over how long rates are taken where the town has not said how long alerts are kept, days."""

LEAST_DELAYS: Final = 5
"""Fewest reviews of which a median delay is told: of one it would be somebody's."""


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One line: shares 0..1, times s; None where nothing is known.

    ``few`` whether fewer than `LEAST_DECIDED` alerts were decided. ``evaluated_*`` what the
    evaluation found of the situation, on its own footage.
    """

    situation: Situation
    cut: Cut
    value: str
    alerts: int
    confirmed: int
    refuted: int
    doubtful: int
    unreviewed: int
    precision: float | None
    low: float | None
    high: float | None
    few: bool
    camera_hours: float
    false_per_camera_hour: float | None
    review_delay_s: float | None
    drills: int
    drills_found: int
    drill_delay_s: float | None
    evaluated_precision: float | None
    evaluated_recall: float | None
    evaluated_events: int
    evaluated_delay_s: float | None
    evaluated_false_per_hour: float | None


@dataclass(frozen=True, slots=True)
class Table:
    """All lines; ``since`` from when rates are counted, ``at`` until when, UTC s."""

    since: float
    at: float
    rows: tuple[FieldRow, ...]

    def as_csv(self) -> str:
        """The lines as CSV (RFC 4180), the names of the fields first."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([each.name for each in fields(FieldRow)])
        writer.writerows([_cells(each) for each in self.rows])
        return out.getvalue()


def table_of(office: Office, facts: Facts) -> Table:
    """The table at a moment; raises `StorageError` and `JournalError`."""
    now = facts.at.timestamp()
    since = now - (facts.town.retention_days or LONGEST_DAYS) * 86400
    papers = office.store.papers
    spans = list(watches(office.journal.entries(), now))
    rates = false_rates(facts.site, papers, spans, since, now)
    delays = _delays(papers.first_review_delays())
    judged = {(each.situation, each.cut, each.value): each for each in facts.measures.precision}
    drills = {(each.situation, each.cut, each.value): each for each in facts.measures.drills}
    keys = {*judged, *drills, *(key for key, rate in rates.items() if rate.camera_hours > 0)}
    rows = tuple(
        _row(facts, key, judged.get(key), drills.get(key), rates.get(key), delays)
        for key in sorted(keys, key=_order)
    )
    return Table(since, now, rows)


def _row(
    facts: Facts,
    key: Key,
    judged: FieldPrecision | None,
    drills: DrillFigures | None,
    rate: FalseRate | None,
    delays: Mapping[Situation, float],
) -> FieldRow:
    situation, cut, value = key
    counts = None if judged is None else judged.counts
    low, high = (None, None) if judged is None or judged.interval is None else judged.interval
    shipped = facts.publication.situations.get(situation)
    decided = 0 if counts is None else counts.confirmed + counts.refuted
    return FieldRow(
        situation=situation,
        cut=cut,
        value=value,
        alerts=0 if counts is None else counts.total,
        confirmed=0 if counts is None else counts.confirmed,
        refuted=0 if counts is None else counts.refuted,
        doubtful=0 if counts is None else counts.doubtful,
        unreviewed=0 if counts is None else counts.unreviewed,
        precision=None if counts is None else counts.precision,
        low=low,
        high=high,
        few=decided < LEAST_DECIDED,
        camera_hours=0.0 if rate is None else rate.camera_hours,
        false_per_camera_hour=None if rate is None else rate.per_camera_hour,
        review_delay_s=delays.get(situation) if cut is Cut.ALL else None,
        drills=0 if drills is None else drills.found + drills.missed,
        drills_found=0 if drills is None else drills.found,
        drill_delay_s=None if drills is None else drills.delay_s,
        evaluated_precision=None if shipped is None else shipped.precision,
        evaluated_recall=None if shipped is None else shipped.recall,
        evaluated_events=0 if shipped is None else shipped.events,
        evaluated_delay_s=None if shipped is None else shipped.delay_s,
        evaluated_false_per_hour=None if shipped is None else shipped.false_per_hour,
    )


def _delays(found: Sequence[tuple[Situation, float]]) -> dict[Situation, float]:
    groups: dict[Situation, list[float]] = {}
    for situation, delay in found:
        groups.setdefault(situation, []).append(delay)
    return {key: median(each) for key, each in groups.items() if len(each) >= LEAST_DELAYS}


def _order(key: Key) -> tuple[int, int, str]:
    situation, cut, value = key
    return list(Situation).index(situation), list(Cut).index(cut), value


def _cells(row: FieldRow) -> list[object]:
    return [
        "" if each is None else round(each, 4) if isinstance(each, float) else _safe(each)
        for each in astuple(row)
    ]


def _safe(cell: object) -> object:
    """A name that a spreadsheet would take for a formula is written as words."""
    risky = isinstance(cell, str) and cell.startswith(("=", "+", "-", "@"))
    return f"'{cell}" if risky else cell
