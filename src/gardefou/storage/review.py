"""What an operator decides about an alert: verdict, follow-up, and what may be counted as true."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, unique


@unique
class ReviewState(StrEnum):
    """Where an alert stands; names in the catalogue under ``storage.verdict.<value>``."""

    UNREVIEWED = "unreviewed"
    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    DOUBTFUL = "doubtful"


@unique
class Verdict(StrEnum):
    """What an operator may say of an alert; a later review may change it, history is kept."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    DOUBTFUL = "doubtful"

    @property
    def state(self) -> ReviewState:
        """The state that an alert with this verdict is in."""
        return ReviewState(self.value)


@unique
class FollowUp(StrEnum):
    """The closed list of what was done; names in the catalogue under ``storage.follow_up.<value>``.

    It records what people did; choosing one triggers nothing.
    """

    NONE = "none"
    WATCHED = "watched"
    TEAM_SENT = "team_sent"
    FIRST_AID = "first_aid"
    EMERGENCY_SERVICES = "emergency_services"
    ORGANISER_TOLD = "organiser_told"
    OTHER_SERVICE = "other_service"


@dataclass(frozen=True, slots=True)
class Review:
    """One decision of one operator.

    ``number`` counts from 1 within the alert; ``reviewer`` the operator's account; ``at`` UTC, s.
    """

    number: int
    verdict: Verdict
    follow_up: FollowUp
    reviewer: str
    at: float


@dataclass(frozen=True, slots=True)
class VerdictCounts:
    """How many alerts stand where; what nobody reviewed is never counted as true.

    >>> VerdictCounts(confirmed=3, refuted=1, unreviewed=96).precision
    0.75
    """

    unreviewed: int = 0
    confirmed: int = 0
    refuted: int = 0
    doubtful: int = 0

    @property
    def total(self) -> int:
        """All alerts, reviewed or not."""
        return self.unreviewed + self.confirmed + self.refuted + self.doubtful

    @property
    def precision(self) -> float | None:
        """Share of confirmed among those decided, 0..1; None when none was decided.

        Doubtful and unreviewed alerts say nothing and stand on neither side.
        """
        decided = self.confirmed + self.refuted
        return self.confirmed / decided if decided else None


def verdict_counts(states: Iterable[ReviewState]) -> VerdictCounts:
    """Count alerts by their state of review.

    >>> verdict_counts([ReviewState.UNREVIEWED, ReviewState.CONFIRMED])
    VerdictCounts(unreviewed=1, confirmed=1, refuted=0, doubtful=0)
    """
    counts = dict.fromkeys(ReviewState, 0)
    for state in states:
        counts[state] += 1
    return VerdictCounts(**{state.value: count for state, count in counts.items()})
