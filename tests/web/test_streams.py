"""Events and live views through a real server: they arrive, and they end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from gardefou.errors import UsageError
from gardefou.runtime.bus import (
    AlertChange,
    AlertChanged,
    CameraHealth,
    CameraState,
    SystemState,
)
from gardefou.web.app import create_app
from gardefou.web.server import WebServer
from support.house import House

WAIT_S = 120.0


@pytest.fixture
def server(house: House) -> Iterator[WebServer]:
    with WebServer(create_app(house.services)) as server:
        yield server


@pytest.fixture
def client(server: WebServer) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.url, timeout=WAIT_S) as client:
        yield client


@contextmanager
def events(
    client: httpx2.Client, last_id: str | None = None
) -> Iterator[Iterator[tuple[str, Any, str | None]]]:
    """Name, content and id of each event; the first heartbeat shows that the bus is listened to."""
    headers = {} if last_id is None else {"Last-Event-ID": last_id}
    with client.stream("GET", "/api/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        stream = _parsed(answer.iter_lines())
        assert next(stream)[0] == "heartbeat"
        yield (each for each in stream if each[0] != "heartbeat")  # One comes each ten seconds.


def _parsed(lines: Iterator[str]) -> Iterator[tuple[str, Any, str | None]]:
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif fields:
            yield fields["event"], json.loads(fields["data"]), fields.get("id")
            fields = {}


def test_a_new_alert_arrives_as_it_is_in_the_store(house: House, client: httpx2.Client) -> None:
    with events(client) as stream:
        alert_id = house.open_alert()
        name, data, _ = next(stream)

    assert (name, data["change"], data["alert"]["id"]) == ("alert", "opened", str(alert_id))


def test_a_decision_of_one_desk_arrives_at_the_others(house: House, client: httpx2.Client) -> None:
    alert_id = house.open_alert()
    with events(client) as stream:
        client.post(
            f"/api/alerts/{alert_id}/review",
            json={
                "verdict": "refuted",
                "follow_up": "none",
                "reviewer": "Camille",
                "seen_reviews": 0,
            },
        ).raise_for_status()
        name, data, _ = next(stream)

    assert (name, data["change"]) == ("alert", "reviewed")
    assert data["alert"]["review"]["reviewer"] == "Camille"


def test_health_and_state_arrive(house: House, client: httpx2.Client) -> None:
    with events(client) as stream:
        house.bus.publish(CameraHealth("quay", CameraState.STALLED, 5.0))
        house.bus.publish(SystemState(processing=False))
        camera, system = next(stream), next(stream)

    assert camera[:2] == (
        "camera",
        {"camera_id": "quay", "state": "stalled", "since": 5.0, "notice": None},
    )
    assert (system[0], system[1]["processing"]) == ("system", False)


def test_a_desk_that_missed_events_is_told_to_read_anew(
    house: House, client: httpx2.Client
) -> None:
    with events(client) as stream:
        house.open_alert()
        _, _, last_id = next(stream)
    assert last_id is not None
    house.open_alert()

    with events(client, last_id) as stream:
        assert next(stream)[:2] == ("resync", {})


def test_an_alert_that_cannot_be_read_asks_for_a_resync(
    house: House, client: httpx2.Client
) -> None:
    with events(client) as stream:
        house.bus.publish(AlertChanged(uuid4(), AlertChange.OPENED))
        assert next(stream)[0] == "resync"


def ask(client: httpx2.Client, camera_id: str = "quay", **changes: str) -> httpx2.Response:
    request = {"viewer": "Camille", "motive": "bruit sur le quai", **changes}
    return client.post(f"/api/live/{camera_id}", json=request)


def test_a_live_view_is_journalled_with_its_motive_then_shown(
    house: House, client: httpx2.Client
) -> None:
    url = ask(client).json()["url"]

    [line] = house.journal.entries()
    assert (line.actor, line.operation, line.object_ref, line.motif) == (
        "desk:Camille",
        "view",
        "camera:quay",
        "bruit sur le quai",
    )
    with client.stream("GET", url) as answer:
        assert answer.headers["content-type"].startswith("multipart/x-mixed-replace")
        chunks = answer.iter_bytes()
        received = b""
        while received.count(b"--picture") < 3:
            received += next(chunks)
        assert house.live.watchers == 1
    assert received.count(b"\xff\xd8\xff") >= 2


def test_a_ticket_opens_one_view_of_its_camera_once(house: House, client: httpx2.Client) -> None:
    url = ask(client).json()["url"]
    elsewhere = ask(client).json()["url"].replace("quay", "square")
    with client.stream("GET", url):
        pass

    for refused in (url, elsewhere, "/api/live/quay", "/api/live/quay?ticket=guess"):
        answer = client.get(refused)
        assert (answer.status_code, answer.json()["code"]) == (403, "web.error.no_ticket")


def test_a_ticket_lapses(house: House, client: httpx2.Client) -> None:
    url = ask(client).json()["url"]
    later = house.now() + 31
    house.now = lambda: later

    assert client.get(url).status_code == 403


@pytest.mark.parametrize(
    "changes", [{"motive": "why"}, {"motive": "     "}, {"viewer": ""}, {"person": "red coat"}]
)
def test_without_name_and_motive_nothing_is_shown(
    house: House, client: httpx2.Client, changes: dict[str, str]
) -> None:
    assert ask(client, **changes).status_code == 422
    assert house.journalled() == []


def test_a_camera_that_is_not_there_is_404(client: httpx2.Client) -> None:
    assert ask(client, "roof").json()["code"] == "web.error.no_camera"


def test_without_a_journal_no_live_view_opens(house: House, client: httpx2.Client) -> None:
    house.journal.path.mkdir()

    answer = ask(client)

    assert (answer.status_code, answer.json()["code"]) == (503, "web.error.journal")


def test_a_server_that_stops_ends_its_streams(house: House) -> None:
    server = WebServer(create_app(house.services))
    server.start()
    with httpx2.Client(base_url=server.url, timeout=WAIT_S) as client:
        with events(client) as stream, client.stream("GET", ask(client).json()["url"]) as live:
            pictures = live.iter_bytes()
            next(pictures)
            server.stop()
            assert list(stream) == []
            for _ in pictures:
                pass
        assert (house.live.watchers, house.bus.subscribers) == (0, 0)
        with pytest.raises(httpx2.ConnectError):
            client.get("/healthz")


def test_an_address_in_use_is_said_with_its_cure(house: House, server: WebServer) -> None:
    port = int(server.url.rstrip("/").rpartition(":")[2])

    with pytest.raises(UsageError, match=f"127.0.0.1:{port}.*--port"):
        WebServer(create_app(house.services), port=port)
