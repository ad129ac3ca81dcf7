"""Evidence that must not outlive its rehearsal."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from gardefou.errors import JournalError, StorageError
from gardefou.evidence.job import folder_of
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

    The alerts and their reviews stay. Files that a killed process left untold or unfinished go as
    well. What cannot be erased now is logged and erased at the next start or stop.
    """
    erased = 0
    try:
        for record in _rehearsed(store):
            folder = home.evidence / folder_of(record.id, record.opened_at)
            if not record.evidence and not folder.is_dir():
                continue
            entry = Entry(SOFTWARE, Operation.ERASURE, f"alert:{record.id}", "rehearsal")
            journal.append(entry)
            store.erase_evidence(record.id, ERASED_KEY)
            if folder.is_dir():
                shutil.rmtree(folder)
            erased += 1
        unlink_purged(store, home)
    except (StorageError, JournalError, OSError) as error:
        _log.error("rehearsal evidence was not all erased: %s", error)
    return erased


def unlink_purged(store: Store, home: Home) -> None:
    """Delete from the disk the files that the store has erased; raises `OSError`."""
    while paths := store.files_to_purge():
        for path in paths:
            file = home.evidence / path
            file.unlink(missing_ok=True)
            _remove_empty(file.parent, home.evidence)
        store.purged(paths)


def _remove_empty(folder: Path, top: Path) -> None:
    """Remove a folder and those above it, below ``top``, as long as they are empty."""
    with suppress(OSError):  # One of them holds something.
        while folder != top:
            if folder.is_dir():
                folder.rmdir()
            folder = folder.parent


def _rehearsed(store: Store) -> Iterator[AlertRecord]:
    before = None
    while page := store.alerts(modes=[Mode.REHEARSAL], before=before, limit=PAGE):
        yield from page
        before = page[-1].cursor
