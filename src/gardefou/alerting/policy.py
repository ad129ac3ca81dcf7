"""When observations open an alert and when it closes: hysteresis, merging, cool-down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from uuid6 import uuid7

from gardefou.alerting.alert import Alert, AlertClosed, AlertEvent, AlertOpened, Region
from gardefou.geometry.arrays import Floats
from gardefou.situations.scene import Observation
from gardefou.situations.situation import Situation

LONGEST_STEP_S: Final = 1.0
"""The most that the time between two scenes adds, s: a gap in the stream proves nothing."""

NEARBY: Final = 0.5
"""Observations without a zone merge when their rectangles, grown by this share of their size on
each side, meet."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Hysteresis of one situation, all in seconds.

    ``open_after_s`` of observation open an alert (weak observations count for less, moments without
    one count against it); ``close_after_s`` without observation close it, so events nearer to each
    other than that are one alert; ``cool_down_s`` after a closing no new alert opens at that place.
    """

    open_after_s: float
    close_after_s: float
    cool_down_s: float


TIMINGS: Final[Mapping[Situation, Timing]] = {
    Situation.ABANDONED_OBJECT: Timing(1.0, 5.0, 10.0),
    Situation.WEAPON: Timing(1.0, 5.0, 10.0),
    Situation.WRONG_WAY: Timing(0.5, 3.0, 2.0),
    Situation.ZONE_INTRUSION: Timing(0.6, 2.5, 2.0),
    Situation.PERSON_DOWN: Timing(0.4, 5.0, 10.0),
    Situation.CROWD_MOVEMENT: Timing(1.0, 5.0, 10.0),
    Situation.CROWD_DENSITY: Timing(5.0, 10.0, 30.0),
    Situation.FIRE: Timing(1.0, 5.0, 10.0),
}
"""Defaults; `zone_intrusion` and `wrong_way` were set on the labelled clips of the footage folder
(a trespasser who stands behind a lamp post for two seconds is one event, not two)."""


@dataclass(slots=True)
class _Incident:
    """One place where a situation is being observed, before, during and just after its alert."""

    situation: Situation
    zone_id: str | None
    region: Floats
    level_s: float = 0.0
    seen_at: float = 0.0
    alert: Alert | None = None
    quiet_until: float = -np.inf


class AlertPolicy:
    """Turns one camera's observations into alerts that open once and close once.

    ``timings`` by situation, s; ``mandate_id`` goes into every alert.
    """

    def __init__(
        self,
        camera_id: str,
        timings: Mapping[Situation, Timing] = TIMINGS,
        mandate_id: str | None = None,
    ) -> None:
        self._camera_id = camera_id
        self._timings = timings
        self._mandate_id = mandate_id
        self._incidents: list[_Incident] = []
        self._time: float | None = None

    @property
    def open_alerts(self) -> list[Alert]:
        """Alerts that have opened and not closed."""
        return [incident.alert for incident in self._incidents if incident.alert]

    @property
    def is_quiet(self) -> bool:
        """Whether no alert is open and nothing speaks for one."""
        return not any(each.alert or each.level_s > 0 for each in self._incidents)

    @property
    def is_weighing(self) -> bool:
        """Whether something speaks for an alert that has not opened."""
        return any(each.alert is None and each.level_s > 0 for each in self._incidents)

    def update(self, observations: Iterable[Observation], time: float) -> list[AlertEvent]:
        """Take the observations of one moment; say which alerts open and close, in that order.

        ``time`` stream time, s; it must not decrease.
        """
        step = 0.0 if self._time is None else min(time - self._time, LONGEST_STEP_S)
        self._time = time
        strengths = self._gather(observations, time)
        events: list[AlertEvent] = []
        for incident in self._incidents:
            strength = strengths.get(id(incident))
            events.extend(self._advance(incident, strength, step, time))
        self._incidents = [each for each in self._incidents if self._is_alive(each, time)]
        return events

    def close(self) -> list[AlertEvent]:
        """Close what is open, at the end of a stream or before a restart; forget the rest."""
        events: list[AlertEvent] = [
            AlertClosed(incident.alert, incident.seen_at)
            for incident in self._incidents
            if incident.alert
        ]
        self._incidents = []
        self._time = None
        return events

    def _gather(self, observations: Iterable[Observation], time: float) -> dict[int, float]:
        """Give every observation to its incident; strongest evidence of each by identity."""
        strengths: dict[int, float] = {}
        for observation in observations:
            incident = self._incident_of(observation)
            first = id(incident) not in strengths
            incident.region = (
                observation.region if first else _around(incident.region, observation.region)
            )
            incident.seen_at = time
            strengths[id(incident)] = max(strengths.get(id(incident), 0.0), observation.strength)
        return strengths

    def _incident_of(self, observation: Observation) -> _Incident:
        for incident in self._incidents:
            if incident.situation is observation.situation and _same_place(incident, observation):
                return incident
        incident = _Incident(observation.situation, observation.zone_id, observation.region)
        self._incidents.append(incident)
        return incident

    def _advance(
        self, incident: _Incident, strength: float | None, step: float, time: float
    ) -> Iterable[AlertEvent]:
        """Move one incident through its life by one step of time."""
        timing = self._timings[incident.situation]
        if incident.alert is None:
            gain = -step if strength is None else step * strength
            incident.level_s = max(0.0, min(incident.level_s + gain, timing.open_after_s))
            enough = incident.level_s >= timing.open_after_s and strength is not None
            if enough and time >= incident.quiet_until:
                incident.alert = self._new_alert(incident, time)
                yield AlertOpened(incident.alert)
        elif strength is None and time - incident.seen_at >= timing.close_after_s:
            yield AlertClosed(incident.alert, incident.seen_at)
            incident.alert = None
            incident.level_s = 0.0
            incident.quiet_until = time + timing.cool_down_s

    def _new_alert(self, incident: _Incident, time: float) -> Alert:
        return Alert(
            id=uuid7(),
            mandate_id=self._mandate_id,
            camera_id=self._camera_id,
            situation=incident.situation,
            zone_id=incident.zone_id,
            opened_at=time,
            region=as_region(incident.region),
        )

    def _is_alive(self, incident: _Incident, time: float) -> bool:
        return (
            incident.alert is not None or incident.level_s > 0 or time < incident.quiet_until
        ) or incident.seen_at == time


def as_region(polygon: Floats) -> Region:
    """A polygon [K, 2] as plain numbers with four decimals."""
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in polygon)


def _same_place(incident: _Incident, observation: Observation) -> bool:
    if incident.zone_id is not None or observation.zone_id is not None:
        return incident.zone_id == observation.zone_id
    low_a, high_a = _grown(incident.region)
    low_b, high_b = _grown(observation.region)
    return bool((low_a <= high_b).all() and (low_b <= high_a).all())


def _grown(region: Floats) -> tuple[Floats, Floats]:
    low, high = region.min(axis=0), region.max(axis=0)
    margin = (high - low) * NEARBY
    return low - margin, high + margin


def _around(a: Floats, b: Floats) -> Floats:
    """The rectangle round two polygons."""
    x1, y1 = np.minimum(a.min(axis=0), b.min(axis=0))
    x2, y2 = np.maximum(a.max(axis=0), b.max(axis=0))
    return np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]])
