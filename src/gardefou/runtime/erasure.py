"""Evidence that must not outlive its rehearsal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from gardefou.errors import GardefouError
from gardefou.evidence.job import folder_of
from gardefou.evidence.vault import shred_folder
from gardefou.governance.destruction import destroying, settle
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.governance.purge import unlink_purged
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
    well. What a procedure holds stays until its term. What cannot be erased now is logged and
    erased at the next start or stop.
    """
    erased = 0
    try:
        settle(store, journal)
        for record in _rehearsed(store):
            folder = home.evidence / folder_of(record.id, record.opened_at)
            if record.evidence or folder.is_dir():
                erased += _erase(store, journal, home, record)
        unlink_purged(store, home.evidence)
    except (GardefouError, OSError) as error:
        _log.error("rehearsal evidence was not all erased: %s", error)
    return erased


def _erase(store: Store, journal: Journal, home: Home, record: AlertRecord) -> bool:
    """Erase an alert's evidence, also what the store was not told of; false where it is held."""
    folder = home.evidence / folder_of(record.id, record.opened_at)
    with destroying(store, journal) as act:
        if act.is_held(record.id):
            return False
        act.record(Entry(SOFTWARE, Operation.ERASURE, f"alert:{record.id}", "rehearsal"))
        act.erase.evidence(record.id, ERASED_KEY, files=_files(folder, home.evidence))
    if folder.is_dir():
        shred_folder(folder)
    return True


def _files(folder: Path, evidence: Path) -> list[PurePosixPath]:
    """The files in an alert's folder, finished or not."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [PurePosixPath(path.relative_to(evidence)) for path in found]


def _rehearsed(store: Store) -> Iterator[AlertRecord]:
    before = None
    while page := store.alerts(modes=[Mode.REHEARSAL], before=before, limit=PAGE):
        yield from page
        before = page[-1].cursor
