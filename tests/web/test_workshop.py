"""The workshop's routes: a camera is added, checked, changed, gone back from; journalled first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from gardefou.governance.roles import Role
from gardefou.runtime.bus import CameraState
from gardefou.runtime.messages import CameraEffort, CameraReport
from gardefou.storage.records import Mode
from gardefou.web.app import create_app
from support.house import House
from support.people import enter, hire
from support.workshop import FIRST, QUAY, begun, change, document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def codes(answer: Any) -> list[tuple[list[object], str]]:
    return [(each["location"], each["code"]) for each in answer.json()["mistakes"]]


def test_the_first_camera_makes_the_site_and_its_password_never_comes_back(
    house: House, client: TestClient
) -> None:
    begun(client)

    view = client.get("/api/workshop/site")
    assert view.json()["version"] == 1
    assert view.json()["name"] == "Gare"
    assert document(client)["source"] == "rtsp://viewer:***@192.0.2.10/live"
    everything = view.text + client.get("/api/workshop/versions/1").text
    everything += client.get("/api/workshop/versions").text + house.journal.path.read_text("utf-8")
    assert "s3cret" not in everything
    assert "s3cret" in (house.home / "site.yaml").read_text("utf-8")
    assert (house.home / "site.yaml").stat().st_mode & 0o077 == 0
    assert house.taken == 1


def test_a_hidden_password_stays_while_the_address_does(house: House, client: TestClient) -> None:
    begun(client)
    camera = document(client) | {"name": "Quai sud"}

    assert change(client, camera, 1, instead_of="quay").json()["version"] == 2
    text = (house.home / "site.yaml").read_text("utf-8")
    assert "s3cret@192.0.2.10" in text
    assert "Quai sud" in text


@pytest.mark.parametrize(
    "source", ["rtsp://viewer:***@198.51.100.1/live", "rtsp://other:***@192.0.2.10/live"]
)
def test_a_hidden_password_never_goes_to_another_address(
    house: House, client: TestClient, source: str
) -> None:
    begun(client)
    answer = change(client, document(client) | {"source": source}, 1, instead_of="quay")

    assert codes(answer) == [(["source"], "site.mistake.password_hidden")]
    probed = client.post(
        "/api/workshop/probe", json={"person": "C", "source": source, "camera_id": "quay"}
    )
    assert "write the password again" in probed.json()["trouble"]["en"]
    assert house.taken == 1


def test_every_mistake_is_said_at_its_field_and_nothing_is_changed(
    house: House, client: TestClient
) -> None:
    begun(client)
    zone = {**QUAY["zones"][0], "colour": "red", "polygon": [[0, 0], [1, 1]]}
    del zone["act"]
    answer = change(client, {**QUAY, "zones": [zone], "faces": True}, 1, instead_of="quay")

    assert codes(answer) == [
        (["zones", 0, "polygon"], "site.mistake.few_corners"),
        (["zones", 0, "act"], "site.mistake.no_act"),
        (["zones", 0], "site.refused.appearance"),
        ([], "site.refused.identity"),
    ]
    assert all(each["message"]["fr"] for each in answer.json()["mistakes"])
    assert answer.json()["version"] is None
    assert client.get("/api/workshop/site").json()["version"] == 1


def test_a_draft_is_checked_without_becoming_the_site(house: House, client: TestClient) -> None:
    answer = change(client, QUAY, only_check=True, **FIRST)

    assert answer.json() == {"version": None, "mistakes": []}
    assert not (house.home / "site.yaml").exists()
    assert house.journalled() == []


def test_whoever_saw_an_older_version_is_told(client: TestClient) -> None:
    begun(client)
    change(client, document(client) | {"name": "A"}, 1, instead_of="quay")
    late = change(client, document(client) | {"name": "B"}, 1, instead_of="quay")

    assert late.status_code == 409
    assert late.json()["code"] == "workshop.changed_meanwhile"
    assert document(client)["name"] == "A"


def test_a_version_says_who_changed_what_and_leads_back(house: House, client: TestClient) -> None:
    begun(client)
    mask = {"id": "windows", "polygon": [[0, 0], [0.2, 0], [0.2, 0.2]]}
    moved = document(client) | {"masks": [mask]}
    change(client, moved, 1, instead_of="quay", motive="flats opposite")

    newest = client.get("/api/workshop/versions").json()[0]
    assert newest["changes"] == ["+ cameras.quay.masks.windows.polygon"]
    assert (newest["actor"], newest["motive"]) == ("desk:Camille", "flats opposite")
    detail = client.get("/api/workshop/versions/2").json()
    assert "+  - id: windows" in detail["difference"]

    back = {"person": "Camille", "base": 2}
    assert client.post("/api/workshop/versions/1/restoration", json=back).json()["version"] == 3
    assert "masks" not in document(client)
    entries = [line for line in house.journal.entries() if line.operation == "configuration"]
    assert [line.object_ref for line in entries] == ["site:1", "site:2", "site:3"]
    assert entries[2].details["changes"] == ["- cameras.quay.masks.windows.polygon"]
    assert house.taken == 3


def test_the_last_camera_stays_and_another_can_go(client: TestClient) -> None:
    begun(client)
    gone = {"person": "Camille", "base": 1}
    refused = client.post("/api/workshop/cameras/quay/withdrawal", json=gone)
    assert codes(refused) == [(["cameras"], "site.mistake.no_camera")]

    change(client, {**QUAY, "id": "square", "name": "Place"}, 1)
    gone["base"] = 2
    assert client.post("/api/workshop/cameras/quay/withdrawal", json=gone).json()["version"] == 3
    assert [each["id"] for each in client.get("/api/workshop/site").json()["cameras"]] == ["square"]


def test_without_the_journal_nothing_changes(house: House, client: TestClient) -> None:
    begun(client)
    house.journal.path.chmod(0o600)
    whole = house.journal.path.read_bytes()
    house.journal.path.unlink()
    house.journal.path.mkdir()
    answer = change(client, document(client) | {"name": "A"}, 1, instead_of="quay")

    assert answer.status_code == 503
    assert document(client)["name"] == "Quai nord"
    house.journal.path.rmdir()
    house.journal.path.write_bytes(whole)


def test_nothing_is_changed_while_a_mandate_attests_the_site(tmp_path: Path) -> None:
    with House.at(tmp_path / "home", Mode.OPERATIONAL) as house:
        accounts = house.with_accounts()
        app = create_app(house.services)
        with TestClient(app, base_url="http://127.0.0.1:8080") as admin:
            enter(admin, "the.admin", hire(accounts, Role.ADMIN, "the.admin"), house.now())
            answer = change(admin, QUAY, **FIRST)
            probe = admin.post("/api/workshop/probe", json={"source": "rtsp://192.0.2.1/x"})

            assert admin.get("/api/workshop/site").json()["locked"]["fr"].startswith("le mandat")
        refused = (409, "workshop.refused.operation")
        assert (answer.status_code, answer.json()["code"]) == refused
        assert (probe.status_code, probe.json()["code"]) == refused
        assert not (house.home / "site.yaml").exists()


def test_a_file_is_no_camera(client: TestClient) -> None:
    answer = change(client, {**QUAY, "source": "film.mp4"}, **FIRST)
    assert codes(answer) == [(["source"], "workshop.mistake.file_source")]

    answer = change(client, {key: QUAY[key] for key in QUAY if key != "source"}, **FIRST)
    assert codes(answer) == [(["source"], "workshop.mistake.no_source")]


def test_a_document_edited_by_hand_becomes_a_version(house: House, client: TestClient) -> None:
    begun(client)
    site = house.home / "site.yaml"
    site.write_text(site.read_text("utf-8").replace("Quai nord", "Quai est"), "utf-8")

    assert client.get("/api/workshop/site").json()["version"] == 2
    assert client.get("/api/workshop/versions").json()[0]["actor"] == "file"


def test_a_picture_of_the_place_is_journalled_and_shows_whoever_stays(
    house: House, client: TestClient
) -> None:
    answer = client.post("/api/workshop/cameras/quay/place", json={"person": "Camille"})

    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-still"] == "picture"
    assert answer.headers["cache-control"] == "no-store"
    assert house.journalled() == [("desk:Camille", "view", "camera:quay")]
    picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (360, 640, 3)


def test_whoever_configures_gets_lines_and_no_image(
    house: House, desk_of: Callable[[Role], TestClient]
) -> None:
    admin = desk_of(Role.ADMIN)
    answer = admin.post("/api/workshop/cameras/quay/place", json={})

    assert answer.headers["x-still"] == "drawing"
    drawing = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert drawing is not None
    levels = drawing.astype(np.float64)
    assert np.ptp(levels, axis=2).max() <= 2
    assert np.median(levels) > 230
    assert admin.post("/api/live/quay", json={"purpose": "other"}).status_code == 403


def test_health_is_told_as_rates_over_time(house: House, client: TestClient) -> None:
    for step in range(3):
        house.now = lambda step=step: 1000.0 + 5 * step  # type: ignore[misc]
        effort = CameraEffort(packets=50 * step, decoded=50 * step, latencies_s=(0.1, 0.2, 0.9))
        house.health.add(
            CameraReport(
                "quay", CameraState.RUNNING, 0.0, None, 25 * step, step, False, effort, reconnects=1
            )
        )
    history = client.get("/api/workshop/cameras/quay/health").json()

    assert history["at"] == [1005.0, 1010.0]
    assert {each["name"]: each["values"] for each in history["series"]} == {
        "analysed": [5.0, 5.0],
        "dropped": [0.2, 0.2],
        "packets": [10.0, 10.0],
        "frames": [10.0, 10.0],
        "corrupt": [0.0, 0.0],
        "reconnects": [1.0, 1.0],
        "latency_s": [0.2, 0.2],
    }
    assert client.get("/api/workshop/cameras/nowhere/health").status_code == 404


def test_a_grid_says_how_sure_it_is_and_why_there_is_none(client: TestClient) -> None:
    image = [[0.2, 0.9], [0.8, 0.9], [0.65, 0.5], [0.35, 0.5]]
    ground = [[0, 0], [6, 0], [6, 12], [0, 12]]
    points = [{"image": a, "ground": b} for a, b in zip(image, ground, strict=True)]
    laid = client.post("/api/workshop/ground", json={"points": points}).json()

    assert laid["step_m"] == 1.0
    assert laid["mistakes"] == []
    errors = [each["error"] for each in laid["cells"]]
    assert errors
    assert all(0 < each < 1 for each in errors)

    few = client.post("/api/workshop/ground", json={"points": points[:3]}).json()
    assert [each["code"] for each in few["mistakes"]] == ["site.mistake.calibration_points"]
    assert (
        client.post("/api/workshop/ground", json={"points": [{"image": [0, 0]}]}).status_code == 422
    )


def test_a_stream_is_tested_in_the_journal_first_and_trouble_names_the_cure(
    house: House, client: TestClient
) -> None:
    probe = {"person": "Camille", "source": "rtsp://a:s3cret@127.0.0.1:9/x"}
    answer = client.post("/api/workshop/probe", json=probe)

    assert "check the address" in answer.json()["trouble"]["en"]
    entry = next(iter(house.journal.entries()))
    assert entry.details == {"step": "probe", "source": "rtsp://a:***@127.0.0.1:9/x"}
    assert "s3cret" not in answer.text + house.journal.path.read_text("utf-8")
