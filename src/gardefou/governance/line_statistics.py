"""Counts at lines given out: journalled first, an hour late, as JSON or CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from gardefou.errors import UsageError
from gardefou.governance.canonical import Json
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import Journal
from gardefou.statistics.quarters import DELAY_S, LEAST, QUARTER_S
from gardefou.storage.line_counts import MOST_ROWS, LineCountRecord
from gardefou.storage.store import Store

COLUMNS: Final = (
    "camera_id",
    "line_id",
    "mode",
    "start",
    "counted_s",
    "heading",
    "passer",
    "passages",
)
"""The columns of the CSV form, and the fields of a row in JSON: no other is given out."""

TOO_FEW: Final = f"<{LEAST}"
"""What stands in the CSV form where there were fewer passages than are told."""


@dataclass(frozen=True, slots=True)
class CountsQuestion:
    """Which counts: of a camera (None: of all), of quarters that begin in [since, until), UTC s."""

    camera_id: str | None = None
    since: float = -math.inf
    until: float = math.inf


def ask(
    question: CountsQuestion, store: Store, journal: Journal, actor: str
) -> list[LineCountRecord]:
    """The counts, after the journal says who asked for which.

    Raises `JournalError`: then nothing is given; and `UsageError` for more than `MOST_ROWS`.
    """
    details: dict[str, Json] = {
        "camera": question.camera_id or "",
        "since": _moment(question.since),
        "until": _moment(question.until),
    }
    journal.append(Entry(actor, Operation.CONSULTATION, "line_counts", details=details))
    cameras = () if question.camera_id is None else (question.camera_id,)
    rows = store.line_counts(cameras, question.since, question.until)
    if len(rows) > MOST_ROWS:
        raise UsageError("counts.too_many", most=MOST_ROWS)
    return rows


def as_json(rows: Sequence[LineCountRecord]) -> dict[str, Json]:
    """The counts and how they are to be read; ``passages`` null where fewer than ``least``."""
    return {
        "quarter_s": QUARTER_S,
        "least": LEAST,
        "delay_s": int(DELAY_S),
        "counts": [dict(zip(COLUMNS, _values(row), strict=True)) for row in rows],
    }


def as_csv(rows: Iterable[LineCountRecord]) -> str:
    """The counts as a table with a line of names; `TOO_FEW` where there were too few."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        values = _values(row)
        writer.writerow([*values[:-1], TOO_FEW if row.passages is None else row.passages])
    return out.getvalue()


def _values(row: LineCountRecord) -> tuple[Json, ...]:
    return (
        row.camera_id,
        row.line_id,
        row.mode.value,
        _moment(row.start),
        row.counted_s,
        row.heading.value,
        row.passer.value,
        row.passages,
    )


def _moment(time: float) -> str:
    """A UTC time, s, as ISO 8601; nothing for one without bounds.

    >>> _moment(900), _moment(math.inf)
    ('1970-01-01T00:15:00Z', '')
    """
    if not math.isfinite(time):
        return ""
    return datetime.fromtimestamp(time, UTC).isoformat().replace("+00:00", "Z")
