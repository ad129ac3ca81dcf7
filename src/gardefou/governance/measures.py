"""What the system does in the field: precision by operators' verdicts, misses by planned drills."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from gardefou.governance.daylight import light
from gardefou.site.document import Camera, Site
from gardefou.situations.situation import Situation
from gardefou.storage.paper_records import DrillRecord, DrillResult, Light, ReviewLabel
from gardefou.storage.papers import Papers
from gardefou.storage.records import Mode
from gardefou.storage.review import ReviewState, VerdictCounts, verdict_counts

Z: Final = 1.959964
"""Quantile of the normal distribution for an interval of 95 %."""

Interval = tuple[float, float]


@unique
class Cut(StrEnum):
    """What figures are grouped by; names under ``measures.cut.<value>``."""

    ALL = "all"
    CAMERA = "camera"
    PLACE = "place"
    LIGHT = "light"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class FieldPrecision:
    """How operators judged the alerts of a situation, for one value of a cut.

    ``interval`` of the precision (Wilson, 95 %), None when nothing was decided.
    """

    situation: Situation
    cut: Cut
    value: str
    counts: VerdictCounts
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class DrillFigures:
    """How drills ended for a situation and one value of a cut; ``delay_s`` the median, s."""

    situation: Situation
    cut: Cut
    value: str
    found: int
    missed: int
    interval: Interval | None
    delay_s: float | None

    @property
    def recall(self) -> float | None:
        """Share found, 0..1; None when no drill has ended."""
        ended = self.found + self.missed
        return self.found / ended if ended else None


@dataclass(frozen=True, slots=True)
class Measures:
    """All field figures; ``out_of_purpose`` alerts so labelled, by situation."""

    precision: Sequence[FieldPrecision]
    drills: Sequence[DrillFigures]
    out_of_purpose: Mapping[Situation, int]

    def of(self, situation: Situation) -> FieldPrecision | None:
        """The precision of a situation over all cameras; None when it raised no alert."""
        return next(
            (
                each
                for each in self.precision
                if each.situation is situation and each.cut is Cut.ALL
            ),
            None,
        )

    def drills_of(self, situation: Situation) -> DrillFigures | None:
        """The drills of a situation over all cameras; None when none has ended."""
        return next(
            (each for each in self.drills if each.situation is situation and each.cut is Cut.ALL),
            None,
        )

    def as_json(self) -> dict[str, object]:
        """The figures as plain values, shares rounded to four digits."""
        return {
            "precision": [
                {
                    "situation": each.situation.value,
                    "cut": each.cut.value,
                    "value": each.value,
                    "alerts": each.counts.total,
                    "confirmed": each.counts.confirmed,
                    "refuted": each.counts.refuted,
                    "doubtful": each.counts.doubtful,
                    "unreviewed": each.counts.unreviewed,
                    "precision": _round(each.counts.precision),
                    "interval": _ends(each.interval),
                }
                for each in self.precision
            ],
            "drills": [
                {
                    "situation": each.situation.value,
                    "cut": each.cut.value,
                    "value": each.value,
                    "found": each.found,
                    "missed": each.missed,
                    "recall": _round(each.recall),
                    "interval": _ends(each.interval),
                    "delay_s": _round(each.delay_s),
                }
                for each in self.drills
            ],
            "out_of_purpose": {
                situation.value: self.out_of_purpose.get(situation, 0) for situation in Situation
            },
        }


def wilson(part: int, whole: int) -> Interval | None:
    """Ends of the interval of a share at 95 %, 0..1; None when the whole is empty.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22
    (1927).

    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    if whole == 0:
        return None
    share, square = part / whole, Z * Z
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    spread = share * (1 - share) / whole + square / (4 * whole * whole)
    half = Z / (1 + square / whole) * math.sqrt(spread)
    return (max(0.0, middle - half), min(1.0, middle + half))


def measure(site: Site, papers: Papers, modes: Sequence[Mode] = (Mode.OPERATIONAL,)) -> Measures:
    """The field figures over the alerts that are kept and the drills that have ended.

    What a drill provoked is no alert of the field: it counts among the drills alone.
    """
    drills = papers.drills()
    provoked = {each.alert_id for each in drills if each.alert_id is not None}
    groups: dict[tuple[Situation, Cut, str], list[ReviewState]] = {}
    for camera_id, situation, state, opened_at, alert_id in papers.verdicts(modes):
        if alert_id in provoked:
            continue
        for cut, value in (
            *cuts_of(camera_id, place_of(site, camera_id), light_at(site, camera_id, opened_at)),
            (Cut.HOUR, hour_at(site, opened_at)),
        ):
            groups.setdefault((situation, cut, value), []).append(state)
    return Measures(
        precision=[_precision(*key, states) for key, states in sorted(groups.items(), key=_order)],
        drills=list(_drills(drills)),
        out_of_purpose=papers.labelled(ReviewLabel.OUT_OF_PURPOSE),
    )


def light_at(site: Site, camera_id: str, time: float) -> Light:
    """How light it is where a camera stands, UTC s."""
    camera = site.camera(camera_id)
    if camera is None or camera.place is None:
        return Light.UNKNOWN
    return light(camera.place.latitude, camera.place.longitude, time)


def place_of(site: Site, camera_id: str) -> str:
    """The name of a camera's place; its identifier where it has none."""
    camera: Camera | None = site.camera(camera_id)
    return camera.place.name if camera is not None and camera.place is not None else camera_id


def hour_at(site: Site, time: float) -> str:
    """The local hour of day, two digits, at a time in UTC s."""
    return f"{datetime.fromtimestamp(time, ZoneInfo(site.timezone)).hour:02}"


def cuts_of(camera_id: str, place: str, how_light: Light) -> list[tuple[Cut, str]]:
    """Every value under which something at a camera counts, the hour apart."""
    return [
        (Cut.ALL, ""),
        (Cut.CAMERA, camera_id),
        (Cut.PLACE, place),
        (Cut.LIGHT, how_light.value),
    ]


def _order(item: tuple[tuple[Situation, Cut, str], object]) -> tuple[int, int, str]:
    situation, cut, value = item[0]
    return (list(Situation).index(situation), list(Cut).index(cut), value)


def _precision(
    situation: Situation, cut: Cut, value: str, states: Iterable[ReviewState]
) -> FieldPrecision:
    counts = verdict_counts(states)
    interval = wilson(counts.confirmed, counts.confirmed + counts.refuted)
    return FieldPrecision(situation, cut, value, counts, interval)


def _drills(drills: Iterable[DrillRecord]) -> Iterable[DrillFigures]:
    groups: dict[tuple[Situation, Cut, str], list[DrillRecord]] = {}
    for each in drills:
        if each.result not in (DrillResult.FOUND, DrillResult.MISSED):
            continue
        plan = each.plan
        for cut, value in cuts_of(plan.camera_id, plan.place, plan.light):
            groups.setdefault((plan.situation, cut, value), []).append(each)
    for (situation, cut, value), ended in sorted(groups.items(), key=_order):
        found = sum(each.result is DrillResult.FOUND for each in ended)
        delays = [each.delay_s for each in ended if each.delay_s is not None]
        yield DrillFigures(
            situation=situation,
            cut=cut,
            value=value,
            found=found,
            missed=len(ended) - found,
            interval=wilson(found, len(ended)),
            delay_s=median(delays) if delays else None,
        )


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _ends(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(end, 4) for end in interval]
