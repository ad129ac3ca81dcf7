"""Evidence that leaves the system: one person proposes, another agrees, both names go with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Final
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from uuid6 import uuid7

from gardefou import __version__
from gardefou.errors import GardefouError
from gardefou.evidence.watermark import stamped_clip, stamped_jpeg, watermark_text
from gardefou.governance.accounts import Account
from gardefou.governance.canonical import Json, canonical
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import Journal
from gardefou.storage.accounts import AccountStore, ExportRecord
from gardefou.storage.records import AlertRecord, EvidenceKind

TAKEN_WITHIN_S: Final = 24 * 3600.0
"""How long after the agreement the file may be taken, s."""

LISTED_S: Final = 7 * 24 * 3600.0
"""How long a proposal stands in the list, s."""

MANIFEST: Final = "manifest.json"

_NAMES: Final = {
    EvidenceKind.SNAPSHOT: "snapshot.jpg",
    EvidenceKind.BEFORE: "before.mp4",
    EvidenceKind.CLIP: "clip.mp4",
}


class ExportError(GardefouError):
    """An export that does not go on like that."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to leave, and why: ``procedure`` the reference it is for."""

    alert_id: UUID
    kind: EvidenceKind
    procedure: str
    recipient: str
    motive: str


class Exports:
    """The way out for evidence, journalled at each step before it is taken."""

    def __init__(self, store: AccountStore, journal: Journal, clock: Callable[[], float]) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock

    def propose(self, by: Account, proposal: Proposal) -> ExportRecord:
        """The first person asks for it."""
        record = ExportRecord(
            id=uuid7(),
            alert_id=proposal.alert_id,
            kind=proposal.kind,
            motive=proposal.motive,
            procedure=proposal.procedure,
            recipient=proposal.recipient,
            proposed_by=by.name,
            proposed_at=self._clock(),
        )
        self._note(by, record, "proposed")
        self._store.propose_export(record)
        return record

    def approve(self, by: Account, export_id: UUID) -> ExportRecord:
        """The second person agrees; raises `ExportError` when it is the first one again."""
        record = self.find(export_id)
        if record.approved_by is not None:
            raise ExportError("accounts.refused.approved", export_id=export_id)
        if record.proposed_by == by.name:
            raise ExportError("accounts.refused.same_person", name=by.name)
        self._note(by, record, "approved")
        if not self._store.approve_export(export_id, by.name, self._clock()):
            raise ExportError("accounts.refused.approved", export_id=export_id)
        return self.find(export_id)

    def take(self, by: Account, record: ExportRecord, alert: AlertRecord, data: bytes) -> bytes:
        """The file for one of the two persons: the marked evidence with its manifest, in a ZIP.

        ``data`` the piece as it is kept. Raises `ExportError` without the agreement, or too late.
        """
        agreed = self.ready(by, record)
        mark = watermark_text(f"{record.proposed_by}+{record.approved_by}", agreed)
        stamped = stamped_jpeg if record.kind is EvidenceKind.SNAPSHOT else stamped_clip
        piece = stamped(data, mark)
        sha256 = hashlib.sha256(piece).hexdigest()
        manifest: dict[str, Json] = {
            "export": str(record.id),
            "alert": str(record.alert_id),
            "camera": alert.camera_id,
            "situation": alert.situation.value,
            "opened_at": _iso(alert.opened_at),
            "mandate": alert.mandate_id,
            "file": _NAMES[record.kind],
            "sha256": sha256,
            "kept_sha256": hashlib.sha256(data).hexdigest(),
            "watermark": mark,
            "proposed_by": record.proposed_by,
            "proposed_at": _iso(record.proposed_at),
            "approved_by": record.approved_by,
            "approved_at": _iso(agreed),
            "motive": record.motive,
            "procedure": record.procedure,
            "recipient": record.recipient,
            "software": f"gardefou {__version__}",
        }
        self._note(by, record, "taken", sha256)
        return _zipped({_NAMES[record.kind]: piece, MANIFEST: canonical(manifest) + b"\n"})

    def ready(self, by: Account, record: ExportRecord) -> float:
        """When it was agreed to, UTC s; raises `ExportError` when ``by`` may not take it now."""
        if by.name not in (record.proposed_by, record.approved_by):
            raise ExportError("accounts.refused.not_yours", export_id=record.id)
        if record.approved_at is None:
            raise ExportError("accounts.refused.not_approved", export_id=record.id)
        if not 0 <= self._clock() - record.approved_at <= TAKEN_WITHIN_S:
            hours = round(TAKEN_WITHIN_S / 3600)
            raise ExportError("accounts.refused.over", export_id=record.id, hours=hours)
        return record.approved_at

    def find(self, export_id: UUID) -> ExportRecord:
        """One export; raises `ExportError`."""
        record = self._store.export(export_id)
        if record is None:
            raise ExportError("accounts.refused.no_export", export_id=export_id)
        return record

    def recent(self) -> list[ExportRecord]:
        """The proposals of the last days, the newest first."""
        return self._store.exports(self._clock() - LISTED_S)

    def _note(self, by: Account, record: ExportRecord, step: str, sha256: str = "") -> None:
        details: dict[str, Json] = {
            "step": step,
            "export": str(record.id),
            "evidence": record.kind.value,
            "procedure": record.procedure,
            "recipient": record.recipient,
        }
        if sha256:
            details |= {
                "sha256": sha256,
                "proposed_by": record.proposed_by,
                "approved_by": record.approved_by,
            }
        self._journal.append(
            Entry(by.actor, Operation.EXPORT, f"alert:{record.alert_id}", record.motive, details)
        )


def _zipped(files: dict[str, bytes]) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_STORED) as archive:
        for name, data in files.items():
            archive.writestr(ZipInfo(name), data)
    return made.getvalue()


def _iso(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
