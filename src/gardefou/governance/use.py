"""A use under a mandate: public before anything is read, certified when it is over."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gardefou.errors import DocumentError
from gardefou.governance import register, register_check
from gardefou.governance.canonical import Json
from gardefou.governance.documents import Desk, Document, DocumentKind, make, write
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.facts import Office
from gardefou.governance.journal import SOFTWARE
from gardefou.governance.ledger import mandate_ref
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
        """Write the certificate that the use has ended, journalled first; its folder.

        Once there it stays as it is. Raises `DocumentError` while another mandate is in force,
        `JournalError`, `OutputError` or `StorageError`.
        """
        folder = self.office.home / CERTIFICATES / self.mandate_id
        if folder.exists():
            return folder
        document = self._certificate()
        listing = "".join(document.files.values())
        details: dict[str, Json] = {
            "step": CERTIFIED,
            "sha256": hashlib.sha256(listing.encode()).hexdigest(),
        }
        reference = mandate_ref(self.mandate_id)
        self.office.journal.append(Entry(SOFTWARE, Operation.MANDATE, reference, details=details))
        write(document, folder)
        register.publish(self.office.home, self.office.facts())
        return folder

    def _certificate(self) -> Document:
        facts = self.office.facts()
        shown = facts.shown_mandate
        if shown is None or shown.id != self.mandate_id:
            raise DocumentError("documents.certificate.no_mandate")
        files = {
            name.replace(".", f"-{language}."): content
            for language in LANGUAGES
            for name, content in make(
                DocumentKind.CERTIFICATE, Desk(self.office, facts, language)
            ).files.items()
        }
        return Document(files)
