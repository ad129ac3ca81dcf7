"""What one person decided during a shift, and what nobody decided: for the page at its end."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, select

from gardefou.situations.situation import Situation
from gardefou.storage.models import AlertRow, ReviewRow
from gardefou.storage.review import FollowUp, ReviewState, Verdict


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision that a shift counts."""

    situation: Situation
    verdict: Verdict
    follow_up: FollowUp


def decisions(reviewer: str, since: float) -> Select[Situation, Verdict, FollowUp]:
    """The latest decision of one person on each alert, since a time; one of nobody else.

    Reads every decision that is kept: there is no index by people, and there shall be none.
    """
    latest = (
        select(ReviewRow.alert_id, func.max(ReviewRow.number).label("number"))
        .where(ReviewRow.reviewer == reviewer, ReviewRow.reviewed_at >= since)
        .group_by(ReviewRow.alert_id)
        .subquery()
    )
    return (
        select(AlertRow.situation, ReviewRow.verdict, ReviewRow.follow_up)
        .join(ReviewRow, ReviewRow.alert_id == AlertRow.id)
        .join(
            latest,
            (latest.c.alert_id == ReviewRow.alert_id) & (latest.c.number == ReviewRow.number),
        )
    )


def undecided(since: float) -> Select[Situation, int]:
    """How many alerts of each situation opened since a time and wait for a decision."""
    return (
        select(AlertRow.situation, func.count())
        .where(AlertRow.review_state == ReviewState.UNREVIEWED, AlertRow.opened_at >= since)
        .group_by(AlertRow.situation)
    )
