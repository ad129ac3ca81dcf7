"""Every route declares its action, and asks of every role what the matrix says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response
from starlette.staticfiles import StaticFiles

from gardefou.governance.accounts import Accounts
from gardefou.governance.roles import HABILITATED, Action, Role, allowed
from gardefou.governance.viewing import Purpose
from gardefou.storage.records import Mode
from gardefou.web.access import PUBLIC, Public, Requirement, all_routes, check_declared, declared
from gardefou.web.app import create_app, routes
from support.house import House
from support.people import BY, PASSWORD, expired, habilitation, hire

Desk = Callable[[Role], TestClient]

WRITTEN = {
    ("GET", "/"): None,
    ("GET", "/icon.svg"): None,
    ("GET", "/healthz"): None,
    ("GET", "/api/texts/{lang}"): None,
    ("GET", "/api/session"): None,
    ("POST", "/api/session"): None,
    ("POST", "/api/session/second-factor"): None,
    ("POST", "/api/session/end"): None,
    ("GET", "/api/state"): Action.SEE_STATE,
    ("GET", "/api/load"): Action.SEE_STATE,
    ("GET", "/api/events"): Action.SEE_STATE,
    ("POST", "/api/presence"): Action.SEE_ALERTS,
    ("GET", "/api/shift"): Action.REVIEW,
    ("GET", "/api/alerts"): Action.SEE_ALERTS,
    ("GET", "/api/alerts/{alert_id}"): Action.SEE_ALERTS,
    ("POST", "/api/alerts/{alert_id}/review"): Action.REVIEW,
    ("GET", "/api/alerts/{alert_id}/marking"): Action.SEE_IMAGES,
    ("POST", "/api/alerts/{alert_id}/view"): Action.SEE_IMAGES,
    ("GET", "/media/{alert_id}/{file}"): Action.SEE_IMAGES,
    ("POST", "/api/live/{camera_id}"): Action.LIVE_VIEW,
    ("GET", "/api/live/{camera_id}"): Action.LIVE_VIEW,
    ("POST", "/api/alerts/{alert_id}/exports"): Action.PROPOSE_EXPORT,
    ("GET", "/api/exports"): Action.PROPOSE_EXPORT,
    ("POST", "/api/exports/{export_id}/approval"): Action.APPROVE_EXPORT,
    ("GET", "/api/exports/{export_id}/file"): Action.PROPOSE_EXPORT,
    ("GET", "/public"): None,
    ("GET", "/public/{language}"): None,
    ("GET", "/public/style.css"): None,
    ("GET", "/public/register.json"): None,
    ("GET", "/public/cameras.geojson"): None,
    ("GET", "/public/status.jsonl"): None,
    ("GET", "/api/counts"): Action.READ_MEASURES,
    ("GET", "/api/counts/table.csv"): Action.READ_MEASURES,
    ("GET", "/public/map.geojson"): None,
    ("GET", "/api/accounts"): Action.MANAGE_ACCOUNTS,
    ("POST", "/api/accounts"): Action.MANAGE_ACCOUNTS,
    ("POST", "/api/accounts/{name}/role"): Action.MANAGE_ACCOUNTS,
    ("POST", "/api/accounts/{name}/closing"): Action.MANAGE_ACCOUNTS,
    ("POST", "/api/accounts/{name}/password"): Action.MANAGE_ACCOUNTS,
    ("POST", "/api/accounts/{name}/second-factor"): Action.MANAGE_ACCOUNTS,
    ("POST", "/api/accounts/{name}/habilitations"): Action.MANAGE_ACCOUNTS,
    ("POST", "/api/accounts/{name}/habilitations/end"): Action.MANAGE_ACCOUNTS,
    ("POST", "/api/session/password"): None,
    ("GET", "/api/oversight/mandates"): Action.READ_JOURNAL,
    ("POST", "/api/oversight/journal"): Action.READ_JOURNAL,
    ("POST", "/api/oversight/verification"): Action.READ_JOURNAL,
    ("GET", "/api/oversight/checkpoint"): Action.READ_JOURNAL,
    ("POST", "/api/oversight/proof"): Action.READ_JOURNAL,
    ("GET", "/api/oversight/holds"): Action.READ_JOURNAL,
    ("GET", "/api/measures"): Action.READ_MEASURES,
    ("GET", "/api/measures/field.csv"): Action.READ_MEASURES,
    ("GET", "/public/tiles/{zoom}/{x}/{y}.png"): None,
    ("GET", "/public/{language}/map"): None,
    ("GET", "/api/accountability/findings"): Action.READ_FINDINGS,
    ("POST", "/api/accountability/findings/{number}/answer"): Action.ANSWER_FINDINGS,
    ("GET", "/api/accountability/measures"): Action.READ_MEASURES,
    ("GET", "/api/accountability/requests"): Action.REQUESTS,
    ("POST", "/api/accountability/requests"): Action.REQUESTS,
    ("POST", "/api/accountability/requests/{number}/answer"): Action.REQUESTS,
    ("POST", "/api/accountability/alerts/{alert_id}/label"): Action.REVIEW,
    ("GET", "/api/accountability/documents/{kind}/{name}"): Action.READ_JOURNAL,
    ("GET", "/api/workshop/site"): Action.CONFIGURE_SITE,
    ("POST", "/api/workshop/cameras"): Action.CONFIGURE_SITE,
    ("POST", "/api/workshop/cameras/{camera_id}/withdrawal"): Action.CONFIGURE_SITE,
    ("POST", "/api/workshop/cameras/{camera_id}/place"): Action.CONFIGURE_SITE,
    ("POST", "/api/workshop/cameras/{camera_id}/minute"): Action.CONFIGURE_SITE,
    ("POST", "/api/workshop/cameras/{camera_id}/trial"): Action.CONFIGURE_SITE,
    ("GET", "/api/workshop/cameras/{camera_id}/health"): Action.CONFIGURE_SITE,
    ("POST", "/api/workshop/probe"): Action.CONFIGURE_SITE,
    ("POST", "/api/workshop/ground"): Action.CONFIGURE_SITE,
    ("GET", "/api/workshop/versions"): Action.CONFIGURE_SITE,
    ("GET", "/api/workshop/versions/{number}"): Action.CONFIGURE_SITE,
    ("POST", "/api/workshop/versions/{number}/restoration"): Action.CONFIGURE_SITE,
    ("GET", "/api/suspension"): Action.SEE_STATE,
    ("POST", "/api/suspension"): Action.SUSPEND,
    ("POST", "/api/suspension/resumption"): Action.PROPOSE_RESUMPTION,
}
"""What each route is, written a second time on purpose; None for what anybody may ask."""

SITE_TEXT = "version: 1\nname: Quay\ntimezone: Europe/Paris\ncameras:\n- {id: quay, name: Quay}\n"
NOBODY = UUID(int=0)
TRAINING = {"done": "2025-12-01", "expires": "2027-12-01", "certificate": "ATT-1"}

BODIES: dict[str, dict[str, object]] = {
    "/api/alerts/{alert_id}/review": {
        "verdict": "refuted",
        "follow_up": "none",
        "seen_reviews": 0,
    },
    "/api/alerts/{alert_id}/view": {"purpose": "check_alert"},
    "/api/presence": {"desk": "0a1b2c3d", "alert_id": None},
    "/api/suspension/resumption": {"motive": "order lifted"},
    "/api/workshop/cameras": {"base": 0, "document": "{}"},
    "/api/workshop/cameras/{camera_id}/withdrawal": {"base": 0},
    "/api/workshop/cameras/{camera_id}/trial": {"document": "{}", "situation": "fire"},
    "/api/workshop/probe": {"source": "gopher://192.0.2.1"},
    "/api/workshop/ground": {"points": []},
    "/api/workshop/versions/{number}/restoration": {"base": 0},
    "/api/accountability/findings/{number}/answer": {"answer": "seen", "minutes": "CE 2026-3"},
    "/api/accountability/requests": {
        "kind": "access",
        "reference": "mail 12",
        "camera_id": "quay",
        "start": 1.0,
        "end": 2.0,
        "received_at": 3.0,
    },
    "/api/accountability/requests/{number}/answer": {"words": "no pictures were kept"},
    "/api/accountability/alerts/{alert_id}/label": {"label": "out_of_purpose"},
    "/api/live/{camera_id}": {"purpose": "under_watch", "motive": "smoke on the quay"},
    "/api/alerts/{alert_id}/exports": {
        "kind": "clip",
        "procedure": "PV 2026/123",
        "recipient": "TJ de Lyon",
        "motive": "requisition",
    },
    "/api/oversight/journal": {"reason": "audit"},
    "/api/oversight/proof": {"seq": 1},
    "/api/accounts": {"name": "n.body", "title": "N. Body", "role": "auditor"},
    "/api/accounts/{name}/role": {"role": "auditor"},
    "/api/accounts/{name}/closing": {"disabled": True, "motive": "left the town"},
    "/api/accounts/{name}/password": {"motive": "forgotten"},
    "/api/accounts/{name}/second-factor": {"motive": "lost telephone"},
    "/api/accounts/{name}/habilitations": {
        "granted_by": "The mayor",
        "start": "2026-01-01",
        "end": "2026-12-31",
        "data_protection": TRAINING,
        "processing": TRAINING,
    },
    "/api/accounts/{name}/habilitations/end": {"motive": "left the town"},
}
ASKED = {key: action for key, action in WRITTEN.items() if action is not None}


def ask(client: TestClient, method: str, path: str) -> Response:
    """A well-formed request to a route, about an alert that there is not."""
    names = {
        "alert_id": NOBODY,
        "export_id": NOBODY,
        "camera_id": "quay",
        "file": "clip.mp4",
        "number": 1,
        "kind": "ropa",
        "name": "ropa.csv",
    }
    body = BODIES.get(path, {}) if method == "POST" else None
    return client.request(method, path.format(**names), json=body)


def code(answer: Response) -> str | None:
    return None if answer.status_code < 400 else str(answer.json()["code"])


def test_every_route_declares_what_is_written_here() -> None:
    found = {}
    for route in all_routes(routes().routes):
        if isinstance(route, APIRoute):
            says = declared(route)
            assert isinstance(says, (Requirement, Public)), route.path
            for method in route.methods or ():
                found[method, route.path] = getattr(says, "action", None)
    assert found == WRITTEN


def test_a_route_that_declares_nothing_is_not_served() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/open", dependencies=[PUBLIC])
    def declares() -> None: ...

    check_declared(app)

    router = APIRouter(prefix="/inner")

    @router.get("/secret")
    def forgets() -> None: ...

    app.include_router(router)
    app.mount("/files", StaticFiles(directory="."))
    with pytest.raises(RuntimeError, match="/inner/secret, /files"):
        check_declared(app)


@pytest.mark.parametrize("role", Role)
def test_a_role_gets_through_exactly_where_the_matrix_says(
    role: Role, house: House, desk_of: Desk
) -> None:
    (house.home / "site.yaml").write_text(SITE_TEXT, encoding="utf-8")
    client = desk_of(role)
    for (method, path), action in ASKED.items():
        if path == "/api/events":  # without an end; everybody has it, test_session.py reads it
            assert allowed(role, action)
            continue
        answer = ask(client, method, path)
        if allowed(role, action):
            assert code(answer) not in ("accounts.refused.role", "accounts.log_in.needed"), path
            assert answer.status_code in (200, 201, 403, 404, 409), answer.text
        else:
            assert (answer.status_code, code(answer)) == (403, "accounts.refused.role"), path


def test_without_a_session_nothing_but_the_log_in_answers(desk_of: Desk) -> None:
    client = desk_of(Role.OPERATOR)
    client.cookies.clear()
    for method, path in ASKED:
        answer = ask(client, method, path)
        assert (answer.status_code, code(answer)) == (401, "accounts.log_in.needed"), path


def test_a_password_alone_opens_nothing(
    house: House, accounts: Accounts, client: TestClient
) -> None:
    hire(accounts, Role.SUPERVISOR, "a.petit")
    with TestClient(create_app(house.services), base_url="http://127.0.0.1:8080") as client:
        first = client.post("/api/session", json={"name": "a.petit", "password": PASSWORD})
        client.headers["X-CSRF-Token"] = first.json()["csrf"]
        for method, path in ASKED:
            assert ask(client, method, path).status_code == 401, path


@pytest.mark.parametrize("training", ["data_protection", "processing"])
def test_an_expired_training_lets_in_but_shows_no_alert_and_says_why(
    house: House, accounts: Accounts, desk_of: Desk, training: str
) -> None:
    client = desk_of(Role.OPERATOR)
    accounts.revoke_habilitations(BY, "the.operator", "renewal")
    over = getattr(expired(habilitation(accounts.today()), training), training)
    good = accounts.store.habilitations("the.operator")[0]
    row = (over.done, over.expires, over.certificate)
    past = (
        replace(good, processing=row) if training == "processing" else replace(good, protection=row)
    )
    accounts.store.habilitate("the.operator", past, house.now())
    for (method, path), action in ASKED.items():
        if action in HABILITATED:
            answer = ask(client, method, path)
            reason = f"accounts.obstacle.{training}"
            if action is Action.APPROVE_EXPORT:  # not an operator's in any case
                reason = "accounts.refused.role"
            assert (answer.status_code, code(answer)) == (403, reason), path
    assert client.get("/api/state").status_code == 200
    person = client.get("/api/session").json()["person"]
    assert person["withheld"]["en"]
    assert not set(person["may"]) & HABILITATED
    assert "suspend" in person["may"]


def test_a_desk_without_accounts_stays_as_it_was_in_a_rehearsal(
    house: House, accounts: Accounts
) -> None:
    with TestClient(create_app(house.services), base_url="http://127.0.0.1:8080") as client:
        assert client.get("/api/session").json()["required"] is False
        assert client.get("/api/alerts").status_code == 200
        hire(accounts, Role.ADMIN)
        assert client.get("/api/session").json()["required"] is True
        assert client.get("/api/alerts").status_code == 401


@pytest.mark.parametrize("with_accounts", [True, False])
def test_an_operational_desk_is_never_open(house: House, with_accounts: bool) -> None:
    if with_accounts:
        house.with_accounts()
    services = replace(house.services, mode=Mode.OPERATIONAL)
    with TestClient(create_app(services), base_url="http://127.0.0.1:8080") as client:
        assert client.get("/api/session").json()["required"] is True
        for method, path in ASKED:
            assert ask(client, method, path).status_code == 401, path
        answer = client.post("/api/session", json={"name": "ada", "password": "x"})
        assert answer.status_code == (401 if with_accounts else 503)


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_whatever_changes_something_must_repeat_the_token_of_the_page(
    house: House, desk_of: Desk, token: str | None
) -> None:
    client = desk_of(Role.SUPERVISOR)
    alert_id = house.open_alert()
    del client.headers["X-CSRF-Token"]
    headers = {} if token is None else {b"X-CSRF-Token": token.encode()}
    for path in (
        f"/api/alerts/{alert_id}/review",
        f"/api/alerts/{alert_id}/view",
        "/api/live/quay",
        "/api/session/end",
    ):
        shape = path.replace(str(alert_id), "{alert_id}").replace("quay", "{camera_id}")
        answer = client.post(path, json=BODIES.get(shape, {}), headers=headers)
        assert (answer.status_code, code(answer)) == (403, "accounts.log_in.no_token"), path
    assert client.get("/api/session").json()["person"]["name"] == "the.supervisor"
    assert house.store.alert(alert_id).review_count == 0


def test_the_name_of_the_account_stands_whatever_is_typed(house: House, desk_of: Desk) -> None:
    client = desk_of(Role.OPERATOR)
    alert_id = house.open_alert()
    body = {**BODIES["/api/alerts/{alert_id}/review"], "reviewer": "Somebody Else"}
    answer = client.post(f"/api/alerts/{alert_id}/review", json=body)
    assert answer.json()["review"]["reviewer"] == "the.operator"
    assert house.journalled()[-1] == ("account:the.operator", "review", f"alert:{alert_id}")


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_has_words_or_says_enough(
    purpose: Purpose, house: House, desk_of: Desk
) -> None:
    client = desk_of(Role.OPERATOR)
    alert_id = house.open_alert()
    bare = client.post(f"/api/alerts/{alert_id}/view", json={"purpose": purpose.value})
    said = client.post(
        f"/api/alerts/{alert_id}/view", json={"purpose": purpose.value, "motive": "five words"}
    )
    assert bare.status_code == (422 if purpose.needs_words else 200)
    assert said.status_code == 200


def test_what_a_role_refuses_is_journalled_without_filling_the_journal(
    house: House, desk_of: Desk
) -> None:
    client = desk_of(Role.ADMIN)
    for _ in range(9):
        assert client.get(f"/media/{NOBODY}/clip.mp4").status_code == 403
    assert client.get("/api/exports").status_code == 403
    assert client.get("/api/alerts").status_code == 403  # the page asks for it by itself
    told = [line for line in house.journal.entries() if line.operation == "action_refused"]
    assert {line.actor for line in told} == {"account:the.admin"}
    assert [(line.details["action"], line.details["times"]) for line in told] == [
        *(("see_images", times) for times in (1, 2, 4, 8)),
        ("propose_export", 1),
    ]


def test_a_refusal_is_one_also_when_it_cannot_be_journalled(house: House, desk_of: Desk) -> None:
    client = desk_of(Role.ADMIN)
    house.journal.path.unlink()
    assert client.get(f"/media/{NOBODY}/clip.mp4").status_code == 403
