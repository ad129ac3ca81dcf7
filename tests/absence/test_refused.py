"""Whoever asks for a refused capability is refused and told why: settings, API, commands."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from fastapi.testclient import TestClient

from gardefou.alerting.alert import Alert
from gardefou.geometry.detections import Detections, ObjectClass
from gardefou.i18n import text
from gardefou.refusals import Refusal, refusals
from gardefou.site.check import check_site
from gardefou.site.refused import reason_against
from gardefou.storage.records import EvidenceKind
from gardefou.tracking.tracker import Tracker
from gardefou.web.app import create_app
from support.command import Call, is_one_line
from support.house import House

EACH = pytest.mark.parametrize("refusal", refusals().values(), ids=list(refusals()))

CAMERA: dict[str, object] = {"id": "quay", "name": "Quay", "source": "rtsp://camera/1"}
ZONE: dict[str, object] = {
    "id": "rails",
    "situation": "zone_intrusion",
    "act": "arrêté 12",
    "polygon": [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]],
}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with (
        House.at(tmp_path / "home") as house,
        TestClient(create_app(house.services), base_url="http://127.0.0.1:8080") as client,
    ):
        yield client


def asked_for(refusal: Refusal, where: str, word: str) -> dict[str, object]:
    """A site document that asks for a capability somewhere."""
    camera, zone = dict(CAMERA), dict(ZONE)
    document: dict[str, object] = {"version": 1, "name": "Site", "cameras": [camera]}
    situations: dict[str, dict[str, object]] = {"zone_intrusion": {}}
    camera.update(situations=situations, zones=[zone])
    if where == "site":
        document[word] = True
    elif where == "camera":
        camera[word] = {"over": 3}
    elif where == "zone":
        zone[word] = 300
    elif where == "setting":
        situations["zone_intrusion"][word] = "red"
    else:
        situations[word] = {}
    return document


@EACH
@pytest.mark.parametrize("where", ["site", "camera", "zone", "setting", "situation"])
def test_no_site_document_turns_it_on(refusal: Refusal, where: str, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    for word in refusal.words:
        path.write_text(yaml.safe_dump(asked_for(refusal, where, word)), encoding="utf-8")
        why = [each.key for each in check_site(path)]
        assert reason_against(word) in why, (word, why)


@EACH
def test_no_option_and_no_verb_turns_it_on(
    refusal: Refusal, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARDEFOU_LANG", "en")
    call = Call(capsys)
    said = 0
    for word in refusal.words:
        for arguments in (["doctor", f"--{word}"], [f"{word}-now"]):
            result = call(*arguments)
            assert result.status == 2, arguments
            assert is_one_line(result.err)
            reason = reason_against(word)
            assert reason is not None
            said += text(reason, "en", name=arguments[-1]) in result.err
    assert said >= len(refusal.words)  # the others are taken for a slip of the keyboard


@EACH
def test_no_address_takes_it_as_a_criterion(refusal: Refusal, client: TestClient) -> None:
    for word in refusal.words:
        answer = client.get("/api/alerts", params={word: "x"})
        assert answer.status_code == 422
        assert answer.json()["code"] == reason_against(word)
        missing = client.get(f"/api/{word}")
        assert missing.status_code == 404
        assert missing.json()["code"] == reason_against(word)


@EACH
def test_no_body_takes_it(refusal: Refusal, client: TestClient) -> None:
    for word in refusal.words:
        answer = client.post("/api/live/quay", json={"viewer": "A", "motive": "round", word: 1})
        assert answer.status_code == 422
        assert answer.json()["code"] == reason_against(word)
        assert '"' in answer.json()["message"]["en"]


def test_a_parameter_that_nobody_refuses_but_nobody_knows_is_no_use_either(
    client: TestClient,
) -> None:
    answer = client.get("/api/alerts", params={"polygon": "x"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "absence.unknown_parameter"
    assert client.get("/api/alerts", params={"limit": 3}).status_code == 200


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("min_people", 4),
        ("group_size", 3),
        ("dwell", 300),
        ("clothing", "red"),
        ("running", True),
        ("max_speed", 5),
    ],
)
def test_parameters_that_the_press_reported_do_not_exist(
    key: str, value: object, tmp_path: Path
) -> None:
    path = tmp_path / "site.yaml"
    zone = {**ZONE, key: value}
    camera = {**CAMERA, "situations": ["zone_intrusion"], "zones": [zone]}
    path.write_text(
        yaml.safe_dump({"version": 1, "name": "Site", "cameras": [camera]}), encoding="utf-8"
    )
    (mistake,) = check_site(path)
    assert mistake.key.startswith("site.refused.")
    for language in ("en", "fr"):
        assert "2023-828" in mistake.in_language(language)


# --- the same person on two cameras ---------------------------------------------------------------


def _walk(tracker: Tracker) -> list[int]:
    """Ids that a tracker gives to one person who walks past."""
    given: dict[int, None] = {}
    for step in range(20):
        box = np.array([[20.0 + 4 * step, 50.0, 60.0 + 4 * step, 150.0]])
        seen = Detections(box, np.array([0.9]), np.array([int(ObjectClass.PERSON)]))
        for each in tracker.update(seen, step * 0.2).ids:
            given[int(each)] = None
    return list(given)


def test_the_same_person_on_two_cameras_has_two_numbers_that_say_nothing() -> None:
    pairs = [(_walk(Tracker()), _walk(Tracker())) for _ in range(40)]
    assert all(len(one) == len(other) == 1 for one, other in pairs)
    ids = [each for pair in pairs for side in pair for each in side]
    assert len(set(ids)) == len(ids)
    differences = {one[0] - other[0] for one, other in pairs}
    mixed = {one[0] ^ other[0] for one, other in pairs}
    assert len(differences) == len(mixed) == len(pairs)


def test_an_alert_cannot_carry_a_number_of_anybody() -> None:
    fields = set(Alert.__dataclass_fields__)
    assert fields == {
        "id", "mandate_id", "camera_id", "situation", "zone_id", "opened_at", "region",
    }  # fmt: skip
    with pytest.raises(TypeError):
        Alert(track_id=7, opened_at=time.time())  # type: ignore[call-arg]
    assert {kind.value for kind in EvidenceKind} == {"snapshot", "before", "clip"}
