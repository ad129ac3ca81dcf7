"""Public pages need nobody's leave; findings, requests and labels are journalled first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from gardefou.governance.roles import Role
from gardefou.storage.paper_records import ReviewLabel
from gardefou.web.app import create_app
from support.house import House
from support.people import enter, hire
from support.town import SITE, TOWN


@pytest.fixture
def town(house: House) -> House:
    (house.home / "site.yaml").write_text(SITE, encoding="utf-8")
    (house.home / "town.yaml").write_text(json.dumps(TOWN), encoding="utf-8")
    return house


@pytest.fixture
def desk(town: House) -> Iterator[TestClient]:
    with TestClient(create_app(town.services), base_url="http://127.0.0.1:8080") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("/public", "text/html", "Registre public"),
        ("/public/fr", "text/html", "Registre public"),
        ("/public/en", "text/html", "Public register"),
        ("/public/style.css", "text/css", "font"),
        ("/public/register.json", "application/json", "0.3.1"),
        ("/public/cameras.geojson", "application/geo+json", "man_made"),
        ("/public/status.jsonl", "application/jsonl", ""),
    ],
)
def test_everybody_may_read_what_is_public(
    desk: TestClient, path: str, kind: str, words: str
) -> None:
    answer = desk.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert words in answer.text


def test_a_page_is_served_with_a_style_of_its_own_address(desk: TestClient) -> None:
    assert '<link rel="stylesheet" href="/public/style.css">' in desk.get("/public").text
    assert "style-src 'self'" in desk.get("/public").headers["content-security-policy"]


def test_another_language_is_not_there(desk: TestClient) -> None:
    assert desk.get("/public/de").status_code == 404


def test_a_register_that_cannot_be_valid_is_refused_and_the_page_still_serves(
    town: House, desk: TestClient
) -> None:
    (town.home / "town.yaml").unlink()
    refused = desk.get("/public/register.json")
    assert (refused.status_code, refused.json()["code"]) == (503, "web.error.register")
    assert "à compléter" in desk.get("/public").text


def test_a_finding_is_listed_and_answered(town: House, desk: TestClient) -> None:
    found = desk.get("/api/accountability/findings").json()
    assert [each["kind"] for each in found][:1] == ["masks_missing"]
    body = {"answer": "mask added", "minutes": "PV 3", "by": "committee"}
    path = f"/api/accountability/findings/{found[0]['number']}/answer"
    answered = desk.post(path, json=body).json()
    assert (answered["status"], answered["answered_by"]) == ("answered", "desk:committee")
    again = desk.post(path, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "findings.answered_before")
    assert ("desk:committee", "finding", "finding:1") in town.journalled()


def test_a_request_is_taken_in_held_and_refused(town: House, desk: TestClient) -> None:
    alert = town.open_alert()
    town.close_alert(alert)
    now = town.now()
    body = {
        "kind": "access",
        "reference": "letter 9",
        "camera_id": "quay",
        "start": now - 60,
        "end": now,
        "received_at": now - 1,
        "by": "dpo",
    }
    taken = desk.post("/api/accountability/requests", json=body)
    assert taken.status_code == 201
    assert taken.json()["alerts"] == [str(alert)]
    assert len(town.store.papers.holds(now)) == 1
    path = f"/api/accountability/requests/{taken.json()['number']}/answer"
    closed = desk.post(path, json={"words": "no", "by": "dpo", "ground": "defence"}).json()
    assert (closed["state"], closed["ground"]) == ("refused", "defence")
    assert desk.post(path, json={"words": "x", "by": "dpo", "ground": "mood"}).status_code == 422


def test_an_operator_says_that_an_alert_is_foreign_to_the_purpose(
    town: House, desk: TestClient
) -> None:
    alert = town.open_alert()
    path = f"/api/accountability/alerts/{alert}/label"
    body = {"label": "out_of_purpose", "by": "a.petit"}
    assert desk.post(path, json=body).status_code == 204
    counted = town.store.papers.labelled(ReviewLabel.OUT_OF_PURPOSE)
    assert sum(counted.values()) == 1
    assert ("desk:a.petit", "review", f"alert:{alert}") in town.journalled()
    assert "out_of_purpose" in desk.get("/api/accountability/measures").json()


def test_without_a_journal_no_request_is_taken_in(
    town: House, desk: TestClient, tmp_path: Path
) -> None:
    journal = town.home / "journal.jsonl"
    desk.get("/public")
    journal.write_bytes(b"broken\n")
    body = {"label": "out_of_purpose", "by": "a.petit"}
    alert = town.open_alert()
    refused = desk.post(f"/api/accountability/alerts/{alert}/label", json=body)
    assert (refused.status_code, refused.json()["code"]) == (503, "web.error.journal")
    assert town.store.papers.labelled(ReviewLabel.OUT_OF_PURPOSE) == {}


def test_papers_are_given_file_by_file_and_those_that_name_operators_are_journalled(
    town: House, desk: TestClient
) -> None:
    base = "/api/accountability/documents"
    assert desk.get(f"{base}/fria/fria.json?reader=dpo").json()["persons"]
    assert desk.get(f"{base}/follow_ups/follow_ups.csv?reader=dpo").status_code == 200
    assert ("desk:dpo", "export", "document:follow_ups") in town.journalled()
    assert desk.get(f"{base}/fria/other.json?reader=dpo").status_code == 404
    assert desk.get(f"{base}/certificate/certificate.html?reader=dpo").status_code == 409


def test_the_persons_with_access_are_those_of_the_accounts(town: House) -> None:
    accounts = town.with_accounts()
    enrolment = hire(accounts, Role.AUDITOR)
    hire(accounts, Role.OPERATOR)
    accounts.revoke_habilitations("machine:test", "the.operator", "left")
    with TestClient(create_app(town.services), base_url="http://127.0.0.1:8080") as client:
        enter(client, "the.auditor", enrolment, town.now())
        answer = client.get("/api/accountability/documents/persons/persons.csv")
    assert answer.status_code == 200
    lines = answer.text.splitlines()
    assert len(lines) == 3
    assert f",{accounts.today()}," in lines[2]
