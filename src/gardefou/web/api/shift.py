"""The end of a shift: what one person decided, and what waits for the next one."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final

from fastapi import APIRouter, Query

from gardefou.governance.roles import Action
from gardefou.situations.situation import Situation
from gardefou.storage.review import FollowUp, Verdict
from gardefou.web.access import UNNAMED, Person, require
from gardefou.web.api.alerts import shown
from gardefou.web.api.context import InContext
from gardefou.web.api.models import AlertView, PersonName, Strict
from gardefou.web.problems import stored

LONGEST_H: Final = 24
"""Longest shift that is summed up, hours."""

USUAL_H: Final = 8

LISTED: Final = 100
"""Most waiting alerts that are listed; all are counted."""

router = APIRouter(tags=["alerts"])


class ShiftView(Strict):
    """One person's shift, times in UTC seconds; nothing about anybody else's.

    Each alert that they decided counts once, with their latest decision. ``to_review`` counts the
    alerts of the time that nobody decided, ``listed`` are the newest of them.
    """

    name: str
    since: float
    until: float
    decided: dict[Situation, dict[Verdict, int]]
    follow_ups: dict[FollowUp, int]
    to_review: dict[Situation, int]
    listed: list[AlertView]


@router.get("/api/shift")
def get_shift(
    context: InContext,
    person: Annotated[Person, require(Action.REVIEW)],
    hours: Annotated[int, Query(ge=1, le=LONGEST_H)] = USUAL_H,
    viewer: Annotated[PersonName, Query()] = UNNAMED,
) -> ShiftView:
    """What whoever asks decided in the last hours; ``viewer`` only at an open desk."""
    name = person.name(viewer)
    until = context.services.clock()
    since = until - hours * 3600.0
    with stored():
        decisions = context.services.store.decided_by(name, since)
        waiting, records = context.services.store.waiting(since, LISTED)
        listed = shown(context, records)
    by_situation: dict[Situation, dict[Verdict, int]] = {}
    for each in decisions:
        counts = by_situation.setdefault(each.situation, dict.fromkeys(Verdict, 0))
        counts[each.verdict] += 1
    return ShiftView(
        name=name,
        since=since,
        until=until,
        decided=by_situation,
        follow_ups=dict(Counter(each.follow_up for each in decisions)),
        to_review=waiting,
        listed=listed,
    )
