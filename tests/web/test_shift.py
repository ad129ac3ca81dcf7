"""The end of a shift, labels that stay, words with a French keyboard's spaces, dark cameras."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from gardefou.governance.roles import Role
from gardefou.runtime.bus import CameraHealth, CameraState
from gardefou.situations.situation import Situation
from gardefou.storage.review import FollowUp, Verdict
from support.house import House

NOW = 1_780_000_000.0


def decided(
    house: House, who: str, verdict: Verdict, at: float = NOW - 60.0, seen: int = 0
) -> UUID:
    alert_id = house.open_alert("square", Situation.FIRE, opened_at=at - 5)
    house.store.review(alert_id, verdict, FollowUp.WATCHED, who, at, seen=seen)
    return alert_id


def test_a_shift_counts_each_alert_once_with_its_last_decision(
    house: House, client: TestClient
) -> None:
    house.now = lambda: NOW
    changed = decided(house, "Anna", Verdict.CONFIRMED)
    house.store.review(changed, Verdict.DOUBTFUL, FollowUp.NONE, "Anna", NOW - 30, seen=1)
    decided(house, "Anna", Verdict.REFUTED)
    decided(house, "Anna", Verdict.REFUTED, at=NOW - 9 * 3600)
    decided(house, "Ben", Verdict.CONFIRMED)
    waiting = house.open_alert(opened_at=NOW - 100)
    house.open_alert(opened_at=NOW - 9 * 3600)

    shift = client.get("/api/shift", params={"viewer": "Anna"}).json()

    assert shift["decided"] == {"fire": {"confirmed": 0, "refuted": 1, "doubtful": 1}}
    assert shift["follow_ups"] == {"none": 1, "watched": 1}
    assert shift["to_review"] == {"zone_intrusion": 1}
    assert [each["id"] for each in shift["listed"]] == [str(waiting)]
    assert (shift["name"], shift["since"], shift["until"]) == ("Anna", NOW - 8 * 3600, NOW)


def test_with_accounts_a_shift_is_ones_own(
    desk_of: Callable[[Role], TestClient], house: House
) -> None:
    decided(house, "the.operator", Verdict.CONFIRMED, at=house.now())
    decided(house, "ben", Verdict.REFUTED, at=house.now())

    shift = desk_of(Role.OPERATOR).get("/api/shift", params={"viewer": "ben"}).json()

    assert shift["name"] == "the.operator"
    assert shift["decided"] == {"fire": {"confirmed": 1, "refuted": 0, "doubtful": 0}}
    assert desk_of(Role.DPO).get("/api/shift").status_code == 403


def test_a_shift_is_a_day_at_most(client: TestClient) -> None:
    assert client.get("/api/shift", params={"hours": 25}).status_code == 422


def test_a_label_comes_back_with_its_alert(house: House, client: TestClient) -> None:
    alert_id = decided(house, "Anna", Verdict.CONFIRMED)
    client.post(
        f"/api/accountability/alerts/{alert_id}/label",
        json={"label": "out_of_purpose", "by": "Anna"},
    )

    one = client.get(f"/api/alerts/{alert_id}").json()
    (listed,) = client.get("/api/alerts").json()["alerts"]
    assert one["labels"] == listed["labels"] == ["out_of_purpose"]


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009"])
def test_a_french_keyboards_spaces_are_plain_ones(
    house: House, client: TestClient, space: str
) -> None:
    answer = client.post(
        "/api/live/quay",
        json={"viewer": f"Anna{space}Weil", "motive": f"fumée{space}? à voir{space}!"},
    )

    assert answer.status_code == 201
    (line,) = house.journal.entries()
    assert (line.actor, line.motif) == ("desk:Anna Weil", "fumée ? à voir !")


@pytest.mark.parametrize("state", [CameraState.BLOCKED, CameraState.STOPPED, CameraState.REFUSED])
def test_a_camera_that_moved_or_stands_is_not_watched(
    house: House, client: TestClient, state: CameraState
) -> None:
    ask = {"viewer": "Anna", "motive": "smoke on the quay"}
    ticket = client.post("/api/live/quay", json=ask).json()["url"]
    house.bus.publish(CameraHealth("quay", state, NOW))

    asked, opened = client.post("/api/live/quay", json=ask), client.get(ticket)

    moved = state is CameraState.BLOCKED
    code = "operation.blind" if moved else "desk.live.shows_nothing"
    assert (asked.status_code, asked.json()["code"]) == (409, code)
    assert opened.status_code == 409
    assert len(house.journalled()) == 1
