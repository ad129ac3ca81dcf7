"""The alert (*signalement*): what, where and when; nothing about a person."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from gardefou.situations.situation import Situation

Region = tuple[tuple[float, float], ...]
"""A polygon in fractions of the frame."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A call for a human's attention.

    ``id`` UUIDv7 (RFC 9562), the same wherever the alert is stored or replayed; ``mandate_id`` of
    the mandate it was raised under, none in evaluation and rehearsal; ``zone_id`` of the zone in
    the site document, if the situation has one; ``opened_at`` stream time, s.
    """

    id: UUID
    mandate_id: str | None
    camera_id: str
    situation: Situation
    zone_id: str | None
    opened_at: float
    region: Region


@dataclass(frozen=True, slots=True)
class AlertOpened:
    """An alert begins. It comes once for each alert."""

    alert: Alert


@dataclass(frozen=True, slots=True)
class AlertClosed:
    """An alert ends. It comes once for each alert, after its opening.

    ``closed_at`` stream time when the situation was last seen, s.
    """

    alert: Alert
    closed_at: float


AlertEvent = AlertOpened | AlertClosed
