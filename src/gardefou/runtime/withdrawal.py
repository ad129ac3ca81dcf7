"""Evidence of a camera that moved: what was taken since its view was last sure is destroyed."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from math import inf
from typing import Final
from uuid import UUID

from gardefou.errors import GardefouError, HeldError
from gardefou.evidence.collector import LEAD_S, LONGEST_S, TAIL_S
from gardefou.governance.canonical import Json
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

_log = logging.getLogger(__name__)


def withdraw_doubtful(store: Store, journal: Journal, home: Home) -> list[UUID]:
    """Destroy what blocked cameras recorded while their view was in doubt; of which alerts.

    The journal says so first, an entry an alert; the alerts and their reviews stay. Harmless when
    repeated, and to be repeated when evidence comes late. What a procedure holds stays. What cannot
    be destroyed now is logged, and tried again at the next start or news of the camera.
    """
    done: list[UUID] = []
    try:
        for moved in moved_cameras(home.views):
            for record in _recent(store, moved):
                kinds = _doubtful(record, moved.since)
                if kinds and not store.is_held(record.id):
                    _withdraw(store, journal, record, kinds, moved)
                    done.append(record.id)
        if done:
            unlink_purged(store, home.evidence)
    except (GardefouError, OSError) as error:
        _log.error("evidence of a camera that moved was not all withdrawn: %s", error)
    return done


def _withdraw(
    store: Store,
    journal: Journal,
    record: AlertRecord,
    kinds: Collection[EvidenceKind],
    moved: Moved,
) -> None:
    details: dict[str, Json] = {
        "what": "evidence",
        "kinds": sorted(kinds),
        "camera": moved.camera_id,
        "since": _told(moved.since),
        "found": _told(moved.found),
    }
    object_ref = f"alert:{record.id}"
    journal.append(Entry(SOFTWARE, Operation.DESTRUCTION, object_ref, "camera_moved", details))
    with suppress(HeldError):  # Held in this moment.
        store.erase_evidence(record.id, WITHDRAWN_KEY, kinds)


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
