"""A use under a mandate: public before anything is read, certified when it is over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from gardefou.governance import register, register_check
from gardefou.governance.canonical import Json
from gardefou.governance.documents import Desk, Document, DocumentKind, make, write
from gardefou.governance.entry import Entry, Line, Operation
from gardefou.governance.facts import Facts, Office
from gardefou.governance.journal import SOFTWARE
from gardefou.governance.ledger import Ledger, mandate_ref
from gardefou.governance.status import StatusEvent, status_lines
from gardefou.governance.warrant import register_folder
from gardefou.i18n import LANGUAGES

CERTIFICATES: Final = "certificates"
"""Folder of the certificates that uses have ended, a folder a mandate, within the home folder."""

CERTIFIED: Final = "certified"
"""The step of a mandate's entry that tells of its certificate."""


@dataclass(frozen=True, slots=True)
class Use:
    """One run under one mandate; ``running_sha256`` of the configuration that runs."""

    office: Office
    mandate_id: str
    running_sha256: str

    def begin(self) -> None:
        """Publish the register's entry as the start makes it, and seal it with what runs.

        Raises `DocumentError` or `OutputError` when there is no valid entry or it cannot stand
        where it is read: then nothing may run; and whatever reading the facts raises.
        """
        facts = self.office.facts()
        entry = register.register_json(facts).encode()
        register.publish(self.office.home, facts)
        folder = register_folder(self.office.home, self.mandate_id)
        register_check.publish(folder, entry, self.running_sha256)

    def end(self) -> Path:
        """Tell the public that the use has ended, and certify it, journalled first; the folder.

        Once there it stays as it is. Raises `DocumentError` while the mandate is in force or runs,
        `JournalError`, `OutputError` or `StorageError`.
        """
        folder = self.office.home / CERTIFICATES / self.mandate_id
        if folder.exists():
            return folder
        document = self._certificate()
        register.publish(self.office.home, self.office.facts())
        listing = "".join(document.files.values())
        details: dict[str, Json] = {
            "step": CERTIFIED,
            "sha256": hashlib.sha256(listing.encode()).hexdigest(),
        }
        reference = mandate_ref(self.mandate_id)
        self.office.journal.append(Entry(SOFTWARE, Operation.MANDATE, reference, details=details))
        write(document, folder)
        return folder

    def _certificate(self) -> Document:
        facts = _narrowed(self.office, self.mandate_id)
        files = {
            name.replace(".", f"-{language}."): content
            for language in LANGUAGES
            for name, content in make(
                DocumentKind.CERTIFICATE, Desk(self.office, facts, language)
            ).files.items()
        }
        return Document(files)


def close_unwatched(office: Office) -> list[Path]:
    """Certify every installed mandate that is over and has no certificate; their folders.

    One that ended while nothing ran, or in a power cut, has nobody else to do so; the caller knows
    that nothing runs in this home. A run that was never seen to stop is closed in the journal
    first. Raises what reading the facts raises, and what `Use.end` does.
    """
    now, folder = office.now(), office.home / CERTIFICATES
    over = [
        each.id
        for each in office.mandates(office.home)
        if (each.revoked or each.end <= now) and not (folder / each.id).exists()
    ]
    if not over:
        return []
    installed = Ledger.read(office.journal.entries()).installed
    made = []
    for mandate_id in over:
        if mandate_id in installed:
            _close(office, mandate_id)
            made.append(Use(office, mandate_id, "").end())
    return made


def _close(office: Office, mandate_id: str) -> None:
    """Say in the journal that a run under it has ended, where nothing says so yet."""
    lines = status_lines(_lines_of(office.journal.entries(), mandate_id))
    events = [each.event for each in lines if each.event in (StatusEvent.START, StatusEvent.STOP)]
    if events[-1:] == [StatusEvent.START]:
        details = {"mandate": mandate_id, "reason": "over", "step": "found"}
        office.journal.append(Entry(SOFTWARE, Operation.STOP, "system", details=details))


def _narrowed(office: Office, mandate_id: str) -> Facts:
    """The facts as far as they are one mandate's."""
    facts = office.facts()
    return replace(
        facts,
        mandates=tuple(each for each in facts.mandates if each.id == mandate_id),
        status=tuple(status_lines(_lines_of(office.journal.entries(), mandate_id))),
    )


def _lines_of(lines: Iterable[Line], mandate_id: str) -> Iterator[Line]:
    """The entries from each start under a mandate to the start of another run."""
    under = ""
    for line in lines:
        if line.details.get("step") == "start" and line.operation in _RUNS:
            named = mandate_id if line.operation == Operation.START else ""
            under = str(line.details.get("mandate", named))
        if mandate_id in (under, line.details.get("mandate")):
            yield line


_RUNS: Final = frozenset({Operation.START, Operation.REHEARSAL, Operation.EVALUATION})
