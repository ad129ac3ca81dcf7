"""Reading in the journal: by operation, object and time, never by who acted, and never unseen.

Whoever reads says why; that stands in the journal before anything is shown.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gardefou.governance.canonical import Json
from gardefou.governance.entry import Entry, Line, Operation
from gardefou.governance.journal import FILE_NAME, Journal

PAGE: Final = 100
"""Most entries given at once."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; None where it does not matter.

    ``about`` a beginning of what an entry is about, such as ``camera:quay``; ``since`` and
    ``until`` UTC s; ``before`` the number of the entry where the page before ended.
    """

    operation: Operation | None = None
    about: str = ""
    since: float | None = None
    until: float | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page, the newest first; ``more`` whether older entries fit as well."""

    lines: tuple[Line, ...]
    more: bool


def search(journal: Journal, actor: str, reason: str, wanted: Wanted) -> Found:
    """Look, after the journal says who does and why; raises `JournalError`."""
    details: dict[str, Json] = {}
    if wanted.operation is not None:
        details["operation"] = wanted.operation.value
    if wanted.about:
        details["about"] = wanted.about
    noted = journal.append(Entry(actor, Operation.CONSULTATION, FILE_NAME, reason, details=details))
    last = noted.seq if wanted.before is None else min(wanted.before, noted.seq)
    fitting = (each for each in journal.entries() if each.seq < last and _fits(each, wanted))
    kept = deque(fitting, maxlen=PAGE + 1)
    lines = tuple(reversed(kept))
    return Found(lines[:PAGE], len(lines) > PAGE)


def _fits(line: Line, wanted: Wanted) -> bool:
    if wanted.operation is not None and line.operation != wanted.operation.value:
        return False
    if not line.object_ref.startswith(wanted.about):
        return False
    if wanted.since is None and wanted.until is None:
        return True
    at = datetime.fromisoformat(line.ts).timestamp()
    early = wanted.since is not None and at < wanted.since
    return not early and (wanted.until is None or at <= wanted.until)
