"""A trial over the web: checked, lawful, journalled first and after, and nothing of it stored."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from gardefou.capture.notice import Notice
from gardefou.governance.roles import Role
from gardefou.runtime.trial_desk import KEEP_S
from gardefou.situations.situation import Situation
from support.house import House, jpeg, picture
from support.workshop import QUAY, begun, document

if TYPE_CHECKING:
    from collections.abc import Callable

MASK = {"id": "flats", "polygon": [[0, 0], [0.2, 0], [0.2, 0.2]]}


def proposed(client: TestClient) -> dict[str, Any]:
    """The quay's camera with a mask that was not saved."""
    return {**document(client), "masks": [MASK]}


def attempt(
    client: TestClient, camera: dict[str, Any], situation: str = "zone_intrusion", **more: Any
) -> Any:
    body = {"person": "Camille", "document": json.dumps(camera), "situation": situation, **more}
    return client.post("/api/workshop/cameras/quay/trial", json=body)


def test_what_would_be_signalled_is_told_and_nothing_but_the_journal_remembers(
    house: House, client: TestClient
) -> None:
    begun(client)
    before = {each for each in house.home.rglob("*") if each.is_file()}
    answer = attempt(client, proposed(client), motive="new zone")

    found = answer.json()
    assert (found["mistakes"], found["seconds"], found["analysed"]) == ([], 58.2, 291)
    told = [(each["opened_s"], each["closed_s"], each["picture"]) for each in found["alerts"]]
    assert told == [(12.4, 20.0, 0), (41.0, None, 1)]
    assert base64.b64decode(found["pictures"][0]["jpeg"]) == jpeg(picture(5))
    assert found["drawing"] is False
    assert answer.headers["cache-control"] == "no-store"
    assert {each for each in house.home.rglob("*") if each.is_file()} == before
    assert house.store.alerts() == []

    (job,) = house.jobs
    assert job.camera.situations.on == {Situation.ZONE_INTRUSION}
    assert [each.id for each in job.camera.masks] == ["flats"]
    assert client.get("/api/workshop/site").json()["version"] == 1

    view, came = list(house.journal.entries())[-2:]
    assert (view.actor, view.operation, view.object_ref) == ("desk:Camille", "view", "camera:quay")
    assert view.motif == "camera_setting: new zone"
    asked = {"step": "trial", "situation": "zone_intrusion", "mode": "rehearsal"}
    assert view.details == {**asked, "still": "picture"}
    assert (came.actor, came.operation) == ("desk:Camille", "configuration")
    assert came.details == {**asked, "seconds": 58, "alerts": 2}


def test_a_camera_that_is_to_be_called_otherwise_is_tried_as_the_one_that_runs(
    house: House, client: TestClient
) -> None:
    begun(client)
    assert attempt(client, {**document(client), "id": "quay-2"}).status_code == 200
    assert house.jobs[0].camera.id == "quay"


def test_whoever_configures_sees_lines_only(
    house: House, desk_of: Callable[[Role], TestClient]
) -> None:
    admin = desk_of(Role.ADMIN)
    begun(admin)
    answer = attempt(admin, document(admin)).json()

    assert house.jobs[0].lines_only
    assert answer["drawing"] is True
    assert [each["picture"] for each in answer["alerts"]] == [0, 0]


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.ADMIN])
def test_nobody_else_may_try_or_keep(
    house: House, desk_of: Callable[[Role], TestClient], role: Role
) -> None:
    somebody = desk_of(role)
    assert attempt(somebody, QUAY).status_code == 403
    kept = somebody.post("/api/workshop/cameras/quay/minute", json={})
    assert kept.status_code == 403
    assert house.jobs == []


def test_mistakes_are_said_at_their_fields_and_nothing_is_looked_at(
    house: House, client: TestClient
) -> None:
    begun(client)
    zone = {key: value for key, value in QUAY["zones"][0].items() if key != "act"}
    answer = attempt(client, {**document(client), "zones": [zone]})

    codes = [(each["location"], each["code"]) for each in answer.json()["mistakes"]]
    assert codes == [(["zones", 0, "act"], "site.mistake.no_act")]
    assert house.jobs == []
    assert [line.operation for line in house.journal.entries()] == ["configuration"]


def test_a_situation_without_its_zone_is_refused_with_the_cure(
    house: House, client: TestClient
) -> None:
    begun(client)
    answer = attempt(client, document(client), "wrong_way")

    assert (answer.status_code, answer.json()["code"]) == (422, "workshop.trial.no_zone")
    assert "draw one" in answer.json()["message"]["en"]
    assert attempt(client, document(client), "fire").status_code == 200


def test_what_must_not_be_read_is_not_tried_and_the_reason_is_told(
    house: House, client: TestClient
) -> None:
    begun(client)
    house.why_not_tried = Notice.of("mandate.moved.blocked", camera="quay")
    answer = attempt(client, document(client))

    assert (answer.status_code, answer.json()["code"]) == (409, "mandate.moved.blocked")
    assert house.jobs == []


def test_a_trial_that_fails_says_why_and_the_next_one_goes(
    house: House, client: TestClient
) -> None:
    begun(client)
    good, house.outcome = house.outcome, Notice.of("runtime.trial.nothing", camera="quay")
    answer = attempt(client, document(client))
    assert (answer.status_code, answer.json()["code"]) == (409, "runtime.trial.nothing")
    assert list(house.journal.entries())[-1].operation == "view"

    house.outcome = good
    assert attempt(client, document(client)).status_code == 200


def test_without_the_journal_nothing_is_tried_or_kept(house: House, client: TestClient) -> None:
    begun(client)
    camera = document(client)
    house.journal.path.unlink()
    house.journal.path.mkdir()

    assert attempt(client, camera).status_code == 503
    kept = client.post("/api/workshop/cameras/quay/minute", json={"person": "Camille"})
    assert kept.status_code == 503
    assert house.jobs == []
    assert house.trials.minutes == frozenset()


def test_a_minute_is_kept_for_a_while_in_the_journal_first(
    house: House, client: TestClient
) -> None:
    begun(client)
    asked = {"person": "Camille"}
    kept = client.post("/api/workshop/cameras/quay/minute", json=asked).json()

    assert kept == {"for_s": KEEP_S, "minute_s": 60.0, "otherwise_s": 30.0}
    assert house.trials.minutes == {"quay"}
    entry = list(house.journal.entries())[-1]
    assert (entry.actor, entry.object_ref) == ("desk:Camille", "camera:quay")
    assert entry.details == {"step": "minute", "seconds": 60}

    ended = client.post("/api/workshop/cameras/quay/minute", json={**asked, "wanted": False})
    assert ended.json()["for_s"] == 0
    assert house.trials.minutes == frozenset()
    assert client.post("/api/workshop/cameras/nowhere/minute", json=asked).status_code == 404


def test_an_object_that_could_not_be_signalled_in_so_short_a_time_is_said(
    house: House, client: TestClient
) -> None:
    begun(client)
    camera = {**document(client), "situations": {"abandoned_object": {"unattended_s": 90}}}
    camera.pop("zones")
    answer = attempt(client, camera, "abandoned_object").json()

    assert "90 s" in answer["notes"][0]["en"]
    assert "90 s" in answer["notes"][0]["fr"]
    camera["situations"]["abandoned_object"]["unattended_s"] = 20
    assert attempt(client, camera, "abandoned_object").json()["notes"] == []
