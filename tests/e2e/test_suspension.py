"""The red button, labels and findings in a real browser: one press stops, two people go on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from gardefou.governance.ledger import Origin
from gardefou.governance.roles import Role
from gardefou.governance.suspension import KillSwitch
from gardefou.runtime.bus import SystemState
from gardefou.storage.paper_records import ReviewLabel
from gardefou.storage.review import FollowUp, Verdict
from gardefou.web.app import create_app
from gardefou.web.server import WebServer
from support.axe import violations
from support.house import House
from support.people import PASSWORD, code_of, hire
from support.town import SITE, TOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from gardefou.governance.accounts import Enrolment

    Open = Callable[..., Page]

WHO = "Camille Roux"
STOP = "Control+Shift+Backspace"


def begin(page: Page, name: str = WHO) -> None:
    """Give a name at an open desk."""
    page.locator("#name").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_have_count(0)


def log_in(page: Page, name: str, code: str) -> None:
    """Both factors."""
    page.locator("#account").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#code").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_have_count(0)


def alarm(page: Page) -> Locator:
    """What a screen reader is told of the suspension."""
    return page.locator("#suspended [role=alert]").first


@pytest.fixture
def town(house: House) -> House:
    """The house with what the findings are about."""
    (house.home / "site.yaml").write_text(SITE, encoding="utf-8")
    (house.home / "town.yaml").write_text(json.dumps(TOWN), encoding="utf-8")
    return house


def test_everything_stops_by_keyboard_alone_and_two_names_go_on(
    house: House, server: WebServer, open_page: Open
) -> None:
    page = open_page(server.url)
    begin(page)
    page.keyboard.press("Control+Backspace")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press(STOP)
    expect(page.get_by_role("dialog", name="Tout arrêter ?")).to_be_visible()
    expect(page.locator("#stop-reason")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert house.journalled() == []

    page.keyboard.press(STOP)
    page.keyboard.type("foule à la porte\u00a03")
    page.keyboard.press("Enter")

    expect(page.locator("#suspended")).to_be_focused()
    expect(alarm(page)).to_contain_text("Tout est arrêté")
    expect(alarm(page)).to_contain_text("au nom de\u202f: l'opérateur")
    expect(alarm(page)).to_contain_text("foule à la porte 3")
    expect(page.get_by_role("button", name="Tout arrêter")).to_have_count(0)
    assert [line.motif for line in house.journal.entries()] == ["foule à la porte 3"]

    page.get_by_role("button", name="Reprendre…").press("Enter")
    expect(page.locator("#resume-name")).to_have_value(WHO)
    expect(page.locator("#resume-motive")).to_be_focused()
    page.keyboard.type("la foule est partie")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{WHO} propose la reprise")).to_be_visible()

    page.get_by_role("button", name="Confirmer la reprise…").click()
    expect(page.locator("#resume-name")).to_have_value("")
    page.locator("#resume-motive").fill("vu sur place")
    page.locator("#resume-name").fill(WHO.upper())
    page.keyboard.press("Enter")
    expect(page.locator("#suspended form [role=alert]")).not_to_be_empty()
    assert KillSwitch(house.home, house.journal).current() is not None
    page.locator("#resume-name").fill("Bruno Weil")
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Tout arrêter")).to_be_visible()
    expect(page.locator("[aria-live=polite]").last).to_contain_text("le système reprend")
    expect(alarm(page)).to_be_empty()
    assert KillSwitch(house.home, house.journal).current() is None
    assert [actor for actor, _, _ in house.journalled()] == [
        f"desk:{WHO}",
        f"desk:{WHO}",
        "desk:Bruno Weil",
    ]


def test_one_press_in_the_dialog_is_enough_without_name_or_reason(
    house: House, server: WebServer, open_page: Open
) -> None:
    page = open_page(server.url)
    page.get_by_role("button", name="Tout arrêter").click()
    page.get_by_role("dialog").get_by_role("button", name="Tout arrêter").click()
    expect(page.get_by_text("Tout est arrêté")).to_be_visible()
    assert house.journalled() == [("desk:unnamed", "suspension", "system")]


def test_a_key_held_down_opens_the_dialog_and_does_not_press(
    house: House, server: WebServer, open_page: Open
) -> None:
    page = open_page(server.url)
    page.get_by_role("button", name="Tout arrêter").focus()
    page.keyboard.down("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert house.journalled() == []


def test_single_keys_decide_nothing_while_the_dialog_is_open(
    house: House, server: WebServer, open_page: Open
) -> None:
    alert_id = house.open_alert()
    page = open_page(server.url)
    begin(page)
    expect(page.get_by_role("heading", name="Intrusion dans une zone")).to_be_visible()
    page.keyboard.press(STOP)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("c")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_text(f"Infirmé par {WHO}")).to_be_visible()
    assert house.store.alert(alert_id).review_count == 1


def test_a_suspension_from_elsewhere_and_its_end_reach_the_page(
    house: House, server: WebServer, open_page: Open
) -> None:
    page = open_page(server.url, locale="en-GB")
    expect(page.get_by_role("button", name="Stop everything")).to_be_visible()
    switch = house.services.switch
    assert switch is not None
    switch.suspend("cli:anna", Origin.PREFECT, "order 12")
    house.bus.publish(SystemState(processing=False))
    expect(page.get_by_text("Everything is stopped")).to_be_visible()
    expect(alarm(page)).to_contain_text("on behalf of: the prefect. Reason: order 12.")
    expect(page.get_by_text("Processing is stopped")).to_have_count(0)

    switch.resume("cli:anna", "order lifted")
    switch.resume("cli:bruno", "order lifted")
    house.bus.publish(SystemState(processing=True))
    expect(page.get_by_text("Everything is stopped")).to_have_count(0)
    expect(page.locator("[aria-live=polite]").last).to_contain_text("Two people agreed")


def test_it_stops_without_a_journal_and_says_that_no_trace_is_left(
    house: House, server: WebServer, open_page: Open
) -> None:
    page = open_page(server.url)
    begin(page)
    house.journal.path.mkdir()
    page.keyboard.press(STOP)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Tout est arrêté")).to_be_visible()
    expect(alarm(page)).to_contain_text("ne laisse pas encore de trace")
    assert (house.home / "suspended").is_file()


def test_a_stop_that_nobody_heard_does_not_pass_for_one(house: House, open_page: Open) -> None:
    with WebServer(create_app(house.services)) as server:
        page = open_page(server.url)
        begin(page)
    page.keyboard.press(STOP)
    page.keyboard.press("Enter")
    problem = page.get_by_role("dialog").get_by_role("alert")
    expect(problem).to_contain_text("l'arrêt n'a peut-être pas eu lieu")
    expect(page.get_by_text("Tout est arrêté")).to_have_count(0)


def test_an_operator_proposes_and_a_supervisor_confirms(house: House, open_page: Open) -> None:
    accounts = house.with_accounts()
    people: dict[str, Enrolment] = {
        "c.roux": hire(accounts, Role.OPERATOR, "c.roux"),
        "b.weil": hire(accounts, Role.SUPERVISOR, "b.weil"),
        "x.audit": hire(accounts, Role.AUDITOR, "x.audit"),
    }
    with WebServer(create_app(house.services)) as server:
        pages = {}
        for name, enrolment in people.items():
            pages[name] = open_page(server.url, bypass_csp=True)
            expect(pages[name].locator("#account")).to_be_visible()
            expect(pages[name].get_by_role("button", name="Tout arrêter")).to_have_count(0)
            log_in(pages[name], name, code_of(enrolment, house.now()))
        operator, supervisor, auditor = pages.values()
        expect(auditor.get_by_role("heading", name="Constats")).to_be_visible()
        expect(auditor.get_by_role("button", name="Tout arrêter")).to_have_count(0)

        operator.keyboard.press(STOP)
        operator.locator("#stop-origin").select_option("prefect")
        operator.get_by_role("dialog").get_by_role("button", name="Tout arrêter").click()
        operator.get_by_role("button", name="Reprendre…").click()
        expect(operator.locator("#resume-name")).to_have_count(0)
        operator.locator("#resume-motive").fill("arrêté levé")
        operator.keyboard.press("Enter")
        expect(operator.get_by_text("Vous proposez la reprise")).to_be_visible()
        expect(operator.get_by_role("button", name="Confirmer la reprise…")).to_have_count(0)
        assert not violations(operator)

        house.bus.publish(SystemState(processing=False))
        expect(auditor.get_by_text("c.roux propose la reprise")).to_be_visible()
        expect(auditor.get_by_role("button", name="Confirmer la reprise…")).to_have_count(0)
        expect(alarm(supervisor)).to_contain_text("le préfet")
        supervisor.get_by_role("button", name="Confirmer la reprise…").click()
        supervisor.locator("#resume-motive").fill("lu et vérifié")
        supervisor.keyboard.press("Enter")
        expect(supervisor.get_by_role("button", name="Tout arrêter")).to_be_visible()
        done = [line for line in house.journalled() if line[1] in ("suspension", "resumption")]
        assert [actor for actor, _, _ in done] == [
            "account:c.roux",
            "account:c.roux",
            "account:b.weil",
        ]


def test_a_session_that_ended_before_the_press_stops_after_the_log_in(
    house: House, open_page: Open
) -> None:
    accounts = house.with_accounts()
    enrolment = hire(accounts, Role.OPERATOR, "c.roux")
    with WebServer(create_app(house.services)) as server:
        page = open_page(server.url)
        log_in(page, "c.roux", code_of(enrolment, house.now()))
        expect(page.get_by_role("button", name="Tout arrêter")).to_be_visible()
        page.keyboard.press(STOP)
        page.keyboard.type("fumée dans le hall")
        accounts.set_password("machine:test", "c.roux", PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#account")).to_be_visible()
        log_in(page, "c.roux", enrolment.recovery_codes[0])
        expect(page.locator("#stop-reason")).to_have_value("fumée dans le hall")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Tout est arrêté")).to_be_visible()


def test_a_reviewed_alert_is_labelled_outside_the_purpose(
    house: House, server: WebServer, open_page: Open
) -> None:
    alert_id = house.open_alert()
    page = open_page(server.url)
    begin(page)
    expect(page.get_by_role("heading", name="Intrusion dans une zone")).to_be_visible()
    purpose = page.get_by_text("Étranger à la finalité de la loi\u202f?")
    expect(purpose).to_have_count(0)
    house.store.review(alert_id, Verdict.CONFIRMED, FollowUp.NONE, "Jeanne", 5.0, seen=0)
    page.reload()

    page.locator("nav li button").click()
    purpose.click()
    page.get_by_role("button", name="Étranger à la finalité").click()
    expect(page.get_by_text("Noté")).to_be_visible()
    counted = house.store.papers.labelled(ReviewLabel.OUT_OF_PURPOSE)
    assert sum(counted.values()) == 1
    assert (f"desk:{WHO}", "review", f"alert:{alert_id}") in house.journalled()


def test_findings_are_answered_by_whoever_may(town: House, open_page: Open) -> None:
    accounts = town.with_accounts()
    officer = hire(accounts, Role.DPO, "d.po")
    supervisor = hire(accounts, Role.SUPERVISOR, "b.weil")
    with WebServer(create_app(town.services)) as server:
        page = open_page(server.url, bypass_csp=True)
        log_in(page, "d.po", code_of(officer, town.now()))
        expect(page.get_by_role("heading", name="Constats")).to_be_visible()
        page.get_by_role("button", name="Répondre au constat 1", exact=True).click()
        expect(page.locator("#finding-answer")).to_be_focused()
        page.keyboard.type("masque posé")
        page.locator("#finding-minutes").fill("PV 2026-11")
        assert not violations(page)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Constat 1\u202f: réponse enregistrée.")).to_be_visible()
        expect(page.get_by_text("masque posé")).to_be_visible()
        assert ("account:d.po", "finding", "finding:1") in town.journalled()

        other = open_page(f"{server.url}#findings", bypass_csp=True)
        log_in(other, "b.weil", code_of(supervisor, town.now()))
        expect(other.get_by_text("Répondu par d.po")).to_be_visible()
        expect(other.get_by_role("button", name="Répondre")).to_have_count(0)
        other.get_by_role("link", name="Signalements").click()
        expect(other.get_by_text("Rien à examiner")).to_be_visible()
        other.get_by_role("link", name="Constats").click()
        expect(other.get_by_text("masque posé")).to_be_visible()


def test_no_key_decides_and_no_picture_is_fetched_in_the_findings_room(
    town: House, server: WebServer, open_page: Open
) -> None:
    page = open_page(server.url)
    begin(page)
    page.get_by_role("link", name="Constats").click()
    expect(page.locator("#alert")).to_be_focused()
    expect(page.get_by_role("button", name="Répondre au constat 1", exact=True)).to_be_visible()
    alert_id = town.open_alert()
    expect(page.locator("[aria-live=polite]").last).to_contain_text("Nouveau signalement")
    page.keyboard.press("c")
    page.get_by_role("link", name="Signalements").click()
    expect(page.get_by_role("heading", name="Intrusion dans une zone")).to_be_visible()
    assert town.store.alert(alert_id).review_count == 0


def test_the_public_register_is_there_for_everybody(town: House, open_page: Open) -> None:
    hire(town.with_accounts(), Role.OPERATOR, "c.roux")
    with WebServer(create_app(town.services)) as server:
        page = open_page(server.url, locale="en-GB")
        with page.expect_popup() as opened:
            page.get_by_role("link", name="Public register").click()
        expect(opened.value).to_have_url(f"{server.url.rstrip('/')}/public/en")
        expect(opened.value.get_by_role("heading", level=1)).to_be_visible()


def test_on_a_phone_the_motive_can_be_given(house: House, open_page: Open) -> None:
    enrolment = hire(house.with_accounts(), Role.OPERATOR, "c.roux")
    house.open_alert()
    with WebServer(create_app(house.services)) as server:
        page = open_page(server.url, viewport={"width": 360, "height": 740})
        log_in(page, "c.roux", code_of(enrolment, house.now()))
        look = page.get_by_role("button", name="Regarder", exact=True)
        look.scroll_into_view_if_needed()
        covering = """(button) => {
            const { x, y, width, height } = button.getBoundingClientRect();
            return document.elementFromPoint(x + width / 2, y + height / 2) === button;
        }"""
        assert look.evaluate(covering)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing(
    town: House, server: WebServer, open_page: Open, locale: str, theme: str, width: int
) -> None:
    settings = {"locale": locale, "color_scheme": theme, "bypass_csp": True}
    past = town.open_alert()
    town.store.review(past, Verdict.CONFIRMED, FollowUp.NONE, "Jeanne", 5.0, seen=0)
    page = open_page(server.url, viewport={"width": width, "height": 900}, **settings)
    begin(page)
    page.locator("nav li button").first.click()
    page.locator("main details summary").first.click()
    page.keyboard.press(STOP)
    expect(page.get_by_role("dialog")).to_be_visible()
    assert not violations(page)

    page.keyboard.press("Enter")
    page.locator("#suspended button").click()
    assert not violations(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width

    page.locator('header nav a[href="#findings"]').click()
    page.locator("main li button").first.click()
    expect(page.locator("#finding-answer")).to_be_visible()
    assert not violations(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
