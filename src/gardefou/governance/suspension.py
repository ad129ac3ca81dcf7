"""The kill switch: one press stops everything, two different people go on.

A file stops at once, even when the journal cannot be written; the journal decides when it may go.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum, unique
from pathlib import Path
from threading import Lock
from typing import Final

from gardefou.errors import JournalError, OutputError, UsageError
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.governance.ledger import (
    CONFIRMED,
    PROPOSED,
    Ledger,
    Origin,
    Suspension,
    same_person,
)
from gardefou.storage.files import sync_folder, write_durably

FILE_NAME: Final = "suspended"
"""While this file stands in the home folder nothing is processed."""


@unique
class Resumed(StrEnum):
    """What a press on "resume" did; texts under ``mandate.resumed.<value>``."""

    PROPOSED = "proposed"
    DONE = "done"


class KillSwitch:
    """Suspends and resumes one home folder, from any process; `current` is cheap."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self._file = folder / FILE_NAME
        self._journal = journal
        self._stamp: tuple[int, int] | None = None
        self._reading = Lock()
        self._writing = Lock()
        news = journal.since()
        self._place, self._ledger = news.place, Ledger.read(news.lines)
        ledger = self._ledger
        self._current, self._resumptions = ledger.suspension, ledger.resumptions
        if self._current is None and self._file.exists():
            with suppress(JournalError):  # Suspended it is, with or without a trace.
                self._adopt()

    def current(self) -> Suspension | None:
        """The suspension that stands now.

        Another process's is seen by its file. The file alone does not end one: only the journal,
        read anew when the file is gone, does. Raises `JournalError` when it cannot be read.
        """
        stamp = _stamp(self._file)
        if stamp is not None:
            if self._current is None or stamp != self._stamp:
                self._current = self._from_file()
            self._stamp = stamp
        elif self._current is not None:
            with self._writing:
                if not self._file.exists():  # Nobody suspended again, or is about to write it.
                    self._read_anew(self._current)
        return self._current

    def _read_anew(self, standing: Suspension) -> None:
        """The file is gone: over if two people said so since, else the file is put back."""
        ledger = Ledger.read(self._journal.entries())
        if ledger.suspension is None and ledger.resumptions > self._resumptions:
            self._current = self._stamp = None
            self._resumptions = ledger.resumptions
            return
        self._current = ledger.suspension or standing
        with suppress(OutputError):  # It stands in memory, and is written in the next round.
            self._write(self._current)

    def suspend(self, actor: str, origin: Origin, motif: str) -> Suspension:
        """Stop everything.

        It is stopped when this returns, and also when this raises `JournalError` because the
        trace could not be left. Raises `OutputError` when not even the file can be written.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        failed: OutputError | None = None
        suspension = Suspension(origin, actor, motif, now)
        with self._writing:
            self._current = suspension
            try:
                self._write(suspension)
            except OutputError as error:
                failed = error
        details = {"origin": origin.value}
        self._journal.append(Entry(actor, Operation.SUSPENSION, "system", motif, details))
        if failed is not None:
            raise failed
        return suspension

    def standing(self) -> Suspension | None:
        """The same with who proposed to resume, as the journal says; raises `JournalError`.

        Only what was added since the last time is read, unless the journal was pruned meanwhile.
        """
        return self._followed().suspension or self.current()

    def _followed(self) -> Ledger:
        with self._reading:
            news = self._journal.since(self._place)
            if news.anew:
                self._ledger = Ledger.read(news.lines)
            else:
                self._ledger.follow(news.lines)
            self._place = news.place
            return self._ledger

    def resume(self, actor: str, motif: str) -> Resumed:
        """Propose to go on, or confirm what another person proposed.

        Raises `UsageError` when nothing is suspended or the same person asks twice, and
        `JournalError` when it cannot be journalled: then it stays suspended.
        """
        standing = Ledger.read(self._journal.entries()).suspension
        if standing is None and self.current() is not None:
            standing = self._adopt()
        if standing is None:
            raise UsageError("mandate.suspension.not_suspended")
        if standing.proposed_by is None:
            self._append(actor, motif, PROPOSED)
            return Resumed.PROPOSED
        if same_person(standing.proposed_by, actor):
            raise UsageError("mandate.suspension.same_person", person=actor)
        self._append(actor, motif, CONFIRMED)
        with suppress(FileNotFoundError):
            self._file.unlink()
        sync_folder(self._file.parent)
        self.current()
        return Resumed.DONE

    def _append(self, actor: str, motif: str, step: str) -> None:
        details = {"step": step}
        self._journal.append(Entry(actor, Operation.RESUMPTION, "system", motif, details))

    def _adopt(self) -> Suspension:
        """A file without its entry: the journal could not be written then, or is another one."""
        self._current = found = self._from_file()
        details = {"origin": found.origin.value, "found": FILE_NAME, "by": found.actor}
        self._journal.append(Entry(SOFTWARE, Operation.SUSPENSION, "system", found.motif, details))
        return found

    def _from_file(self) -> Suspension:
        """What the file says; an empty or damaged one suspends as well."""
        try:
            said = json.loads(self._file.read_text(encoding="utf-8"))
            return Suspension(
                Origin(said["origin"]), str(said["actor"]), str(said["motif"]), str(said["since"])
            )
        except (OSError, ValueError, KeyError, TypeError):
            return Suspension(Origin.OPERATOR, SOFTWARE, FILE_NAME, "")

    def _write(self, suspension: Suspension) -> None:
        said = {
            "origin": suspension.origin.value,
            "actor": suspension.actor,
            "motif": suspension.motif,
            "since": suspension.since,
        }
        try:
            write_durably(self._file.parent, self._file.name, json.dumps(said).encode())
        except OSError as error:
            raise OutputError(
                "mandate.suspension.unwritable", path=self._file, reason=error.strerror
            ) from error
        self._stamp = _stamp(self._file)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns
