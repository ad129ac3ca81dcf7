"""Field precision by verdicts and misses by drills, each with its interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.errors import StorageError, UsageError
from gardefou.governance.daylight import light, sun_height
from gardefou.governance.drills import DrillWish, cancel_drill, end_drill, plan_drill
from gardefou.governance.measures import Cut, Measures, measure, wilson
from gardefou.site.check import load_site
from gardefou.situations.situation import Situation
from gardefou.storage.paper_records import DrillRecord, DrillResult, Light, ReviewLabel
from gardefou.storage.review import Verdict
from support.alerts import numbered_id
from support.town import TestTown

INTRUSION = Situation.ZONE_INTRUSION


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TestTown]:
    with TestTown.at(tmp_path / "home") as town:
        yield town


def measured(town: TestTown) -> Measures:
    return measure(load_site(town.home / "site.yaml"), town.store.papers)


def announce(town: TestTown, in_s: float = 60.0) -> DrillRecord:
    wish = DrillWish("quay", INTRUSION, town.seconds + in_s, "grey suitcase", "chief")
    site = load_site(town.home / "site.yaml")
    return plan_drill(wish, site, town.store.papers, town.journal, town.seconds)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_share_and_stays_between_0_and_1(part: int, rest: int) -> None:
    ends = wilson(part, part + rest)
    if part + rest == 0:
        assert ends is None
    else:
        assert ends is not None
        assert 0 <= ends[0] <= part / (part + rest) + 1e-12
        assert part / (part + rest) - 1e-12 <= ends[1] <= 1


def test_verdicts_give_each_camera_its_precision_and_unreviewed_ones_none(town: TestTown) -> None:
    for number in range(1, 4):
        town.alert(number, Verdict.CONFIRMED)
    town.alert(4, Verdict.REFUTED)
    town.alert(5)
    town.alert(6, Verdict.REFUTED, camera="square")
    by = {(each.cut, each.value): each for each in measured(town).precision}
    assert by[Cut.CAMERA, "quay"].counts.precision == 0.75
    assert by[Cut.CAMERA, "square"].counts.precision == 0.0
    assert by[Cut.ALL, ""].counts.unreviewed == 1
    assert by[Cut.PLACE, "Port"].counts.total == 5
    assert by[Cut.LIGHT, "day"].counts.total == 5
    assert by[Cut.LIGHT, "unknown"].counts.total == 1
    assert by[Cut.CAMERA, "quay"].interval == wilson(3, 4)


@pytest.mark.parametrize(
    ("utc", "height"),
    [
        ("2026-06-21T11:53", 64.6),  # solar noon of Paris: 90 - 48.85 + 23.44
        ("2026-12-21T11:49", 17.7),
        ("2026-06-21T23:52", -17.7),
    ],
)
def test_the_sun_stands_where_almanacs_put_it(utc: str, height: float) -> None:
    from datetime import datetime

    time = datetime.fromisoformat(f"{utc}+00:00").timestamp()
    assert sun_height(48.85, 2.35, time) == pytest.approx(height, abs=0.1)
    assert light(48.85, 2.35, time) is (Light.DAY if height > 0 else Light.NIGHT)


def test_out_of_purpose_alerts_are_counted_by_situation(town: TestTown) -> None:
    town.alert(1, Verdict.REFUTED)
    for _ in range(2):
        town.store.papers.label(numbered_id(1), ReviewLabel.OUT_OF_PURPOSE, "a.petit", 5.0)
    assert measured(town).out_of_purpose == {INTRUSION: 1}
    assert measured(town).as_json()["out_of_purpose"]["zone_intrusion"] == 1  # type: ignore[index]


def test_a_drill_is_found_by_the_alert_it_provoked(town: TestTown) -> None:
    drill = announce(town)
    town.later(seconds=65)
    town.alert(1, Verdict.CONFIRMED)
    ended = end_drill(drill.number, town.store, town.journal, "chief", town.seconds)
    assert (ended.result, ended.alert_id, ended.delay_s) == (DrillResult.FOUND, numbered_id(1), 5.0)
    figures = measured(town).drills_of(INTRUSION)
    assert figures is not None
    assert (figures.found, figures.missed, figures.delay_s) == (1, 0, 5.0)
    assert measured(town).precision == [], "what a drill provoked is no alert of the field"


def test_a_drill_is_missed_only_when_its_window_is_over(town: TestTown) -> None:
    drill = announce(town)
    town.later(seconds=100)
    with pytest.raises(UsageError, match="not over"):
        end_drill(drill.number, town.store, town.journal, "chief", town.seconds)
    town.later(seconds=200)
    ended = end_drill(drill.number, town.store, town.journal, "chief", town.seconds)
    assert ended.result is DrillResult.MISSED
    with pytest.raises(StorageError, match="already"):
        end_drill(drill.number, town.store, town.journal, "chief", town.seconds)


@pytest.mark.parametrize("what", ["early", "late", "elsewhere", "other situation"])
def test_another_alert_does_not_find_a_drill(town: TestTown, what: str) -> None:
    drill = announce(town)
    town.later(seconds={"early": 20, "late": 500}.get(what, 65))
    camera = "square" if what == "elsewhere" else "quay"
    situation = Situation.WRONG_WAY if what == "other situation" else INTRUSION
    town.alert(1, camera=camera, situation=situation)
    town.later(seconds=1000)
    ended = end_drill(drill.number, town.store, town.journal, "chief", town.seconds)
    assert ended.result is DrillResult.MISSED


def test_one_alert_finds_one_drill(town: TestTown) -> None:
    first, second = announce(town), announce(town)
    town.later(seconds=65)
    town.alert(1)
    town.later(seconds=1000)
    ends = [
        end_drill(each.number, town.store, town.journal, "chief", town.seconds).result
        for each in (first, second)
    ]
    assert ends == [DrillResult.FOUND, DrillResult.MISSED]


def test_a_drill_cannot_be_noted_afterwards_nor_called_off_once_begun(town: TestTown) -> None:
    with pytest.raises(UsageError, match="announced before"):
        announce(town, -1.0)
    drill = announce(town)
    town.later(seconds=61)
    with pytest.raises(UsageError, match="has begun"):
        cancel_drill(drill.number, town.store, town.journal, "chief", town.seconds)


def test_a_cancelled_drill_counts_nowhere(town: TestTown) -> None:
    drill = announce(town)
    cancel_drill(drill.number, town.store, town.journal, "chief", town.seconds)
    assert measured(town).drills == []


def test_a_drill_needs_a_camera_that_watches_for_it(town: TestTown) -> None:
    site = load_site(town.home / "site.yaml")
    wish = DrillWish("quay", Situation.FIRE, town.seconds + 60, "smoke", "chief")
    for each, words in ((wish, "not watched"), (replace(wish, camera_id="no"), "no such camera")):
        with pytest.raises(UsageError, match=words):
            plan_drill(each, site, town.store.papers, town.journal, town.seconds)
