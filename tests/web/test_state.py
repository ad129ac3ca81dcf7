"""What the desk is told at first: state, texts, whether the server answers."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from gardefou import __version__
from gardefou.capture.notice import Notice
from gardefou.governance.figures import maturity_of
from gardefou.runtime.bus import CameraHealth, CameraState, DiskState, SystemState
from gardefou.runtime.load import CameraLoad, SystemLoad
from gardefou.situations.situation import Situation
from support.house import ZONE, House


def test_the_server_says_that_it_answers(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_the_state_names_mode_version_and_cameras_with_their_zones(client: TestClient) -> None:
    state = client.get("/api/state").json()

    assert (state["mode"], state["version"]) == ("rehearsal", __version__)
    quay, square = state["cameras"]
    assert quay["name"] == "Quai nord"
    assert quay["zones"] == [
        {"id": "rails", "name": "Voies 1 et 2", "polygon": [list(point) for point in ZONE.polygon]}
    ]
    assert square["situations"] == ["fire", "abandoned_object"]


def test_the_state_follows_what_the_hub_last_published(house: House, client: TestClient) -> None:
    notice = Notice.of("web.error.network")
    house.bus.publish(CameraHealth("quay", CameraState.BLOCKED, 1000.0, notice))
    house.bus.publish(SystemState(processing=False, disk=DiskState.FULL, disk_free=0))

    state = client.get("/api/state").json()

    health = state["cameras"][0]["health"]
    assert (health["state"], health["since"]) == ("blocked", 1000.0)
    assert health["notice"]["en"] == notice.in_language("en")
    assert health["notice"]["fr"] == notice.in_language("fr")
    assert state["system"] == {
        "processing": False,
        "disk": "full",
        "disk_free": 0,
        "notice": None,
        "destruction_pending": None,
    }


def test_how_busy_each_camera_is_can_be_asked(house: House, client: TestClient) -> None:
    assert client.get("/api/load").json()["cameras"] == []
    quay = CameraLoad(5.0, analysis_fps=4.0, latency_ms=(120.0, 300.0), dropped=7, awake=False)
    house.bus.load = SystemLoad(1000.0, 0.8, {"quay": quay}, workers_mib=300.0, evidence_waiting=2)

    load = client.get("/api/load").json()

    assert (load["share"], load["workers_mib"], load["evidence_queued"]) == (0.8, 300.0, 2)
    assert load["cameras"] == [
        {
            "camera_id": "quay",
            "wanted_fps": 5.0,
            "analysis_fps": 4.0,
            "latency_ms": 300.0,
            "dropped": 7,
            "queued": 0,
            "ring_mib": 0.0,
            "awake": False,
        }
    ]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_desk_gets_its_own_texts_and_no_others(client: TestClient, language: str) -> None:
    texts = client.get(f"/api/texts/{language}").json()

    assert "situations.fire.legal" in texts
    assert "storage.follow_up.watched" in texts
    rooms = {key.partition(".")[0] for key in texts}
    own = {"web", "situations", "storage", "accounts"}
    pages = {"desk", "workshop", "measures_page", "accounts_page", "accountability_page"}
    assert rooms == own | pages | {"governance", "load", "measures", "rights"}
    families = {
        ".".join(key.split(".")[:2])
        for key in texts
        if key.startswith(("governance.", "load.", "measures.", "rights."))
    }
    assert families == {
        *("governance.maturity", "governance.operation", "measures.cut", "measures.light"),
        "load.desk",
        *("rights.kind", "rights.state", "rights.ground"),
    }


def test_every_situation_comes_with_how_far_it_may_be_trusted(client: TestClient) -> None:
    trust = client.get("/api/state").json()["trust"]

    assert set(trust) == set(Situation)
    for situation, view in trust.items():
        assert view["maturity"] == maturity_of(Situation(situation))
        assert 0 <= view["found"] <= view["events"]


def test_a_language_that_is_not_spoken_is_refused_in_those_that_are(client: TestClient) -> None:
    answer = client.get("/api/texts/de")

    assert answer.status_code == 404
    assert answer.json()["code"] == "web.error.language"
    assert "de" in answer.json()["message"]["fr"]


def test_the_page_is_told_that_pictures_of_a_moved_camera_wait_to_be_destroyed(
    house: House, client: TestClient
) -> None:
    waits = Notice.of("runtime.withdrawal_waits", path="/srv/journal.jsonl")
    house.bus.publish(SystemState(processing=True, waits=waits))
    told = client.get("/api/state").json()["system"]["destruction_pending"]
    assert "/srv/journal.jsonl" in told["en"]
    assert "attendent" in told["fr"]
