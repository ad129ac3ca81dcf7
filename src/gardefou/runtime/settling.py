"""What a worker that died had not told: evidence it made is taken in, the rest is given up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
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


def settle_evidence(
    store: Store,
    home: Home,
    cameras: Collection[str],
    until: float,
    changed: Callable[[UUID], None],
) -> None:
    """Say of each alert of dead workers what became of its evidence.

    A file that is there is complete, since files are whole or absent: it is attached. What is not
    there is noted as lost, and attached all the same should it be told of later. ``cameras`` of
    the workers (none: all), ``until`` the latest opening looked at, UTC s; ``changed`` hears of
    each alert. Raises `StorageError`.
    """
    for record in _pending(store, cameras, until):
        folder = folder_of(record.id, record.opened_at)
        for kind in _missing(record):
            path = folder / FILE_NAMES[MadeKind(kind.value)]
            file = home.evidence / path
            if file.is_file():
                store.attach_evidence(record.id, kind, str(path), file.stat().st_mtime)
            else:
                store.evidence_failed(record.id, kind, LOST_KEY)
        changed(record.id)


def _pending(store: Store, cameras: Collection[str], until: float) -> Iterator[AlertRecord]:
    """Alerts that lack word of some evidence; a whole page without one ends the search."""
    before = None
    while page := store.alerts(camera_ids=cameras, before=before, limit=PAGE):
        found = [each for each in page if each.opened_at <= until and _missing(each)]
        yield from found
        if not found and page[-1].opened_at <= until:
            return
        before = page[-1].cursor


def _missing(record: AlertRecord) -> list[EvidenceKind]:
    known = record.evidence.keys() | record.evidence_errors.keys()
    return [kind for kind in EvidenceKind if kind not in known]
