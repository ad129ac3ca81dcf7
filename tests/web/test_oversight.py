"""What a data-protection officer or an auditor reads, and what of it the journal says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from gardefou.governance.entry import Operation
from gardefou.governance.journal_search import PAGE, Wanted, search
from gardefou.governance.roles import Role
from gardefou.governance.transparency import Checkpointer
from support.house import House
from support.town import SITE, TestTown

Desk = Callable[[Role], TestClient]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TestTown]:
    with TestTown.at(tmp_path / "town") as town:
        yield town


@pytest.fixture
def auditor(house: House, desk_of: Desk) -> TestClient:
    (house.home / "site.yaml").write_text(SITE, encoding="utf-8")
    return desk_of(Role.AUDITOR)


def test_the_reason_is_in_the_journal_before_anything_is_shown(
    house: House, auditor: TestClient
) -> None:
    body = {"reason": "yearly audit", "operation": "log_in", "about": "sys"}
    found = auditor.post("/api/oversight/journal", json=body).json()
    assert [each["operation"] for each in found["lines"]] == ["log_in"]
    noted = [each for each in house.journal.entries() if each.operation == "consultation"]
    assert [(each.actor, each.motif) for each in noted] == [("account:the.auditor", "yearly audit")]
    assert noted[0].details == {"operation": "log_in", "about": "sys"}
    assert auditor.post("/api/oversight/journal", json={"reason": ""}).status_code == 422


def test_nobody_is_looked_for_by_name(auditor: TestClient) -> None:
    refused = auditor.post("/api/oversight/journal", json={"reason": "x y z", "actor": "a.petit"})
    assert refused.status_code == 422


def test_without_a_journal_nothing_is_read(house: House, auditor: TestClient) -> None:
    (house.home / "journal.jsonl").write_bytes(b"broken\n")
    refused = auditor.post("/api/oversight/journal", json={"reason": "audit"})
    assert (refused.status_code, refused.json()["code"]) == (503, "web.error.journal")


def test_entries_come_by_pages_the_newest_first(town: TestTown) -> None:
    for _ in range(PAGE + 5):
        town.note(Operation.FAILURE)
    first = search(town.journal, "desk:dpo", "audit", Wanted(Operation.FAILURE))
    assert (len(first.lines), first.more, first.lines[0].seq) == (PAGE, True, PAGE + 5)
    rest = Wanted(Operation.FAILURE, before=first.lines[-1].seq)
    second = search(town.journal, "desk:dpo", "audit", rest)
    assert ([each.seq for each in second.lines], second.more) == ([5, 4, 3, 2, 1], False)


def test_entries_are_found_by_time(town: TestTown) -> None:
    town.note(Operation.FAILURE)
    town.later(hours=3)
    town.note(Operation.FAILURE)
    late = search(town.journal, "x", "audit", Wanted(since=town.seconds - 60))
    assert [each.seq for each in late.lines] == [2]
    early = search(town.journal, "x", "audit", Wanted(until=town.seconds - 60))
    assert [each.seq for each in early.lines] == [1]


def test_the_journal_is_verified_and_a_change_is_found(house: House, auditor: TestClient) -> None:
    Checkpointer(house.journal, house.home).make("town.example/log")
    sound = auditor.post("/api/oversight/verification", json={}).json()
    assert (sound["intact"], sound["held_to"], sound["breach_line"]) == (True, 1, None)
    path = house.home / "journal.jsonl"
    path.write_text(path.read_text().replace("the.auditor", "the.auditer", 1))
    broken = auditor.post("/api/oversight/verification", json={}).json()
    assert broken["intact"] is False
    assert broken["breach_line"] is not None


def test_an_entry_is_proved_to_stand_in_the_newest_checkpoint(
    house: House, auditor: TestClient
) -> None:
    none = auditor.post("/api/oversight/proof", json={"seq": 1})
    assert none.json()["code"] == "accountability_page.refused.no_checkpoint"
    Checkpointer(house.journal, house.home).make("town.example/log")
    proof = auditor.post("/api/oversight/proof", json={"seq": 1}).json()["proof"]
    assert proof.startswith("c2sp.org/tlog-proof@v1\nindex 0\n")
    newest = auditor.get("/api/oversight/checkpoint").json()
    assert newest["note"] in proof
    late = auditor.post("/api/oversight/proof", json={"seq": newest["size"] + 1})
    assert late.json()["code"] == "accountability_page.refused.no_entry"


def test_mandates_and_holds_are_listed(house: House, auditor: TestClient) -> None:
    with TestTown.at(house.home) as town:
        town.write_mandate()
    timeline = auditor.get("/api/oversight/mandates").json()
    assert [each["act"] for each in timeline["mandates"]] == ["2026-118"]
    assert timeline["mandates"][0]["deliberation"] == ""
    assert auditor.get("/api/oversight/holds").json() == []


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN])
def test_others_do_not_read_the_journal(desk_of: Desk, role: Role) -> None:
    desk = desk_of(role)
    assert desk.post("/api/oversight/journal", json={"reason": "curious"}).status_code == 403
    assert desk.post("/api/oversight/verification", json={}).status_code == 403
