"""The list of alerts and the decisions about them."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from gardefou.situations.situation import Situation
from gardefou.storage.records import EvidenceKind
from gardefou.storage.review import FollowUp, Verdict
from support.house import House

DECISION: dict[str, Any] = {
    "verdict": "confirmed",
    "follow_up": "team_sent",
    "reviewer": "Camille Roux",
    "seen_reviews": 0,
}


def decide(client: TestClient, alert_id: UUID, **changes: object) -> Response:
    return client.post(f"/api/alerts/{alert_id}/review", json={**DECISION, **changes})


def ids(client: TestClient, query: str = "") -> list[str]:
    answer = client.get(f"/api/alerts{query}")
    assert answer.status_code == 200, answer.text
    return [alert["id"] for alert in answer.json()["alerts"]]


def test_alerts_come_newest_first_and_older_ones_by_the_cursor(
    house: House, client: TestClient
) -> None:
    made = [str(house.open_alert(opened_at=1000.0 + step)) for step in range(5)]

    page = client.get("/api/alerts?limit=3").json()
    rest = client.get("/api/alerts", params={"limit": 3, "before": page["next"]}).json()

    assert [each["id"] for each in page["alerts"] + rest["alerts"]] == made[::-1]
    assert rest["next"] is None


def test_the_list_filters_by_camera_situation_and_state(house: House, client: TestClient) -> None:
    quay = house.open_alert()
    fire = house.open_alert("square", Situation.FIRE)
    house.store.review(fire, Verdict.REFUTED, FollowUp.NONE, "A", 1.0, seen=0)

    assert ids(client, "?camera=quay") == [str(quay)]
    assert ids(client, "?situation=fire") == [str(fire)]
    assert ids(client, "?state=unreviewed") == [str(quay)]
    assert ids(client, "?state=refuted&state=confirmed") == [str(fire)]
    assert ids(client, "?camera=quay&situation=fire") == []


@pytest.mark.parametrize(
    "query",
    ["?before=yesterday", "?limit=0", "?limit=201", "?state=open", "?situation=loitering"],
)
def test_what_is_no_filter_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/alerts{query}")

    assert answer.status_code == 422
    assert set(answer.json()) == {"code", "message"}


def test_an_alert_says_what_where_when_and_which_evidence_there_is(
    house: House, client: TestClient
) -> None:
    alert_id = house.open_alert(opened_at=1000.0)
    house.attach(alert_id, EvidenceKind.SNAPSHOT)
    house.store.evidence_failed(alert_id, EvidenceKind.BEFORE, "no.such.text")

    alert = client.get(f"/api/alerts/{alert_id}").json()

    assert (alert["situation"], alert["camera_id"], alert["zone_id"]) == (
        "zone_intrusion",
        "quay",
        "rails",
    )
    assert alert["region"][0] == [0.45, 0.5]
    assert [(each["kind"], each["state"]) for each in alert["evidence"]] == [
        ("snapshot", "ready"),
        ("before", "failed"),
        ("clip", "pending"),
    ]
    assert alert["evidence"][0]["url"] == f"/media/{alert_id}/snapshot.jpg"
    assert alert["evidence"][1]["problem"]["fr"].startswith("elle n'a pas pu être faite")


def test_an_alert_that_is_not_there_is_404(client: TestClient) -> None:
    answer = client.get(f"/api/alerts/{uuid4()}")

    assert (answer.status_code, answer.json()["code"]) == (404, "web.error.no_alert")


def test_a_decision_is_journalled_and_kept(house: House, client: TestClient) -> None:
    alert_id = house.open_alert()

    answer = decide(client, alert_id)

    assert answer.status_code == 200
    review = answer.json()["review"]
    assert (review["verdict"], review["follow_up"], review["reviewer"], review["number"]) == (
        "confirmed",
        "team_sent",
        "Camille Roux",
        1,
    )
    assert house.store.alert(alert_id).review_count == 1
    assert house.journalled() == [("desk:Camille Roux", "review", f"alert:{alert_id}")]


def test_a_second_operator_is_told_who_decided_what(house: House, client: TestClient) -> None:
    alert_id = house.open_alert()
    decide(client, alert_id, reviewer="Jeanne", verdict="doubtful")

    answer = decide(client, alert_id)

    assert answer.status_code == 409
    assert "Jeanne" in answer.json()["message"]["en"]
    assert "Doubtful" in answer.json()["message"]["en"]
    assert "Doute" in answer.json()["message"]["fr"]
    assert house.store.alert(alert_id).review_count == 1


def test_who_saw_the_earlier_decision_may_decide_again(house: House, client: TestClient) -> None:
    alert_id = house.open_alert()
    decide(client, alert_id)

    answer = decide(client, alert_id, verdict="refuted", seen_reviews=1)

    assert answer.json()["review"]["verdict"] == "refuted"
    assert answer.json()["review_count"] == 2


def test_a_decision_about_reviews_that_never_were_is_refused(
    house: House, client: TestClient
) -> None:
    answer = decide(client, house.open_alert(), seen_reviews=3)

    assert (answer.status_code, answer.json()["code"]) == (409, "web.error.unseen")


def test_without_a_journal_nothing_is_decided(house: House, client: TestClient) -> None:
    alert_id = house.open_alert()
    house.journal.path.mkdir()

    answer = decide(client, alert_id)

    assert (answer.status_code, answer.json()["code"]) == (503, "web.error.journal")
    assert house.store.alert(alert_id).review_count == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "true"},
        {"follow_up": "drone"},
        {"reviewer": "   "},
        {"reviewer": "x" * 81},
        {"reviewer": "two\nlines"},
        {"reviewer": "\u202egauche"},
        {"seen_reviews": -1},
        {"score": 0.9},
    ],
)
def test_a_decision_outside_the_closed_lists_is_refused(
    house: House, client: TestClient, changes: dict[str, object]
) -> None:
    alert_id = house.open_alert()

    answer = decide(client, alert_id, **changes)

    assert answer.status_code == 422
    assert str(next(iter(changes))) in answer.json()["message"]["en"]
    assert house.store.alert(alert_id).review_count == 0
    assert house.journalled() == []


def test_a_database_that_cannot_be_read_is_said_in_one_line(
    house: House, client: TestClient
) -> None:
    house.store.close()
    house.store.path.write_bytes(b"no database" * 1000)

    answer = client.get("/api/alerts")

    assert (answer.status_code, answer.json()["code"]) == (503, "web.error.store")
