"""How long cameras watched, and the false alarms in that time: what a rate needs below and above.

Time is counted from the journal: from a start to the next stop, suspension or start. A camera that
was away in between is not subtracted, so that a rate is at most too low by that much.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gardefou.governance.daylight import light
from gardefou.governance.entry import Line, Operation
from gardefou.governance.measures import (
    Cut,
    cuts_of,
    hour_at,
    light_at,
    place_of,
)
from gardefou.site.document import Camera, Site
from gardefou.situations.situation import Situation
from gardefou.storage.paper_records import Light
from gardefou.storage.papers import Papers
from gardefou.storage.review import ReviewState

STEP_S: Final = 900.0
"""Time is counted in such pieces, each with the light and the hour at its middle, s."""

_ENDS: Final = frozenset({Operation.STOP, Operation.SUSPENSION})

Key = tuple[Situation, Cut, str]


@dataclass(frozen=True, slots=True)
class FalseRate:
    """Refuted alerts over the hours in which cameras watched for the situation."""

    false: int
    camera_hours: float

    @property
    def per_camera_hour(self) -> float | None:
        """None when nothing watched."""
        return self.false / self.camera_hours if self.camera_hours > 0 else None


@dataclass(frozen=True, slots=True)
class Watch:
    """Cameras that watched from one time to another, UTC s."""

    cameras: tuple[str, ...]
    start: float
    end: float


def watches(entries: Iterable[Line], now: float) -> Iterator[Watch]:
    """The spans of operation that a journal tells of, the oldest first."""
    cameras: tuple[str, ...] = ()
    watching: tuple[str, ...] = ()
    since = 0.0
    for line in entries:
        at = datetime.fromisoformat(line.ts).timestamp()
        if line.operation in (Operation.START, Operation.RESUMPTION) or line.operation in _ENDS:
            if watching and at > since:
                yield Watch(watching, since, at)
            watching = ()
        if line.operation == Operation.START:
            named = line.details.get("cameras")
            cameras = tuple(map(str, named)) if isinstance(named, list) else ()
            watching, since = cameras, at
        elif line.operation == Operation.STOP:
            cameras = ()
        elif line.operation == Operation.RESUMPTION:
            watching, since = cameras, at
    if watching and now > since:
        yield Watch(watching, since, now)


def false_rates(
    site: Site, papers: Papers, spans: Sequence[Watch], since: float, now: float
) -> Mapping[Key, FalseRate]:
    """Refuted alerts opened, and camera-hours watched, between two times, UTC s, by each cut.

    What a camera watches for is what the site document says now.
    """
    hours = _hours(site, [_cut(each, since, now) for each in spans])
    provoked = {each.alert_id for each in papers.drills()}
    false: Counter[Key] = Counter()
    for camera_id, situation, state, opened_at, alert_id in papers.verdicts():
        if state is ReviewState.REFUTED and since <= opened_at <= now and alert_id not in provoked:
            how_light = light_at(site, camera_id, opened_at)
            keys = cuts_of(camera_id, place_of(site, camera_id), how_light)
            for cut, value in (*keys, (Cut.HOUR, hour_at(site, opened_at))):
                false[situation, cut, value] += 1
    return {key: FalseRate(false[key], hours.get(key, 0.0)) for key in {*hours, *false}}


def _cut(span: Watch, since: float, now: float) -> Watch:
    return Watch(span.cameras, max(span.start, since), min(span.end, now))


def _hours(site: Site, spans: Sequence[Watch]) -> dict[Key, float]:
    found: dict[Key, float] = {}
    lights: dict[tuple[float, float, float], Light] = {}
    for span in spans:
        cameras = [each for each in map(site.camera, span.cameras) if each is not None]
        for start, end in _pieces(span.start, span.end):
            middle = (start + end) / 2
            hour = hour_at(site, middle)
            for camera in cameras:
                how_light = _light(camera, middle, lights)
                keys = cuts_of(camera.id, place_of(site, camera.id), how_light)
                for situation in camera.situations.on:
                    for cut, value in (*keys, (Cut.HOUR, hour)):
                        key = (situation, cut, value)
                        found[key] = found.get(key, 0.0) + (end - start) / 3600
    return found


def _pieces(start: float, end: float) -> Iterator[tuple[float, float]]:
    at = start
    while at < end:
        following = min(end, (at // STEP_S + 1) * STEP_S)
        yield at, following
        at = following


def _light(camera: Camera, time: float, known: dict[tuple[float, float, float], Light]) -> Light:
    """Cameras within a tenth of a degree share their light: the sun's height differs by as much."""
    place = camera.place
    if place is None or place.latitude is None or place.longitude is None:
        return Light.UNKNOWN
    key = (round(place.latitude, 1), round(place.longitude, 1), time)
    if key not in known:
        known[key] = light(*key)
    return known[key]
