"""Destroying: the journal's record and the erasure as one, and what to say where they were not.

Under the store's write lock, so that no hold comes between: what is held is left out, a note of the
destruction's id is put on the disk, the journal records it, the rows go, and the same transaction
keeps the id. A crash at any point leaves either both or a record whose id the store does not know;
of that one the journal says that it was not carried out before anything else is destroyed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from gardefou.errors import OutputError
from gardefou.governance.canonical import Json
from gardefou.governance.entry import Entry, Operation, decode
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.storage.erasing import Erasing
from gardefou.storage.files import write_durably
from gardefou.storage.store import Store

BEGUN: Final = "destruction-begun"
"""Name of the file beside the database with the id of the destruction that was begun last."""

NOT_CARRIED_OUT: Final = "not_carried_out"
"""Motif of the entry that takes back a record."""

ID: Final = "destruction"
"""Detail of a record that names its destruction."""


class Destruction:
    """One destruction under way: `record` it first, then `erase`."""

    def __init__(self, erasing: Erasing, journal: Journal, folder: Path) -> None:
        self._erasing = erasing
        self._journal = journal
        self._folder = folder
        self._recorded = False

    def is_held(self, alert_id: UUID) -> bool:
        """Whether a hold lasts on an alert; stays so until this destruction ends."""
        return self._erasing.is_held(alert_id)

    def record(self, entry: Entry) -> None:
        """Write in the journal what goes; raises `JournalError` or `OutputError`: then nothing may.

        Once for a destruction.
        """
        if self._recorded:
            raise ValueError("a destruction has one record")
        self._recorded = True
        number = uuid4()
        _note(self._folder, number)
        self._journal.append(replace(entry, details={**entry.details, ID: str(number)}))
        self._erasing.carries_out(number)

    @property
    def erase(self) -> Erasing:
        """What erases; only after the record."""
        if not self._recorded:
            raise ValueError("nothing is destroyed without a record")
        return self._erasing

    @property
    def counts(self) -> Erasing:
        """What says how much there is."""
        return self._erasing


@contextmanager
def destroying(store: Store, journal: Journal) -> Iterator[Destruction]:
    """Destroy under one lock, with one record in the journal, all of it or nothing.

    Says first of an earlier record that was not carried out that it was not. Raises `StorageError`,
    `JournalError` or `OutputError`: then nothing was destroyed; a record that was written
    nevertheless is taken back by the next call, or by `settle`.
    """
    with store.destroying() as erasing:
        _settle(erasing, journal, store.path.parent)
        yield Destruction(erasing, journal, store.path.parent)


def settle(store: Store, journal: Journal) -> None:
    """Say of a record that a crash kept from being carried out that it was not.

    Cheap where there is none. Raises as `destroying` does.
    """
    begun = _begun(store.path.parent)
    if begun is not None and begun != store.carried_out:
        with store.destroying() as erasing:
            _settle(erasing, journal, store.path.parent)


def _settle(erasing: Erasing, journal: Journal, folder: Path) -> None:
    begun = _begun(folder)
    if begun is None or begun == erasing.carried_out:
        return
    found = _recorded(journal, begun)
    if found is not None:
        seq, object_ref = found
        details: dict[str, Json] = {"step": "destruction", "entry": seq, ID: str(begun)}
        entry = Entry(SOFTWARE, Operation.FAILURE, object_ref, NOT_CARRIED_OUT, details)
        journal.append(entry)
    try:
        (folder / BEGUN).unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _recorded(journal: Journal, number: UUID) -> tuple[int, str] | None:
    """Number and object of the record of a destruction that nothing took back; None for none.

    A line that is not whole says nothing, and neither does a chain that is broken elsewhere: what
    is at its term must go nevertheless.
    """
    found = None
    for data in journal.whole_lines():
        if str(number).encode() not in data:
            continue
        try:
            line = decode(data.removesuffix(b"\n"))
        except ValueError:
            continue
        if line.details.get(ID) == str(number):
            found = None if line.motif == NOT_CARRIED_OUT else (line.seq, line.object_ref)
    return found


def _note(folder: Path, number: UUID) -> None:
    try:
        write_durably(folder, BEGUN, f"{number}\n".encode())
    except OSError as error:
        raise _unwritable(folder, error) from error


def _begun(folder: Path) -> UUID | None:
    """The destruction that was begun last; None where none was, or nothing can be read of it."""
    try:
        return UUID((folder / BEGUN).read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unwritable(folder, error) from error
    except ValueError:
        return None


def _unwritable(folder: Path, error: OSError) -> OutputError:
    reason = error.strerror or error
    return OutputError("retention.not_erased", path=folder / BEGUN, reason=reason)
