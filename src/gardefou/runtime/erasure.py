"""Evidence that must not outlive its rehearsal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Final

from gardefou.errors import JournalError, StorageError
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.runtime.home import Home
from gardefou.storage.records import AlertRecord, Mode
from gardefou.storage.store import Store

ERASED_KEY: Final = "runtime.rehearsal_erased"
"""Why a rehearsal's evidence is no longer there."""

PAGE: Final = 200

_log = logging.getLogger(__name__)


def erase_rehearsal_evidence(store: Store, journal: Journal, home: Home) -> int:
    """Erase the pictures and clips of every rehearsal alert; how many alerts had any.

    The alerts and their reviews stay. What cannot be erased now is logged and erased at the next
    start or stop.
    """
    erased = 0
    try:
        for record in _with_evidence(store):
            entry = Entry(SOFTWARE, Operation.ERASURE, f"alert:{record.id}", "rehearsal")
            journal.append(entry)
            store.erase_evidence(record.id, ERASED_KEY)
            erased += 1
        unlink_purged(store, home)
    except (StorageError, JournalError, OSError) as error:
        _log.error("rehearsal evidence was not all erased: %s", error)
    return erased


def unlink_purged(store: Store, home: Home) -> None:
    """Delete from the disk the files that the store has erased."""
    while paths := store.files_to_purge():
        for path in paths:
            file = home.evidence / path
            file.unlink(missing_ok=True)
            if file.parent.is_dir() and not any(file.parent.iterdir()):
                file.parent.rmdir()
        store.purged(paths)


def _with_evidence(store: Store) -> Iterator[AlertRecord]:
    before = None
    while page := store.alerts(modes=[Mode.REHEARSAL], before=before, limit=PAGE):
        yield from (record for record in page if record.evidence)
        before = page[-1].cursor
