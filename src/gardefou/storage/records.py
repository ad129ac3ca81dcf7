"""What the store gives back: an alert with its mode, its evidence and its latest review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from uuid import UUID

from gardefou.alerting.alert import Region
from gardefou.situations.situation import Situation
from gardefou.storage.review import Review, ReviewState


@unique
class Mode(StrEnum):
    """What the engine was running as; names in the catalogue under ``storage.mode.<value>``."""

    EVALUATION = "evaluation"
    REHEARSAL = "rehearsal"
    OPERATIONAL = "operational"


@unique
class CloseReason(StrEnum):
    """Why an alert closed; names in the catalogue under ``storage.close_reason.<value>``."""

    ENDED = "ended"
    """The situation was no longer seen."""
    INTERRUPTED = "interrupted"
    """The analysis of its camera stopped while the alert was open."""


@unique
class EvidenceKind(StrEnum):
    """A piece of evidence; names in the catalogue under ``storage.evidence.<value>``."""

    SNAPSHOT = "snapshot"
    BEFORE = "before"
    CLIP = "clip"


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """One stored alert; nothing about a person who was filmed.

    Times UTC, s. ``evidence`` paths relative to the evidence folder; ``evidence_errors`` catalogue
    keys of why a piece could not be made; ``review`` the latest of ``review_count``.
    """

    id: UUID
    camera_id: str
    situation: Situation
    zone_id: str | None
    opened_at: float
    closed_at: float | None
    close_reason: CloseReason | None
    region: Region
    mandate_id: str | None
    mode: Mode
    evidence: Mapping[EvidenceKind, str]
    evidence_errors: Mapping[EvidenceKind, str]
    review: Review | None
    review_count: int

    @property
    def is_open(self) -> bool:
        """Whether the situation still lasts, as far as is known."""
        return self.closed_at is None

    @property
    def review_state(self) -> ReviewState:
        """Where the alert stands in its review; ``unreviewed`` until an operator decides."""
        return ReviewState.UNREVIEWED if self.review is None else self.review.verdict.state

    @property
    def cursor(self) -> Cursor:
        """Where the next, older page of a list that ends here begins."""
        return Cursor(self.opened_at, self.id)


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in the list of alerts, which runs from the newest to the oldest.

    >>> cursor = Cursor(1.5, UUID("01890a5d-ac96-774b-bcce-b302099a8057"))
    >>> Cursor.parse(str(cursor)) == cursor
    True
    """

    opened_at: float
    id: UUID

    def __str__(self) -> str:
        """A text for addresses of pages, which `parse` reads."""
        return f"{self.opened_at!r}_{self.id.hex}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read back what `str` wrote; raises `ValueError` for anything else."""
        opened_at, _, alert_id = text.partition("_")
        return cls(float(opened_at), UUID(hex=alert_id))
