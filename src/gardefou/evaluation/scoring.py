"""Alerts held against the events of a case: found, missed, false.

An event is found by an alert of its situation that opens within the tolerance of it, or by one
still open from an event that ended shortly before. An alert is false when it served no event,
when it stayed open long after the last it served, and always for a situation that the case rules
out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import shapely

from gardefou.alerting.alert import AlertClosed, AlertEvent
from gardefou.evaluation.cases import Case, ExpectedEvent
from gardefou.situations.situation import Situation

STILL_OPEN_S: Final = 5.0
"""An alert still open from an event that ended at most this long before finds the next one, s."""

OVERSTAY_S: Final = 10.0
"""An alert open longer than this past the last event it served is false, s."""


@dataclass(frozen=True, slots=True)
class SignalledAlert:
    """An alert as evaluation sees it; times in the clip's own seconds, region in fractions."""

    situation: Situation
    opened_s: float
    closed_s: float
    region: tuple[tuple[float, float], ...] | None = None


def signalled(events: Iterable[AlertEvent]) -> list[SignalledAlert]:
    """The alerts of a finished run, in the order of their closing."""
    return [
        SignalledAlert(
            event.alert.situation, event.alert.opened_at, event.closed_at, event.alert.region
        )
        for event in events
        if isinstance(event, AlertClosed)
    ]


@dataclass(frozen=True, slots=True)
class EventScore:
    """How one event fared; ``delay_s`` is opening minus start, None when missed."""

    event: ExpectedEvent
    delay_s: float | None

    @property
    def found(self) -> bool:
        """Whether an alert found it."""
        return self.delay_s is not None


@dataclass(frozen=True, slots=True)
class CaseScore:
    """The outcome of one case: each event, the alerts that count, and the false ones among them."""

    case_id: str
    events: Sequence[EventScore]
    alerts: Sequence[SignalledAlert]
    false: Sequence[SignalledAlert]

    @property
    def missed(self) -> list[ExpectedEvent]:
        """Events that had to be found and were not."""
        return [
            score.event for score in self.events if not score.found and not score.event.optional
        ]


def score(case: Case, alerts: Sequence[SignalledAlert], duration_s: float) -> CaseScore:
    """Hold a case's alerts against its events; ``duration_s`` of the clip without holds."""
    judged = [alert for alert in alerts if alert.situation in case.judged]
    served: dict[int, list[ExpectedEvent]] = {index: [] for index in range(len(judged))}
    scores = []
    for event in sorted(case.expect, key=lambda each: each.start_s):
        delays = []
        for index, alert in enumerate(judged):
            delay = _delay(case, event, alert, duration_s, served[index])
            if delay is not None:
                delays.append(delay)
                served[index].append(event)
        scores.append(EventScore(event, min(delays) if delays else None))
    false = [alert for index, alert in enumerate(judged) if _is_false(case, alert, served[index])]
    return CaseScore(case.id, scores, judged, false)


def _delay(
    case: Case,
    event: ExpectedEvent,
    alert: SignalledAlert,
    duration_s: float,
    served: Sequence[ExpectedEvent],
) -> float | None:
    """Delay with which an alert finds an event, s; None when it does not."""
    if alert.situation is not event.situation or not _overlap(event, alert):
        return None
    latest = event.end_s + case.tolerance_s
    if event.end_s >= duration_s - case.tolerance_s:
        latest += case.hold_last_s
    if event.start_s - case.tolerance_s <= alert.opened_s <= latest:
        return alert.opened_s - event.start_s
    carried_over = any(event.start_s - before.end_s <= STILL_OPEN_S for before in served)
    if carried_over and alert.opened_s <= event.start_s <= alert.closed_s:
        return 0.0
    return None


def _overlap(event: ExpectedEvent, alert: SignalledAlert) -> bool:
    if event.region is None or alert.region is None:
        return True
    return bool(shapely.Polygon(event.region).intersects(shapely.Polygon(alert.region)))


def _is_false(case: Case, alert: SignalledAlert, served: Sequence[ExpectedEvent]) -> bool:
    if alert.situation in case.never or not served:
        return True
    return alert.closed_s > max(event.end_s for event in served) + OVERSTAY_S
