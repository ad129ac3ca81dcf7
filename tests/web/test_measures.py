"""The measures page: what the table says, who may read it, and that it is about no person."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gardefou.governance.entry import Operation
from gardefou.governance.field_table import LEAST_DELAYS, table_of
from gardefou.governance.roles import Role
from gardefou.governance.watched import watches
from gardefou.storage.review import Verdict
from support.town import SITE, TestTown


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TestTown]:
    with TestTown.at(tmp_path / "home") as town:
        yield town


def rows(town: TestTown, cut: str) -> dict[tuple[str, str], Any]:
    found = table_of(town.office, town.facts()).rows
    return {(each.situation, each.value): each for each in found if each.cut == cut}


def test_false_alarms_are_told_per_hour_that_cameras_watched(town: TestTown) -> None:
    town.start()
    town.alert(1, Verdict.REFUTED)
    town.alert(2, Verdict.CONFIRMED)
    town.later(hours=2)
    town.note(Operation.SUSPENSION)
    town.later(hours=5)
    town.note(Operation.RESUMPTION)
    town.later(hours=1)
    town.note(Operation.STOP)
    town.later(hours=1)
    whole = rows(town, "all")["zone_intrusion", ""]
    assert whole.camera_hours == pytest.approx(6.0)
    assert whole.false_per_camera_hour == pytest.approx(1 / 6)
    assert rows(town, "camera")["zone_intrusion", "quay"].camera_hours == pytest.approx(3.0)
    hours = rows(town, "hour")
    assert hours["zone_intrusion", "14"].camera_hours == pytest.approx(2.0)
    assert hours["zone_intrusion", "14"].refuted == 1
    assert ("zone_intrusion", "17") not in hours
    lights = rows(town, "light")
    assert lights["zone_intrusion", "day"].camera_hours == pytest.approx(2.75)
    assert lights["zone_intrusion", "twilight"].camera_hours == pytest.approx(0.25)
    assert lights["zone_intrusion", "unknown"].camera_hours == pytest.approx(3.0)


def test_a_start_without_a_stop_before_it_does_not_count_twice(town: TestTown) -> None:
    town.start()
    town.later(hours=1)
    town.start()
    town.later(hours=1)
    spans = list(watches(town.journal.entries(), town.seconds))
    assert [(each.end - each.start) / 3600 for each in spans] == pytest.approx([1.0, 1.0])


def test_a_suspension_that_a_stop_follows_is_not_resumed_into(town: TestTown) -> None:
    town.start()
    town.note(Operation.STOP)
    town.note(Operation.RESUMPTION)
    town.later(hours=1)
    assert [each for each in watches(town.journal.entries(), town.seconds) if each.end] == []


def test_what_retention_may_have_erased_is_outside_the_rates(town: TestTown) -> None:
    town.start()
    town.alert(1, Verdict.REFUTED)
    town.later(days=20)
    whole = rows(town, "all")["zone_intrusion", ""]
    assert whole.camera_hours == pytest.approx(15 * 24 * 2)
    assert whole.false_per_camera_hour == 0.0
    assert whole.refuted == 1


def test_few_decisions_are_said_to_be_few(town: TestTown) -> None:
    for number in range(1, 10):
        town.alert(number, Verdict.CONFIRMED)
    assert rows(town, "all")["zone_intrusion", ""].few
    town.alert(10, Verdict.REFUTED)
    row = rows(town, "all")["zone_intrusion", ""]
    assert not row.few
    assert (row.precision, row.evaluated_precision) == (0.9, 0.9)
    assert row.low < 0.6 < 0.98 < row.high


def test_how_long_reviews_take_is_told_of_a_situation_never_of_an_hour(town: TestTown) -> None:
    for number in range(1, LEAST_DELAYS):
        town.alert(number, Verdict.CONFIRMED)
    assert rows(town, "all")["zone_intrusion", ""].review_delay_s is None
    town.alert(LEAST_DELAYS, Verdict.CONFIRMED)
    assert rows(town, "all")["zone_intrusion", ""].review_delay_s == 30.0
    for cut in ("camera", "place", "light", "hour"):
        assert {each.review_delay_s for each in rows(town, cut).values()} == {None}


def test_the_csv_is_the_table_and_names_nobody(town: TestTown) -> None:
    town.start()
    town.alert(1, Verdict.REFUTED)
    town.later(hours=1)
    table = table_of(town.office, town.facts())
    found = list(csv.DictReader(io.StringIO(table.as_csv())))
    assert len(found) == len(table.rows)
    whole = next(each for each in found if each["situation"] == "zone_intrusion")
    assert (whole["cut"], whole["refuted"], whole["few"]) == ("all", "1", "True")
    assert "a.petit" not in table.as_csv()
    assert "reviewer" not in table.as_csv()


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.DPO, Role.AUDITOR])
def test_who_may_read_reads(desk_of: Callable[[Role], TestClient], house: Any, role: Role) -> None:
    (house.home / "site.yaml").write_text(SITE, encoding="utf-8")
    desk = desk_of(role)
    assert desk.get("/api/measures").status_code == 200
    table = desk.get("/api/measures/field.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.startswith("situation,cut,value,alerts")


def test_an_operator_and_the_administrator_are_refused(
    desk_of: Callable[[Role], TestClient],
) -> None:
    for role in (Role.OPERATOR, Role.ADMIN):
        assert desk_of(role).get("/api/measures").status_code == 403
