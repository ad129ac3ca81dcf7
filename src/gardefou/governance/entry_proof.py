"""Proof that the newest checkpoint holds an entry, in the form that other tools verify."""

from __future__ import annotations

from pathlib import Path

from gardefou.errors import DocumentError, JournalError
from gardefou.governance.checkpoint import inclusion_proof
from gardefou.governance.journal import FILE_NAME, Journal
from gardefou.governance.merkle import PrunedError
from gardefou.governance.transparency import CheckpointStore, is_true


def proof_of(home: Path, number: int) -> str:
    """The proof of an entry, numbered from 1, as text.

    Raises `DocumentError` when there is none yet, or no longer, and `JournalError`.
    """
    journal = Journal(home / FILE_NAME)
    newest = CheckpointStore(home).latest()
    if newest is None:
        raise DocumentError("accountability_page.refused.no_checkpoint")
    size = newest.checkpoint.size
    tree = journal.tree()
    try:
        if not is_true(newest.checkpoint, tree):
            raise JournalError("log.checkpoint.untrue", size=size, path=FILE_NAME)
        if number > size:
            raise DocumentError("accountability_page.refused.no_entry", number=number, size=size)
        return inclusion_proof(number - 1, tree.inclusion(number - 1, size), newest)
    except PrunedError as error:
        raise DocumentError("accountability_page.refused.pruned", number=number) from error
