"""Status lines: each start, stop, suspension and resumption, as the public may read them.

They come from the journal alone. Neither names of people nor their words are in them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum, unique
from pathlib import Path
from typing import Final

from gardefou.errors import DocumentError, OutputError
from gardefou.governance.entry import Line, Operation

FILE_NAME: Final = "status.jsonl"
"""Its name within the public folder."""


@unique
class StatusEvent(StrEnum):
    """What happened; names under ``register.event.<value>``."""

    START = "start"
    STOP = "stop"
    REHEARSAL = "rehearsal"
    EVALUATION = "evaluation"
    SUSPENSION = "suspension"
    RESUMPTION = "resumption"


_EVENTS: Final = {
    Operation.START: StatusEvent.START,
    Operation.STOP: StatusEvent.STOP,
    Operation.SUSPENSION: StatusEvent.SUSPENSION,
    Operation.RESUMPTION: StatusEvent.RESUMPTION,
}
_AT_ITS_START: Final = {
    Operation.REHEARSAL: StatusEvent.REHEARSAL,
    Operation.EVALUATION: StatusEvent.EVALUATION,
}
"""Operations that are told only when a run begins: the rest of a rehearsal is charges."""


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One line: its number in the journal, its time (UTC, ISO 8601), what, how many cameras."""

    seq: int
    at: str
    event: StatusEvent
    cameras: int

    def encode(self) -> str:
        """The line as it stands in the public file."""
        return json.dumps(asdict(self), separators=(",", ":"), sort_keys=True)


def status_lines(entries: Iterable[Line]) -> Iterator[StatusLine]:
    """The status lines that a journal holds, the oldest first."""
    for line in entries:
        event = _event(line)
        if event is not None:
            cameras = line.details.get("cameras")
            count = len(cameras) if isinstance(cameras, list) else 0
            yield StatusLine(line.seq, line.ts, event, count)


def publish_status(folder: Path, lines: Iterable[StatusLine]) -> int:
    """Add what is new to the public file; the answer is how many lines.

    Lines are added, never changed: raises `DocumentError` when the file holds another line than
    the journal under the same number. Lines whose entries were pruned stay. Raises `OutputError`.
    """
    path = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        published = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        known = {_number(path, each): each for each in published}
        last = max(known, default=0)
        fresh = []
        for line in lines:
            if line.seq > last:
                fresh.append(line.encode())
            elif known.get(line.seq) != line.encode():
                raise DocumentError("register.status_differs", path=path, seq=line.seq)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(f"{each}\n" for each in fresh)
    except OSError as error:
        raise OutputError("register.unwritable", path=path, reason=error.strerror) from error
    return len(fresh)


def _number(path: Path, line: str) -> int:
    try:
        return int(json.loads(line)["seq"])
    except (ValueError, KeyError, TypeError) as error:
        raise DocumentError("register.status_unreadable", path=path) from error


def _event(line: Line) -> StatusEvent | None:
    try:
        operation = Operation(line.operation)
    except ValueError:
        return None
    if operation in _AT_ITS_START and line.details.get("step") == "start":
        return _AT_ITS_START[operation]
    return _EVENTS.get(operation)
