"""Who else has an alert open: told at once, believed for seconds, never kept or journalled."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID, uuid4

import httpx2
from fastapi.testclient import TestClient

from gardefou.governance.roles import Role
from gardefou.web.app import create_app
from gardefou.web.presence import LASTS_S, MOST, Presence
from gardefou.web.server import WebServer
from support.house import House

ONE, TWO = "0a1b2c3d-0000", "0a1b2c3d-1111"


def say(client: TestClient, desk: str, alert_id: UUID | None, person: str | None) -> list[object]:
    body = {"desk": desk, "alert_id": alert_id and str(alert_id), "person": person}
    answer = client.post("/api/presence", json=body)
    assert answer.status_code == 200, answer.text
    return [(each["name"], each["alert_id"]) for each in answer.json()["watchers"]]


def test_desks_learn_of_each_other_until_they_turn_away(house: House, client: TestClient) -> None:
    alert_id = house.open_alert()

    assert say(client, ONE, alert_id, "Anna") == [("Anna", str(alert_id))]
    both = [("Anna", str(alert_id)), ("Ben", str(alert_id))]
    assert say(client, TWO, alert_id, "Ben") == both
    assert say(client, ONE, None, "Anna") == both[1:]
    assert house.journalled() == []


def test_a_desk_whose_events_end_looks_at_nothing(house: House) -> None:
    alert_id = house.open_alert()
    body = {"desk": ONE, "alert_id": str(alert_id), "person": "Anna"}
    with (
        WebServer(create_app(house.services)) as server,
        httpx2.Client(base_url=server.url, timeout=120.0) as client,
        client.stream("GET", "/api/events") as others,
    ):
        heard = others.iter_lines()
        next(heard)
        with client.stream("GET", "/api/events", params={"desk": ONE}) as own:
            lines = own.iter_lines()
            next(lines)
            assert client.post("/api/presence", json=body).json()["watchers"]
        assert "watchers" in next(line for line in heard if line == 'data: {"watchers":[]}')


def test_nobody_moves_another_persons_desk() -> None:
    presence = Presence(lambda: 0.0)
    alert_id = uuid4()
    presence.say("account:anna", "anna", ONE, alert_id)

    presence.say("account:ben", "ben", ONE, None)

    assert [each.name for each in presence.now()] == ["anna"]


def test_only_what_changes_is_news_and_silence_ends_it() -> None:
    now = 0.0
    presence = Presence(lambda: now)
    alert_id = uuid4()

    assert presence.say("desk:Anna", "Anna", ONE, alert_id)
    now = LASTS_S / 2
    assert not presence.say("desk:Anna", "Anna", ONE, alert_id)
    now = LASTS_S + 1
    assert len(presence.now()) == 1
    now = 2 * LASTS_S + 1
    assert presence.now() == ()


def test_desks_are_remembered_up_to_a_number() -> None:
    presence = Presence(lambda: 0.0)
    for number in range(MOST + 5):
        presence.say("desk:Anna", "Anna", f"{number:08x}", uuid4())

    assert len(presence.now()) == MOST


def test_a_desk_without_a_name_and_a_made_up_number_are_refused(
    house: House, client: TestClient
) -> None:
    alert_id = str(house.open_alert())
    nameless = client.post("/api/presence", json={"desk": ONE, "alert_id": alert_id})
    odd = client.post("/api/presence", json={"desk": "<b>", "alert_id": alert_id, "person": "Anna"})

    assert (nameless.status_code, odd.status_code) == (422, 422)


def test_whoever_sees_no_alerts_hears_nothing_of_who_looks(
    desk_of: Callable[[Role], TestClient], house: House
) -> None:
    alert_id = str(house.open_alert())
    operator, officer = desk_of(Role.OPERATOR), desk_of(Role.DPO)
    body = {"desk": ONE, "alert_id": alert_id}

    assert operator.post("/api/presence", json=body).json()["watchers"][0]["name"] == "the.operator"
    assert officer.post("/api/presence", json=body).status_code == 403


def test_the_events_carry_who_looks(house: House) -> None:

    alert_id = str(house.open_alert())
    with (
        WebServer(create_app(house.services)) as server,
        httpx2.Client(base_url=server.url, timeout=120.0) as client,
        client.stream("GET", "/api/events") as answer,
    ):
        lines = answer.iter_lines()
        while not next(lines).startswith("data"):
            pass
        client.post("/api/presence", json={"desk": ONE, "alert_id": alert_id, "person": "Anna"})
        data = next(line for line in lines if line.startswith('data: {"watchers'))

    (watcher,) = json.loads(data.partition(": ")[2])["watchers"]
    assert (watcher["name"], watcher["alert_id"]) == ("Anna", alert_id)
