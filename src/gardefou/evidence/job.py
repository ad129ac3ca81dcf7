"""What the evidence process is asked for, and what it answers: plain, frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final
from uuid import UUID

from gardefou.capture.parameters import CodecParameters
from gardefou.capture.ring import EncodedPacket
from gardefou.evidence.heads import HeadRecord
from gardefou.geometry.arrays import Floats
from gardefou.perception.approved_view import ApprovedView


class EvidenceKind(StrEnum):
    """What is made of an alert, the most urgent first."""

    SNAPSHOT = "snapshot"
    BEFORE = "before"
    CLIP = "clip"

    @property
    def urgency(self) -> int:
        """Rank in the queue, 0 first."""
        return list(EvidenceKind).index(self)


FILE_NAMES: Final = {
    EvidenceKind.SNAPSHOT: "snapshot.jpg",
    EvidenceKind.BEFORE: "before.mp4",
    EvidenceKind.CLIP: "clip.mp4",
}
"""Name of each kind's file in its alert's folder."""


def folder_of(alert_id: UUID, opened_at: float) -> PurePosixPath:
    """Where an alert's files stand under the evidence folder: ``YYYY/MM/DD/<alert id>``, by UTC."""
    return PurePosixPath(f"{datetime.fromtimestamp(opened_at, UTC):%Y/%m/%d}", str(alert_id))


@dataclass(frozen=True, slots=True)
class Footage:
    """Encoded pictures of one stream, in decoding order from a keyframe on."""

    packets: tuple[EncodedPacket, ...]
    parameters: CodecParameters

    @property
    def size_bytes(self) -> int:
        """Bytes of packet data."""
        return sum(len(packet.data) for packet in self.packets)


@dataclass(frozen=True, slots=True)
class EvidenceJob:
    """One file to make.

    ``start`` and ``end`` bound the stretch that is shown, stream time, s; a snapshot shows
    ``start``. ``opened_at`` of the alert, s since the Unix epoch, dates the folder. ``masks`` are
    the camera's privacy masks, polygons [K, 2] in fractions of the frame; ``view`` the one that
    they were drawn on: a picture of another one is not made, None asks nothing.
    """

    alert_id: UUID
    camera_id: str
    kind: EvidenceKind
    opened_at: float
    start: float
    end: float
    footage: Footage
    heads: HeadRecord
    masks: tuple[Floats, ...] = ()
    view: ApprovedView | None = None

    @property
    def path(self) -> PurePosixPath:
        """Place under the evidence folder."""
        return folder_of(self.alert_id, self.opened_at) / FILE_NAMES[self.kind]


@dataclass(frozen=True, slots=True)
class EvidenceReady:
    """A file is there, complete. ``path`` under the evidence folder; ``at`` seconds UTC."""

    alert_id: UUID
    camera_id: str
    kind: EvidenceKind
    path: str
    at: float


@dataclass(frozen=True, slots=True)
class EvidenceFailed:
    """A file will not come. ``error_key`` and ``fields`` name the text of the reason and cure."""

    alert_id: UUID
    camera_id: str
    kind: EvidenceKind
    error_key: str
    at: float
    fields: Mapping[str, str] = field(default_factory=dict)


EvidenceResult = EvidenceReady | EvidenceFailed
