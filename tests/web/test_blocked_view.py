"""Of a camera that is blocked nobody sees a picture: where it moved, its masks no longer fit."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from gardefou.capture.notice import Notice
from gardefou.runtime.bus import CameraHealth, CameraState
from gardefou.runtime.view_guard import MOVED_KEY
from support.house import House


def ask(client: TestClient) -> Response:
    return client.post("/api/live/quay", json={"viewer": "Camille", "motive": "noise on the quay"})


def block(house: House) -> None:
    why = Notice.of(MOVED_KEY, camera="quay")
    house.bus.publish(CameraHealth("quay", CameraState.BLOCKED, 0.0, why))


def test_no_view_of_a_camera_that_moved_is_given_or_journalled(
    house: House, client: TestClient
) -> None:
    block(house)
    answer = ask(client)
    assert (answer.status_code, answer.json()["code"]) == (409, "operation.blind")
    assert not [each for each in house.journal.entries() if each.operation == "view"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_was_allowed_before_it_moved_shows_nothing_after(
    house: House, client: TestClient, language: str
) -> None:
    url = ask(client).json()["url"]
    block(house)
    answer = client.get(url, headers={"Accept-Language": language})
    assert answer.status_code == 409
    assert "quay" in answer.text
    assert not answer.headers["content-type"].startswith("multipart")
    assert house.live.watchers == 0
