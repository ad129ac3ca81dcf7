"""Evidence of a camera that moved: what was taken since its view was last sure is destroyed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import Final
from uuid import UUID

from gardefou.errors import GardefouError, OutputError
from gardefou.evidence.collector import LEAD_S, LONGEST_S, TAIL_S
from gardefou.governance.canonical import Json
from gardefou.governance.destruction import destroying
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.governance.purge import unlink_purged
from gardefou.runtime.home import Home
from gardefou.runtime.view_guard import Moved, moved_cameras
from gardefou.storage.records import AlertRecord, EvidenceKind
from gardefou.storage.store import Store

WITHDRAWN_KEY: Final = "runtime.withdrawn"
"""Why a piece of evidence is no longer there."""

PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Of which alerts evidence was destroyed; ``refused`` why the rest was not, if any is left."""

    alerts: tuple[UUID, ...] = ()
    refused: GardefouError | None = None


def withdraw_doubtful(store: Store, journal: Journal, home: Home) -> Withdrawn:
    """Destroy what blocked cameras recorded while their view was in doubt.

    The journal says so first, an entry an alert; the alerts and their reviews stay. Harmless when
    repeated, and to be repeated when evidence comes late and while something is refused. What a
    procedure holds stays.
    """
    done: list[UUID] = []
    try:
        for moved in moved_cameras(home.views):
            for record in _recent(store, moved):
                kinds = _doubtful(record, moved.since)
                if kinds and _withdraw(store, journal, record, kinds, moved):
                    done.append(record.id)
        unlink_purged(store, home.evidence)
    except GardefouError as error:
        return Withdrawn(tuple(done), error)
    except OSError as error:
        reason = error.strerror or error
        refused = OutputError(
            "retention.not_erased", path=error.filename or home.views, reason=reason
        )
        return Withdrawn(tuple(done), refused)
    return Withdrawn(tuple(done))


def _withdraw(
    store: Store,
    journal: Journal,
    record: AlertRecord,
    kinds: Collection[EvidenceKind],
    moved: Moved,
) -> bool:
    """Destroy some pieces of an alert; false where it is held."""
    details: dict[str, Json] = {
        "what": "evidence",
        "kinds": sorted(kinds),
        "camera": moved.camera_id,
        "since": _told(moved.since),
        "found": _told(moved.found),
    }
    object_ref = f"alert:{record.id}"
    if store.is_held(record.id):  # As long as it lasts: without the lock.
        return False
    with destroying(store, journal) as act:
        if act.is_held(record.id):
            return False
        act.record(Entry(SOFTWARE, Operation.DESTRUCTION, object_ref, "camera_moved", details))
        act.erase.evidence(record.id, WITHDRAWN_KEY, kinds)
    return True


def _told(time: float) -> str:
    """A time, UTC s, as the journal writes one."""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds")


def _recent(store: Store, moved: Moved) -> Iterator[AlertRecord]:
    """The alerts of a camera of which a clip may reach beyond a time."""
    since, before = moved.since - LONGEST_S, None
    while page := store.alerts(
        camera_ids=[moved.camera_id], since=since, before=before, limit=PAGE
    ):
        yield from page
        before = page[-1].cursor


def _doubtful(record: AlertRecord, since: float) -> list[EvidenceKind]:
    """The pieces that show something after a time, UTC s."""
    closed = inf if record.closed_at is None else record.closed_at
    clip_end = min(record.opened_at - LEAD_S + LONGEST_S, closed + TAIL_S)
    ends = {
        EvidenceKind.SNAPSHOT: record.opened_at,
        EvidenceKind.BEFORE: record.opened_at,
        EvidenceKind.CLIP: clip_end,
    }
    return [kind for kind in record.evidence if ends[kind] >= since]
