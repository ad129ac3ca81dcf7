"""The rights desk: requests of residents, their legal clock, what is held for them, refusals.

A request is known by the camera and the time that the person gave, and by the reference of the
letter in the town's own files. Who the person is does not stand here.

Only evidence of alerts is kept by this system. Continuous recordings belong to the town's recorder:
every answer says so.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from gardefou.errors import UsageError
from gardefou.evidence.files import whole_file
from gardefou.governance.canonical import Json
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import Journal
from gardefou.governance.town import DataProtection
from gardefou.i18n import text
from gardefou.storage.paper_records import (
    RefusalGround,
    RequestKind,
    RequestRecord,
    RequestState,
)
from gardefou.storage.records import AlertRecord
from gardefou.storage.store import Store

MONTHS: Final = 1
"""How long an answer may take, months from receipt (RGPD, art. 12(3))."""

EXTENSION_MONTHS: Final = 2
"""How much longer when requests are complex or many, months (RGPD, art. 12(3))."""

APPEAL_MONTHS: Final = 2
"""How long what a refused request is about is kept after the refusal, months: the time in which a
decision of an administration can be taken to court (CJA, art. R421-1)."""

LONGEST_SPAN_S: Final = 24 * 3600.0
"""Longest time that one request may be about, s."""

MARGIN_S: Final = 300.0
"""How far before and after the time a person remembers is held, s."""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request as it comes in; times UTC, s."""

    kind: RequestKind
    reference: str
    camera_id: str
    start: float
    end: float
    received_at: float


def take_in(
    wish: NewRequest, cameras: Sequence[str], store: Store, journal: Journal, by: str, now: float
) -> RequestRecord:
    """Take a request in and hold at once what it may be about, journalled first.

    Raises `UsageError` for a camera that the site has not, a time that ends before it begins or
    is too long, and a receipt that is still to come.
    """
    if wish.camera_id not in cameras:
        raise UsageError("rights.no_camera", camera=wish.camera_id, known=", ".join(cameras))
    if not 0 <= wish.end - wish.start <= LONGEST_SPAN_S:
        raise UsageError("rights.bad_span")
    if wish.received_at > now:
        raise UsageError("rights.not_received_yet")
    _journal(journal, by, f"letter:{wish.reference}", "new", wish.kind.value)
    span = (wish.start - MARGIN_S, wish.end + MARGIN_S)
    return store.papers.add_request(
        wish.kind, wish.reference, wish.camera_id, span, wish.received_at, now
    )


def located(request: RequestRecord, store: Store) -> list[AlertRecord]:
    """The alerts whose evidence the request may be about."""
    ids = store.papers.overlapping(request.camera_id, request.start, request.end)
    return [store.alert(each) for each in ids]


def deadline(request: RequestRecord, timezone: str) -> datetime:
    """The last moment for an answer: the end of the day a month after receipt, local, in UTC.

    The day is that of the receipt's number, or the month's last (règlement 1182/71, art. 3). A
    week-end does not move it: it may only ever be early.
    """
    months = MONTHS + (EXTENSION_MONTHS if request.extension is not None else 0)
    zone = ZoneInfo(timezone)
    received = datetime.fromtimestamp(request.received_at, zone).date()
    day = _later(received, months)
    return datetime.combine(day, time.max, zone).astimezone(UTC)


def is_overdue(request: RequestRecord, at: datetime, timezone: str) -> bool:
    """Whether a request still waits after its deadline."""
    return request.state is RequestState.OPEN and at > deadline(request, timezone)


def extend(
    number: int, reason: str, store: Store, journal: Journal, by: str, now: datetime, timezone: str
) -> RequestRecord:
    """Take two months more, journalled first; the person is to be told why within the first.

    Raises `UsageError` without a reason, and when the deadline has passed.
    """
    request = store.papers.request(number)
    if not reason.strip():
        raise UsageError("rights.no_reason")
    if now > deadline(request, timezone):
        raise UsageError("rights.too_late", number=number)
    _journal(journal, by, f"request:{number}", "extend")
    return store.papers.extend_request(number, reason)


def answer(
    number: int, words: str, store: Store, journal: Journal, by: str, now: float
) -> RequestRecord:
    """Note that a request was answered, journalled first; its hold ends."""
    if not words.strip():
        raise UsageError("rights.no_reason")
    _journal(journal, by, f"request:{number}", "answer")
    closed = store.papers.close_request(number, words, by, now)
    store.papers.release_hold(closed.hold, now)
    return closed


def refuse(
    number: int,
    ground: RefusalGround,
    words: str,
    store: Store,
    journal: Journal,
    by: str,
    now: float,
) -> RequestRecord:
    """Refuse a request on one of the law's grounds, journalled first.

    Its hold lasts until the time to contest the refusal is over.
    """
    if not words.strip():
        raise UsageError("rights.no_reason")
    _journal(journal, by, f"request:{number}", "refuse", ground.value)
    closed = store.papers.close_request(number, words, by, now, ground)
    day = _later(datetime.fromtimestamp(now, UTC).date(), APPEAL_MONTHS) + timedelta(days=1)
    store.papers.release_hold(closed.hold, datetime.combine(day, time.min, UTC).timestamp())
    return closed


def hand_out(
    request: RequestRecord,
    out: Path,
    store: Store,
    journal: Journal,
    persons: tuple[str, str],
    read: Callable[[str], bytes],
) -> list[Path]:
    """Copy the evidence that a request located, two persons agreeing, journalled first.

    Every head in it is blurred already, the requester's too. ``read`` gives a piece's content by
    its path in the evidence folder. Raises `UsageError` unless two different persons agree,
    `OutputError` when the folder cannot be written.
    """
    first, second = (each.strip() for each in persons)
    if not first or not second or first == second:
        raise UsageError("rights.two_persons")
    pieces = [path for alert in located(request, store) for path in alert.evidence.values()]
    details: dict[str, Json] = {"second": second, "pieces": len(pieces)}
    journal.append(Entry(first, Operation.EXPORT, f"request:{request.number}", details=details))
    written = []
    for number, piece in enumerate(pieces, 1):
        path = out / f"{number:03d}-{Path(piece).name}"
        content = read(piece)
        with whole_file(path) as unfinished:
            unfinished.write_bytes(content)
        written.append(path)
    return written


def letter(
    request: RequestRecord, title: DataProtection | None, count: int, language: str | None = None
) -> str:
    """The words that every answer or refusal must carry: what is kept, and where to go with it."""
    parts = [text("rights.letter.kept", language, count=count)]
    if request.ground is not None:
        ground = text(f"rights.ground.{request.ground.value}", language)
        parts.append(text("rights.letter.refused", language, ground=ground))
    parts.append(route(title, language))
    return "\n\n".join(parts)


def route(title: DataProtection | None, language: str | None = None) -> str:
    """Where a person goes who is not content, by the title that governs the processing."""
    which = title or DataProtection.TITLE_II
    return text(f"rights.route.{which.value}", language)


def _later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last.

    >>> _later(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _journal(journal: Journal, by: str, object_ref: str, step: str, motif: str = "") -> None:
    """Words written to a person stay out of the journal: they may say who the person is."""
    journal.append(Entry(by, Operation.RIGHTS, object_ref, motif, {"step": step}))
