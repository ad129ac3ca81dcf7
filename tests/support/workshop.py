"""A site with one camera, made and changed over the web."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

QUAY: dict[str, Any] = {
    "id": "quay",
    "name": "Quai nord",
    "source": "rtsp://viewer:s3cret@192.0.2.10/live",
    "situations": ["zone_intrusion"],
    "zones": [
        {
            "id": "rails",
            "situation": "zone_intrusion",
            "act": "arrêté 2026-1",
            "polygon": [[0.1, 0.5], [0.9, 0.5], [0.9, 1], [0.1, 1]],
        }
    ],
}
FIRST: dict[str, Any] = {"name": "Gare", "timezone": "Europe/Paris"}


def change(client: TestClient, camera: dict[str, Any], base: int = 0, **more: Any) -> Any:
    body = {"person": "Camille", "base": base, "document": json.dumps(camera), **more}
    return client.post("/api/workshop/cameras", json=body)


def begun(client: TestClient, camera: dict[str, Any] | None = None) -> None:
    assert change(client, camera or QUAY, **FIRST).json() == {"version": 1, "mistakes": []}


def document(client: TestClient, place: int = 0) -> dict[str, Any]:
    text = client.get("/api/workshop/site").json()["cameras"][place]["document"]
    found: dict[str, Any] = json.loads(text)
    return found
