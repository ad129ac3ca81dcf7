"""Counts over the API: for those who read measures, journalled, an hour late."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from gardefou.governance.entry import Operation
from gardefou.governance.roles import Action, Role, allowed
from gardefou.storage.records import Mode
from support.counts import START, quarter
from support.house import House


@pytest.fixture
def counted(house: House) -> House:
    house.store.apply([(quarter(), Mode.REHEARSAL)])
    return house


def test_counts_come_as_json_and_as_a_table(counted: House, client: TestClient) -> None:
    found = client.get("/api/counts", params={"camera": "gate", "since": START}).json()
    assert (found["least"], found["quarter_s"], found["delay_s"]) == (5, 900, 3600)
    assert [each["passages"] for each in found["counts"]] == [None, 7]
    table = client.get("/api/counts/table.csv", params={"until": START + 900})
    assert table.headers["content-type"].startswith("text/csv")
    assert "attachment" in table.headers["content-disposition"]
    assert table.text.splitlines()[1].endswith("<5")
    assert client.get("/api/counts", params={"until": START}).json()["counts"] == []


def test_every_reading_stands_in_the_journal(counted: House, client: TestClient) -> None:
    client.get("/api/counts")
    last = list(counted.journal.entries())[-1]
    assert (last.operation, last.object_ref) == (Operation.CONSULTATION, "line_counts")


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_measures_reads_counts_and_nobody_else(
    counted: House, desk_of: Callable[[Role], TestClient], role: Role
) -> None:
    expected = 200 if allowed(role, Action.READ_MEASURES) else 403
    assert desk_of(role).get("/api/counts").status_code == expected


def test_a_question_about_anybody_is_not_understood(client: TestClient) -> None:
    assert client.get("/api/counts", params={"person": "1"}).status_code == 422
