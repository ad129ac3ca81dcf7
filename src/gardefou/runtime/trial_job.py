"""What a trial of a situation is asked and what it answers: plain, frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gardefou.alerting.alert import Region
from gardefou.capture.notice import Notice
from gardefou.site.document import Camera
from gardefou.situations.situation import Situation

MINUTE_S: Final = 60.0
"""Stream time kept of a camera whose trial is being prepared, s."""


@dataclass(frozen=True, slots=True)
class TrialJob:
    """A camera as somebody proposes it, watching for nothing but what is tried.

    ``lines_only``: no picture leaves the trial, only the lines of the place.
    """

    number: int
    camera: Camera
    lines_only: bool


@dataclass(frozen=True, slots=True)
class WouldBeAlert:
    """An alert that would have opened; times in seconds from the start of what was kept.

    ``closed_s`` None where it was still open at the end; ``region`` in fractions of the frame.
    """

    situation: Situation
    zone_id: str | None
    opened_s: float
    closed_s: float | None
    region: Region


@dataclass(frozen=True, slots=True)
class TrialPicture:
    """A JPEG, masked and head-blurred, of a moment: seconds from the start of what was kept."""

    at_s: float
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """What came of it: how many seconds there were, pictures analysed, and what they showed."""

    seconds: float
    analysed: int
    alerts: tuple[WouldBeAlert, ...]
    pictures: tuple[TrialPicture, ...]


TrialAnswer = TrialOutcome | Notice
"""What came of a trial, or why nothing did."""
