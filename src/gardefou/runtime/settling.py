"""What a worker that died had not told: evidence it made is taken in, the rest is given up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final
from uuid import UUID

from gardefou.evidence.job import FILE_NAMES, folder_of
from gardefou.evidence.job import EvidenceKind as MadeKind
from gardefou.runtime.home import Home
from gardefou.storage.records import AlertRecord, EvidenceKind
from gardefou.storage.store import Store

LOST_KEY: Final = "runtime.evidence_lost"
"""Why a piece of evidence will not come."""

PAGE: Final = 100


def unsettled(store: Store, cameras: Collection[str], until: float) -> list[UUID]:
    """Alerts of ``cameras`` (none: all) of whose evidence something is not known yet.

    ``until`` the latest opening looked at, UTC s. A whole page of alerts that lack nothing ends the
    search. Raises `StorageError`.
    """
    found: list[UUID] = []
    before = None
    while page := store.alerts(camera_ids=cameras, before=before, limit=PAGE):
        old = [record for record in page if record.opened_at <= until]
        pending = [record.id for record in old if _missing(record)]
        found += pending
        if old and not pending:
            break
        before = page[-1].cursor
    return found


def settle_evidence(store: Store, home: Home, alerts: Iterable[UUID]) -> Iterator[UUID]:
    """Say of alerts of dead workers what became of their evidence; gives each that was told of.

    A file that is there is complete, since files are whole or absent: it is attached. What is not
    there is noted as lost, and attached all the same should it be told of later. Raises
    `StorageError`.
    """
    for alert in alerts:
        record = store.alert(alert)
        folder = folder_of(record.id, record.opened_at)
        missing = _missing(record)
        for kind in missing:
            path = folder / FILE_NAMES[MadeKind(kind.value)]
            file = home.evidence / path
            if file.is_file():
                store.attach_evidence(record.id, kind, str(path), file.stat().st_mtime)
            else:
                store.evidence_failed(record.id, kind, LOST_KEY)
        if missing:
            yield record.id


def _missing(record: AlertRecord) -> list[EvidenceKind]:
    known = record.evidence.keys() | record.evidence_errors.keys()
    return [kind for kind in EvidenceKind if kind not in known]
