"""The mandates of a home folder: whose key is trusted, what is installed, what was revoked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from gardefou.errors import OutputError
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import Journal
from gardefou.governance.ledger import INSTALLED, REVOKED, TRUSTED, Ledger, mandate_ref
from gardefou.governance.mandate_file import SignedMandate, load_mandate, write_mandate
from gardefou.governance.refusal import MandateError, Reason, Refusal
from gardefou.governance.signing import PublicKey
from gardefou.storage.files import write_durably

FOLDER: Final = "mandates"
REVOKED_SUFFIX: Final = ".revoked"
_SUFFIX: Final = ".yaml"


class Mandates:
    """The folder ``mandates`` of a home, and what its journal says of it."""

    def __init__(self, home: Path, journal: Journal) -> None:
        self.folder = home / FOLDER
        self._journal = journal

    def trust(self, key: PublicKey, actor: str) -> None:
        """From now on this key is the controller's; raises `JournalError`."""
        details = {"step": TRUSTED, "key": str(key), "fingerprint": key.fingerprint}
        self._journal.append(Entry(actor, Operation.MANDATE, "key:controller", details=details))

    def install(self, signed: SignedMandate, actor: str) -> Path:
        """Put a mandate in its place, journalled first; raises `JournalError` or `OutputError`."""
        mandate = signed.mandate
        details = {"step": INSTALLED, "sha256": mandate.sha256, "regime": mandate.regime}
        self._journal.append(
            Entry(actor, Operation.MANDATE, mandate_ref(mandate.id), details=details)
        )
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                "mandate.unwritable", path=self.folder, reason=error.strerror
            ) from error
        path = self.path(mandate.id)
        write_mandate(path, signed)
        return path

    def revoke(self, mandate_id: str, actor: str, motif: str) -> None:
        """End a mandate for good: the file first, which stops it at once, then the journal.

        Raises `JournalError` or `OutputError` when one of the two could not be written.
        """
        failed: OSError | None = None
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(self.folder, self.revocation(mandate_id).name, motif.encode())
        except OSError as error:
            failed = error
        details = {"step": REVOKED}
        entry = Entry(actor, Operation.MANDATE, mandate_ref(mandate_id), motif, details)
        self._journal.append(entry)
        if failed is not None:
            raise OutputError("mandate.unwritable", path=self.folder, reason=failed.strerror)

    def path(self, mandate_id: str) -> Path:
        """Where a mandate stands."""
        return self.folder / f"{mandate_id}{_SUFFIX}"

    def revocation(self, mandate_id: str) -> Path:
        """The file whose presence revokes."""
        return self.folder / f"{mandate_id}{REVOKED_SUFFIX}"

    def installed(self) -> list[SignedMandate]:
        """Every mandate in the folder, in order of their beginning; raises `MandateError`."""
        found = [load_mandate(path) for path in sorted(self.folder.glob(f"*{_SUFFIX}"))]
        return sorted(found, key=lambda each: each.mandate.authorisation.start)

    def standing(self, signed: SignedMandate, ledger: Ledger) -> list[Refusal]:
        """Whether a mandate in the folder is genuine, trusted, installed as it is, not revoked."""
        mandate = signed.mandate
        found: list[Refusal] = signed.refusals()
        signer = signed.signer
        if not found and signer is not None and signer != ledger.trusted:
            fields = {"mandate": mandate.id, "signer": signer.fingerprint[:16]}
            found.append(Refusal(Reason.KEY_NOT_TRUSTED, fields))
        if ledger.installed.get(mandate.id) != mandate.sha256:
            found.append(Refusal.of(Reason.NO_MANDATE, folder=self.folder))
        if mandate.id in ledger.revoked or self.revocation(mandate.id).exists():
            found.append(Refusal.of(Reason.REVOKED, mandate=mandate.id))
        return found


def public_facts(signed: SignedMandate, running_sha256: str) -> bytes:
    """The least that the public register must say of a mandate, as JSON."""
    facts = {
        "mandate": signed.mandate.model_dump(mode="json", exclude_none=True),
        "mandate_sha256": signed.mandate.sha256,
        "running_sha256": running_sha256,
    }
    return json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def raise_if(refusals: Sequence[Refusal]) -> None:
    """Raise `MandateError` when there is anything to refuse."""
    if refusals:
        raise MandateError(refusals)


def read_installed(mandates: Mandates, mandate_id: str) -> SignedMandate | None:
    """One mandate of the folder, or None when it is not there or cannot be read."""
    with suppress(MandateError):
        return load_mandate(mandates.path(mandate_id))
    return None
