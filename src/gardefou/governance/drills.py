"""Planned drills: announced before they happen, ended by what the system signalled, not by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gardefou.errors import UsageError
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import Journal
from gardefou.governance.measures import light_at, place_of
from gardefou.site.document import Site
from gardefou.situations.situation import Situation
from gardefou.storage.paper_records import DrillPlan, DrillRecord, DrillResult, Light
from gardefou.storage.papers import Papers
from gardefou.storage.store import Store

EARLY_S: Final = 10.0
"""How long before its planned time a drill may begin to be seen, s: watches differ."""

WINDOW_S: Final = 120.0
"""How long after its planned time an alert still counts as having found it, s."""


@dataclass(frozen=True, slots=True)
class DrillWish:
    """A drill as a person plans it; ``light`` None takes the sun's word for it."""

    camera_id: str
    situation: Situation
    at: float
    test_object: str
    planned_by: str
    window_s: float = WINDOW_S
    light: Light | None = None


def plan_drill(
    wish: DrillWish, site: Site, papers: Papers, journal: Journal, now: float
) -> DrillRecord:
    """Announce a drill, journalled first; ``now`` UTC, s.

    Raises `UsageError` for a camera that the site has not, a situation that it does not watch for,
    and a time that is over: a drill noted afterwards would prove nothing.
    """
    camera = site.camera(wish.camera_id)
    if camera is None:
        raise UsageError("measures.no_camera", camera=wish.camera_id)
    if wish.situation not in camera.situations.on:
        raise UsageError(
            "measures.not_watched", camera=wish.camera_id, situation=wish.situation.value
        )
    if wish.at < now:
        raise UsageError("measures.too_late")
    plan = DrillPlan(
        camera_id=wish.camera_id,
        situation=wish.situation,
        at=wish.at,
        window_s=wish.window_s,
        test_object=wish.test_object,
        light=wish.light or light_at(site, wish.camera_id, wish.at),
        place=place_of(site, wish.camera_id),
        planned_by=wish.planned_by,
    )
    journal.append(
        Entry(
            wish.planned_by,
            Operation.DRILL,
            f"camera:{wish.camera_id}",
            wish.test_object,
            {"step": "plan", "situation": wish.situation.value, "at": int(wish.at)},
        )
    )
    return papers.add_drill(plan, now)


def end_drill(number: int, store: Store, journal: Journal, by: str, now: float) -> DrillRecord:
    """End a drill by looking for its alert, journalled first; ``now`` UTC, s.

    The first alert of its camera and situation within its window, that no other drill claims,
    found it. Raises `UsageError` while the window lasts and nothing was found yet.
    """
    drill = store.papers.drill(number)
    plan = drill.plan
    claimed = {each.alert_id for each in store.papers.drills()}
    for alert_id in store.papers.overlapping(
        plan.camera_id, plan.at - EARLY_S, plan.at + plan.window_s
    ):
        alert = store.alert(alert_id)
        timely = alert.opened_at >= plan.at - EARLY_S
        if alert.situation is plan.situation and timely and alert_id not in claimed:
            _journal(journal, drill, by, DrillResult.FOUND)
            delay = max(0.0, alert.opened_at - plan.at)
            return store.papers.end_drill(number, DrillResult.FOUND, alert_id, delay)
    if now <= plan.at + plan.window_s:
        raise UsageError("measures.not_over", number=number)
    _journal(journal, drill, by, DrillResult.MISSED)
    return store.papers.end_drill(number, DrillResult.MISSED)


def cancel_drill(number: int, store: Store, journal: Journal, by: str, now: float) -> DrillRecord:
    """Give a drill up before it begins, journalled first; ``now`` UTC, s.

    Raises `UsageError` afterwards: a drill that was missed may not be called off.
    """
    drill = store.papers.drill(number)
    if now >= drill.plan.at:
        raise UsageError("measures.begun", number=number)
    _journal(journal, drill, by, DrillResult.CANCELLED)
    return store.papers.end_drill(number, DrillResult.CANCELLED)


def _journal(journal: Journal, drill: DrillRecord, by: str, result: DrillResult) -> None:
    details = {"step": "result", "result": result.value}
    journal.append(Entry(by, Operation.DRILL, f"drill:{drill.number}", details=details))
