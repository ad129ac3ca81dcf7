"""Accounts in a real browser: two factors by keyboard, a motive before pictures, work kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from gardefou.governance.roles import Role
from gardefou.storage.records import EvidenceKind
from gardefou.web.app import create_app
from gardefou.web.server import WebServer
from support.axe import violations
from support.house import House
from support.people import BY, PASSWORD, code_of, hire

if TYPE_CHECKING:
    from collections.abc import Callable

    from gardefou.governance.accounts import Accounts, Enrolment

    Open = Callable[..., Page]


@pytest.fixture
def accounts(house: House) -> Accounts:
    return house.with_accounts()


def log_in(page: Page, name: str, code: str) -> None:
    """By keyboard alone: each field has the focus when it is its turn."""
    expect(page.locator("#account")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_have_count(0)


def test_log_in_look_decide_and_go_on_after_the_session_ended(
    house: House, accounts: Accounts, open_page: Open
) -> None:
    enrolment: Enrolment = hire(accounts, Role.OPERATOR, "c.roux")
    alert_id = house.open_alert()
    house.attach(alert_id, EvidenceKind.SNAPSHOT)
    house.attach(alert_id, EvidenceKind.CLIP)
    with WebServer(create_app(house.services)) as server:
        page = open_page(server.url, bypass_csp=True)
        expect(page.get_by_role("heading", name="Connexion")).to_be_visible()
        assert not violations(page)
        page.locator("#account").fill("c.roux")
        page.locator("#password").fill("wrong wrong wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").first).to_contain_text("Nom ou mot de passe faux")
        page.locator("#account").fill("")
        page.locator("#password").fill("")
        page.locator("#account").focus()
        log_in(page, "c.roux", code_of(enrolment, house.now()))

        expect(page.get_by_role("heading", name="Pourquoi regardez-vous")).to_be_visible()
        expect(page.locator("video, figure img")).to_have_count(0)
        assert not violations(page)
        page.get_by_role("button", name="Regarder", exact=True).click()
        expect(page.locator("video.shown")).to_be_visible()
        assert not violations(page)

        page.get_by_role("button", name="Équipe envoyée").click()
        page.get_by_text("Export pour une procédure").click()
        page.locator("#export-procedure").fill("PV 2026/123")
        session = page.context.cookies()[0]["value"]
        accounts.set_password(BY, "c.roux", PASSWORD)
        assert house.services.access is not None
        assert house.services.access.sessions.find(session, active=False) is None
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Confirmer").click()
        expect(page.get_by_text("La session a pris fin. Reconnectez-vous")).to_be_visible()
        expect(page.locator("video.shown")).to_have_count(0)

        log_in(page, "c.roux", enrolment.recovery_codes[0])
        expect(page.get_by_role("button", name="Équipe envoyée", pressed=True)).to_be_visible()
        expect(page.locator("#export-procedure")).to_have_value("PV 2026/123")
        page.get_by_role("button", name="Confirmer").click()
        expect(page.get_by_text("Confirmé par c.roux")).to_be_visible()

        page.get_by_role("button", name="Se déconnecter").click()
        expect(page.locator("#account")).to_be_visible()


def test_whoever_sees_no_alerts_is_told_why(
    house: House, accounts: Accounts, open_page: Open
) -> None:
    enrolment = hire(accounts, Role.ADMIN, "ada")
    house.open_alert()
    with WebServer(create_app(house.services)) as server:
        page = open_page(server.url, locale="en-GB", bypass_csp=True)
        log_in(page, "ada", code_of(enrolment, house.now()))
        expect(page.get_by_role("heading", name="This account sees no alerts")).to_be_visible()
        expect(page.get_by_text("neither alerts nor images")).to_be_visible()
        expect(page.get_by_role("heading", name="Cameras")).to_be_visible()
        assert not violations(page)
