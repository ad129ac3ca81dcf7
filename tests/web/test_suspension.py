"""The red button over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from gardefou.governance.suspension import KillSwitch
from gardefou.web.app import create_app
from support.house import House

WHY = "crowd crush at gate 3"


@pytest.fixture
def desk(house: House) -> Iterator[TestClient]:
    services = replace(house.services, switch=KillSwitch(house.home, house.journal))
    app = create_app(services)
    with TestClient(app, base_url="http://127.0.0.1:8080") as client:
        yield client


def test_one_press_suspends_and_is_journalled(desk: TestClient, house: House) -> None:
    assert desk.get("/api/suspension").json()["suspended"] is False
    pressed = desk.post("/api/suspension", json={"person": "Anna"})
    assert pressed.status_code == 201
    assert desk.get("/api/suspension").json()["suspended"] is True
    assert house.journalled() == [("desk:Anna", "suspension", "system")]


def test_two_different_persons_resume(desk: TestClient) -> None:
    order = {"person": "Anna", "origin": "prefect", "motive": "order 12"}
    desk.post("/api/suspension", json=order)
    wish = {"person": "Anna", "motive": "order lifted"}
    proposed = desk.post("/api/suspension/resumption", json=wish).json()
    assert proposed["suspended"] is True
    assert proposed["proposed_by"] == "desk:Anna"
    assert proposed["actor"] == "desk:Anna"
    assert proposed["origin"] == "prefect"
    again = desk.post("/api/suspension/resumption", json=wish)
    assert again.status_code == 409
    assert again.json()["code"] == "mandate.suspension.same_person"
    done = desk.post("/api/suspension/resumption", json=wish | {"person": "Bruno"})
    assert done.json()["suspended"] is False


@pytest.mark.parametrize(
    "request_body",
    [{"person": ""}, {"person": "Anna", "origin": "clock"}, {"person": "A", "extra": 1}],
)
def test_a_press_names_who_and_nothing_unknown(
    desk: TestClient, request_body: dict[str, object]
) -> None:
    assert desk.post("/api/suspension", json=request_body).status_code == 422


def test_there_is_nothing_to_resume_when_nothing_is_suspended(desk: TestClient) -> None:
    wish = {"person": "Anna", "motive": "to be sure"}
    assert desk.post("/api/suspension/resumption", json=wish).status_code == 409
