"""The log-in page's side of the server: cookies, refusals, ends, what is shown while logged in."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator

import httpx2
import pytest
from fastapi.testclient import TestClient

from gardefou.governance.accounts import Accounts
from gardefou.governance.roles import Role
from gardefou.governance.second_factor import Seal
from gardefou.governance.throttle import NAME_FAILURES
from gardefou.web.app import create_app
from gardefou.web.server import WebServer
from support.house import House
from support.people import BY, PASSWORD, code_of, hire

Desk = Callable[[Role], TestClient]


@pytest.fixture
def browser(house: House, accounts: Accounts) -> Iterator[TestClient]:
    with TestClient(create_app(house.services), base_url="http://127.0.0.1:8080") as client:
        yield client


def test_the_cookie_is_for_this_browser_this_site_and_no_script(
    house: House, accounts: Accounts, browser: TestClient
) -> None:
    hire(accounts, Role.OPERATOR, "a.petit")
    answer = browser.post("/api/session", json={"name": "a.petit", "password": PASSWORD})

    name, *rest = answer.headers["set-cookie"].split("; ")
    assert name.startswith("gardefou_session=")
    assert {each.lower() for each in rest} == {"httponly", "path=/", "samesite=strict"}
    assert answer.json()["person"] is None
    assert answer.json()["second_factor"] is True
    assert name.partition("=")[2] not in answer.text


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(
    house: House, accounts: Accounts
) -> None:
    hire(accounts, Role.OPERATOR, "a.petit")
    with TestClient(create_app(house.services), base_url="https://127.0.0.1:8080") as client:
        answer = client.post("/api/session", json={"name": "a.petit", "password": PASSWORD})
    name, *rest = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-gardefou_session=")
    assert {each.lower() for each in rest} == {"httponly", "path=/", "samesite=strict", "secure"}


def test_the_session_changes_its_token_with_the_second_factor(
    house: House, accounts: Accounts, browser: TestClient
) -> None:
    enrolment = hire(accounts, Role.OPERATOR, "a.petit")
    first = browser.post("/api/session", json={"name": "a.petit", "password": PASSWORD})
    before = browser.cookies["gardefou_session"]
    code = {"code": code_of(enrolment, house.now())}

    stolen = browser.post("/api/session/second-factor", json=code)
    assert (stolen.status_code, stolen.json()["code"]) == (403, "accounts.log_in.no_token")
    headers = {"X-CSRF-Token": first.json()["csrf"]}
    answer = browser.post("/api/session/second-factor", json=code, headers=headers)

    assert answer.json()["person"]["name"] == "a.petit"
    assert browser.cookies["gardefou_session"] != before
    browser.cookies.set("gardefou_session", before, domain="127.0.0.1", path="/")
    again = browser.post("/api/session/second-factor", json=code, headers=headers)
    assert again.status_code in (200, 401)


def test_wrong_names_and_wrong_passwords_get_the_same_answer(
    accounts: Accounts, browser: TestClient
) -> None:
    hire(accounts, Role.OPERATOR, "a.petit")
    answers = [
        browser.post("/api/session", json={"name": name, "password": "wrong wrong wrong"})
        for name in ("a.petit", "nobody")
    ]
    assert answers[0].status_code == answers[1].status_code == 401
    assert answers[0].content == answers[1].content
    assert "set-cookie" not in answers[0].headers


def test_too_many_attempts_have_to_wait(accounts: Accounts, browser: TestClient) -> None:
    hire(accounts, Role.OPERATOR, "a.petit")
    for _ in range(NAME_FAILURES):
        browser.post("/api/session", json={"name": "a.petit", "password": "wrong wrong wrong"})
    answer = browser.post("/api/session", json={"name": "a.petit", "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (429, "accounts.log_in.wait")


def test_who_is_logged_in_is_told_what_they_may_do(desk_of: Desk) -> None:
    view = desk_of(Role.ADMIN).get("/api/session").json()
    assert view["person"]["role"] == "admin"
    assert view["person"]["may"] == ["configure_site", "manage_accounts", "see_state", "suspend"]
    assert "neither alerts nor images" in view["person"]["withheld"]["en"]
    assert desk_of(Role.OPERATOR).get("/api/session").json()["person"]["withheld"] is None


def test_logging_out_ends_it(house: House, desk_of: Desk) -> None:
    client = desk_of(Role.OPERATOR)
    cookie = client.cookies["gardefou_session"]
    assert client.post("/api/session/end", json={}).json()["person"] is None
    client.cookies.set("gardefou_session", cookie, domain="127.0.0.1", path="/")
    assert client.get("/api/state").status_code == 401
    assert house.journalled()[-1] == ("account:the.operator", "log_out", "system")


def test_without_a_journal_nobody_gets_in(
    house: House, accounts: Accounts, browser: TestClient
) -> None:
    enrolment = hire(accounts, Role.OPERATOR, "a.petit")
    first = browser.post("/api/session", json={"name": "a.petit", "password": PASSWORD})
    house.journal.path.unlink()
    answer = browser.post(
        "/api/session/second-factor",
        json={"code": code_of(enrolment, house.now())},
        headers={"X-CSRF-Token": first.json()["csrf"]},
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "web.error.journal")
    assert browser.get("/api/state").status_code == 401


def test_with_another_key_nobody_gets_in_and_the_page_does_not_break(
    house: House, accounts: Accounts, browser: TestClient
) -> None:
    enrolment = hire(accounts, Role.OPERATOR, "a.petit")
    (house.home / "keys" / "accounts.key").unlink()
    accounts.seal = Seal.of_folder(house.home / "keys")
    first = browser.post("/api/session", json={"name": "a.petit", "password": PASSWORD})
    answer = browser.post(
        "/api/session/second-factor",
        json={"code": code_of(enrolment, house.now())},
        headers={"X-CSRF-Token": first.json()["csrf"]},
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "accounts.log_in.unavailable")


def events(server: WebServer, client: TestClient) -> Generator[tuple[str, dict[str, object]]]:
    """Names and data of the server's events, as a logged-in browser gets them."""
    cookies = {"gardefou_session": client.cookies["gardefou_session"]}
    with httpx2.stream("GET", f"{server.url}api/events", cookies=cookies, timeout=120) as answer:
        name = ""
        for line in answer.iter_lines():
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                yield name, json.loads(value)


@pytest.mark.parametrize(("role", "hears"), [(Role.OPERATOR, True), (Role.ADMIN, False)])
def test_alerts_are_told_to_whoever_may_see_alerts_and_to_nobody_else(
    house: House, desk_of: Desk, role: Role, hears: bool
) -> None:
    client = desk_of(role)
    with WebServer(create_app(house.services)) as server:
        stream = events(server, client)
        assert next(stream)[0] == "heartbeat"
        alert_id = house.open_alert()
        name, data = next(each for each in stream if not hears or each[0] != "heartbeat")
        assert (name == "alert") is hears
        assert (str(alert_id) in json.dumps(data)) is hears
        stream.close()


def test_events_end_with_the_session(house: House, accounts: Accounts, desk_of: Desk) -> None:
    client = desk_of(Role.OPERATOR)
    with WebServer(create_app(house.services)) as server:
        stream = events(server, client)
        next(stream)
        accounts.disable(BY, "the.operator", "has left")
        house.open_alert()
        assert [each for each in stream if each[0] != "heartbeat"] == []
