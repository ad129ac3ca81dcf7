"""What travels through the spool: alert events, interruptions, results of evidence, counts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID

from gardefou.alerting.alert import AlertClosed, AlertOpened
from gardefou.statistics.quarters import QuarterCounts
from gardefou.storage.records import EvidenceKind


def inside_the_folder(path: str) -> str:
    """The path itself; raises `ValueError` unless it is relative, plain and stays inside.

    >>> inside_the_folder("2026/11/22/clip.mp4")
    '2026/11/22/clip.mp4'
    """
    plain = PurePosixPath(path)
    if plain.is_absolute() or ".." in plain.parts or str(plain) != path or not plain.name:
        raise ValueError(f"evidence path {path!r} must stay inside the evidence folder")
    return path


@dataclass(frozen=True, slots=True)
class AlertInterrupted:
    """The analysis of its camera stopped while the alert was open.

    ``at`` UTC, s.
    """

    alert_id: UUID
    at: float


@dataclass(frozen=True, slots=True)
class EvidenceReady:
    """A piece of evidence stands on the disk.

    ``path`` relative to the evidence folder, with ``/``; ``at`` UTC, s. Raises `ValueError` when
    the path leaves the folder.
    """

    alert_id: UUID
    kind: EvidenceKind
    path: str
    at: float

    def __post_init__(self) -> None:
        inside_the_folder(self.path)


@dataclass(frozen=True, slots=True)
class EvidenceFailed:
    """A piece of evidence could not be made; ``error_key`` says why, as a catalogue key."""

    alert_id: UUID
    kind: EvidenceKind
    error_key: str


AlertNews = AlertOpened | AlertClosed | AlertInterrupted | EvidenceReady | EvidenceFailed
"""What is told of an alert."""

SpoolEvent = AlertNews | QuarterCounts
"""Everything that a worker or the evidence process tells the hub."""


def alert_id_of(event: AlertNews) -> UUID:
    """The alert an event is about."""
    if isinstance(event, AlertOpened | AlertClosed):
        return event.alert.id
    return event.alert_id


def key_of(event: SpoolEvent) -> str:
    """The idempotent key: two events with the same key are the same event told twice."""
    match event:
        case QuarterCounts(camera_id=camera_id, start=start):
            whole = f"{camera_id} {start}".encode()
            return f"{hashlib.blake2b(whole, digest_size=16).hexdigest()}-counted"
        case AlertOpened():
            what = "opened"
        case AlertClosed():
            what = "closed"
        case AlertInterrupted():
            what = "interrupted"
        case EvidenceReady(kind=kind):
            what = f"{kind.value}-ready"
        case EvidenceFailed(kind=kind):
            what = f"{kind.value}-failed"
    return f"{alert_id_of(event).hex}-{what}"
