"""Only the desk's own page may ask, and what it gets is sealed."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from gardefou.storage.records import EvidenceKind
from gardefou.web.app import LARGEST_BODY, create_app
from gardefou.web.security import CONTENT_POLICY
from support.house import House

REVIEW = {"verdict": "refuted", "follow_up": "none", "reviewer": "Camille", "seen_reviews": 0}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_decision_from_another_page_is_refused(
    house: House, client: TestClient, headers: dict[str, str]
) -> None:
    alert_id = house.open_alert()

    answer = client.post(f"/api/alerts/{alert_id}/review", json=REVIEW, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "web.error.origin")
    assert house.store.alert(alert_id).review_count == 0


def test_a_decision_from_the_desk_itself_is_taken(house: House, client: TestClient) -> None:
    headers = {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"}

    answer = client.post(f"/api/alerts/{house.open_alert()}/review", json=REVIEW, headers=headers)

    assert answer.status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_a_plain_form_can_send_is_refused(house: House, client: TestClient, kind: str) -> None:
    answer = client.post(
        f"/api/alerts/{house.open_alert()}/review", content=b"{}", headers={"Content-Type": kind}
    )

    assert (answer.status_code, answer.json()["code"]) == (415, "web.error.not_json")


def test_another_page_cannot_show_a_picture(house: House, client: TestClient) -> None:
    alert_id = house.open_alert()
    house.attach(alert_id, EvidenceKind.SNAPSHOT)

    answer = client.get(f"/media/{alert_id}/snapshot.jpg", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert house.journalled() == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "", "[::1"])
def test_a_name_that_is_not_the_servers_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/api/state", headers={"Host": host})

    assert (answer.status_code, answer.json()["code"]) == (421, "web.error.host")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8080", "[::1]:8080"])
def test_every_name_of_this_machine_is_answered(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_a_site_may_name_its_server(house: House) -> None:
    app = create_app(house.services, hosts={"desk.town.example"})

    with TestClient(app, base_url="http://desk.town.example") as client:
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/state", "/api/nothing", "/assets/nothing.js"])
def test_every_answer_is_sealed(client: TestClient, path: str) -> None:
    headers = client.get(path).headers

    assert headers["content-security-policy"] == CONTENT_POLICY
    assert "unsafe" not in CONTENT_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_a_request_larger_than_any_decision_is_refused(house: House, client: TestClient) -> None:
    review = {**REVIEW, "reviewer": "x" * LARGEST_BODY}

    answer = client.post(f"/api/alerts/{house.open_alert()}/review", json=review)

    assert answer.status_code == 413


def test_a_fault_of_our_own_tells_nothing_about_the_inside(
    house: House, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr(type(house.store), "alerts", broken)

    answer = client.get("/api/alerts")

    assert (answer.status_code, answer.json()["code"]) == (500, "web.error.unexpected")
    assert "inside" not in answer.text
    assert answer.headers["content-security-policy"] == CONTENT_POLICY


def test_other_methods_are_refused(client: TestClient) -> None:
    answer = client.request("DELETE", "/api/alerts", json={})

    assert (answer.status_code, answer.json()["code"]) == (405, "web.error.method")
