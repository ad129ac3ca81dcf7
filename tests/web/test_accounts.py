"""Administration of accounts and one's own password: who may, what is shown once, what ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gardefou.governance.accounts import Accounts, Enrolment
from gardefou.governance.roles import Role
from gardefou.governance.throttle import NAME_FAILURES
from support.house import House
from support.people import PASSWORD, code_of, habilitation

Desk = Callable[[Role], TestClient]

NEW = {"name": "a.petit", "title": "Anne Petit", "role": "operator"}
FRESH = "nine wet boots dry slowly"


def leave(accounts: Accounts) -> dict[str, Any]:
    given = habilitation(accounts.today())
    training = {
        "done": given.processing.done.isoformat(),
        "expires": given.processing.expires.isoformat(),
        "certificate": given.processing.certificate,
    }
    return {
        "granted_by": given.granted_by,
        "start": given.start.isoformat(),
        "end": given.end.isoformat(),
        "data_protection": training,
        "processing": training,
    }


def test_a_new_account_works_once_it_is_habilitated(
    house: House, accounts: Accounts, desk_of: Desk
) -> None:
    admin = desk_of(Role.ADMIN)
    made = admin.post("/api/accounts", json=NEW)
    assert made.status_code == 201
    handed = made.json()
    assert handed["account"]["obstacle"] == "none_given"
    assert len(handed["enrolment"]["recovery_codes"]) >= 8
    given = admin.post("/api/accounts/a.petit/habilitations", json=leave(accounts))
    assert (given.status_code, given.json()["obstacle"]) == (201, None)
    assert ("account:the.admin", "account", "account:a.petit") in house.journalled()
    assert ("account:the.admin", "habilitation", "account:a.petit") in house.journalled()

    listed = admin.get("/api/accounts").text
    for secret in (handed["password"], handed["enrolment"]["secret"]):
        assert secret not in listed
        assert secret not in (house.home / "journal.jsonl").read_text()

    enrolment = Enrolment(handed["enrolment"]["secret"], "", ())
    clerk = TestClient(admin.app, base_url="http://127.0.0.1:8080")
    named = {"name": "a.petit", "password": handed["password"]}
    clerk.headers["X-CSRF-Token"] = clerk.post("/api/session", json=named).json()["csrf"]
    code = {"code": code_of(enrolment, house.now())}
    entered = clerk.post("/api/session/second-factor", json=code).json()
    assert "see_alerts" in entered["person"]["may"]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SUPERVISOR, Role.DPO, Role.AUDITOR])
def test_nobody_but_the_administrator_manages_accounts(desk_of: Desk, role: Role) -> None:
    desk = desk_of(role)
    assert desk.get("/api/accounts").status_code == 403
    assert desk.post("/api/accounts", json=NEW).status_code == 403


def test_the_first_account_is_not_made_by_whoever_opens_the_page_first(
    house: House, client: TestClient
) -> None:
    refused = client.post("/api/accounts", json=NEW)
    assert (refused.status_code, refused.json()["code"]) == (409, "accounts_page.refused.first")


def test_nobody_closes_their_own_account_or_takes_another_role(desk_of: Desk) -> None:
    admin = desk_of(Role.ADMIN)
    for path, body in (
        ("closing", {"disabled": True, "motive": "bye"}),
        ("role", {"role": "operator"}),
    ):
        refused = admin.post(f"/api/accounts/the.admin/{path}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (
            409,
            "accounts_page.refused.oneself",
        )


def test_closing_a_role_a_password_and_a_second_factor_end_open_sessions(
    accounts: Accounts, desk_of: Desk
) -> None:
    admin = desk_of(Role.ADMIN)
    for path, body in (
        ("role", {"role": "auditor"}),
        ("password", {"motive": "forgotten"}),
        ("second-factor", {"motive": "lost telephone"}),
        ("closing", {"disabled": True, "motive": "left"}),
    ):
        clerk = desk_of(Role.DPO)
        name = clerk.get("/api/session").json()["person"]["name"]
        assert admin.post(f"/api/accounts/{name}/{path}", json=body).status_code == 200
        assert clerk.get("/api/session").json()["person"] is None
    assert accounts.find(name).disabled


def test_habilitations_are_refused_without_trainings_and_end_with_a_motive(
    house: House, accounts: Accounts, desk_of: Desk
) -> None:
    admin = desk_of(Role.ADMIN)
    admin.post("/api/accounts", json=NEW)
    body = leave(accounts)
    late = body | {"processing": body["processing"] | {"expires": "2020-01-01"}}
    refused = admin.post("/api/accounts/a.petit/habilitations", json=late)
    assert refused.json()["code"] == "accounts.habilitation.training_dates"
    admin.post("/api/accounts/a.petit/habilitations", json=body)
    ended = admin.post("/api/accounts/a.petit/habilitations/end", json={"motive": "moved"})
    assert ended.json()["obstacle"] == "revoked"


def change(client: TestClient, present: str, password: str) -> Any:
    return client.post("/api/session/password", json={"present": present, "password": password})


@pytest.mark.parametrize("role", list(Role))
def test_everybody_changes_their_own_password(
    house: House, accounts: Accounts, desk_of: Desk, role: Role
) -> None:
    desk = desk_of(role)
    assert change(desk, PASSWORD, FRESH).status_code == 200
    assert desk.get("/api/session").json()["person"] is None
    name = f"the.{role.value}"
    assert (f"account:{name}", "account", f"account:{name}") in house.journalled()
    record = accounts.store.account(name)
    assert record is not None
    assert accounts.hasher.check(FRESH, record.password_hash)


def test_a_wrong_present_password_changes_nothing_and_is_slowed_down(desk_of: Desk) -> None:
    desk = desk_of(Role.AUDITOR)
    answers = [change(desk, "not this one", FRESH) for _ in range(NAME_FAILURES + 1)]
    assert answers[0].json()["code"] == "accounts_page.refused.present"
    assert answers[-1].status_code == 429
    assert desk.get("/api/session").json()["person"] is not None


def test_a_weak_new_password_is_refused_in_words(desk_of: Desk) -> None:
    refused = change(desk_of(Role.AUDITOR), PASSWORD, "short")
    assert (refused.status_code, refused.json()["code"]) == (409, "accounts.password.length")


def test_changing_needs_a_session_and_its_token(desk_of: Desk) -> None:
    desk = desk_of(Role.AUDITOR)
    del desk.headers["X-CSRF-Token"]
    assert change(desk, PASSWORD, FRESH).status_code == 403
    desk.cookies.clear()
    assert change(desk, PASSWORD, FRESH).status_code == 401
