"""Pages of the data-protection officer, the auditor and the administrator in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from gardefou.governance.accounts import Enrolment
from gardefou.governance.entry import Operation
from gardefou.governance.roles import Role
from gardefou.governance.transparency import Checkpointer
from gardefou.web.app import create_app
from gardefou.web.server import WebServer
from support.axe import violations
from support.house import House
from support.people import PASSWORD, code_of, hire
from support.town import TestTown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gardefou.governance.accounts import Accounts

    Open = Callable[..., Page]

THEMES = [("fr-FR", "light", 360), ("fr-FR", "dark", 1440), ("en-GB", "dark", 360)]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[House]:
    home = tmp_path / "home"
    with TestTown.at(home) as papers:
        papers.start()
        papers.note(Operation.SUSPENSION)
        papers.later(hours=1)
        papers.note(Operation.RESUMPTION)
        now = papers.seconds
    with House.at(home) as house:
        house.now = lambda: now + 60
        Checkpointer(house.journal, home).make("port-reel.example/log")
        yield house


@pytest.fixture
def accounts(town: House) -> Accounts:
    return town.with_accounts()


@pytest.fixture
def server(town: House, accounts: Accounts) -> Iterator[WebServer]:
    hire(accounts, Role.OPERATOR)
    with WebServer(create_app(town.services)) as server:
        yield server


def log_in(page: Page, name: str, password: str, code: str) -> None:
    page.locator("#account").fill(name)
    page.locator("#password").fill(password)
    page.keyboard.press("Enter")
    page.locator("#code").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_have_count(0)


def enter(page: Page, town: House, enrolment: Enrolment, name: str, room: str) -> None:
    """Log in and go to a room by the keyboard."""
    log_in(page, name, PASSWORD, code_of(enrolment, town.now()))
    page.locator(f"header nav a[href='#{room}']").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#{room}-title")).to_be_visible()


def test_an_auditor_reads_with_a_reason_verifies_and_proves_an_entry(
    town: House, accounts: Accounts, server: WebServer, open_page: Open
) -> None:
    enrolment = hire(accounts, Role.AUDITOR)
    page = open_page(server.url)
    enter(page, town, enrolment, "the.auditor", "accountability")
    expect(page.get_by_text("2026-118, Fête du port")).to_be_visible()
    expect(page.get_by_text("aucune délibération")).to_be_visible()
    expect(page.locator("main svg .stop")).to_have_count(1)

    page.locator("#journal-reason").fill("contrôle annuel")
    page.locator("#journal-operation").select_option("suspension")
    page.locator("#journal-reason").press("Enter")
    expect(page.locator("main tbody tr")).to_have_count(1)
    noted = [each for each in town.journal.entries() if each.operation == "consultation"]
    assert [(each.actor, each.motif) for each in noted] == [
        ("account:the.auditor", "contrôle annuel")
    ]

    page.get_by_role("button", name="Vérifier le journal maintenant").press("Enter")
    expect(page.get_by_text("Intact")).to_be_visible()
    page.locator("#proof-entry").fill("2")
    page.locator("#proof-entry").press("Enter")
    expect(page.locator("#proof")).to_contain_text("c2sp.org/tlog-proof@v1")
    expect(page.get_by_role("heading", name="Demandes des habitants")).to_have_count(0)


def test_the_officer_takes_a_request_in_and_answers_it(
    town: House, accounts: Accounts, server: WebServer, open_page: Open
) -> None:
    enrolment = hire(accounts, Role.DPO)
    page = open_page(server.url, locale="en-GB")
    enter(page, town, enrolment, "the.dpo", "accountability")
    page.locator("#request-reference").fill("mail 12")
    page.locator("#request-camera").select_option("quay")
    page.locator("#request-start").fill("2026-07-14T13:00")
    page.locator("#request-end").fill("2026-07-14T14:00")
    page.locator("#request-received").fill("2026-07-14T14:30")
    page.get_by_role("button", name="Take a request in").press("Enter")
    expect(page.get_by_text("mail 12: camera Quai nord")).to_be_visible()
    page.get_by_label("Answer (reference and words)").fill("no pictures were kept")
    page.get_by_role("button", name="Note the answer to request 1").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Noted.")).to_be_visible()
    expect(page.get_by_role("button", name="Note the answer to request 1")).to_have_count(0)


def test_the_administrator_makes_an_account_whose_person_takes_a_password_of_their_own(
    town: House, accounts: Accounts, server: WebServer, open_page: Open
) -> None:
    enrolment = hire(accounts, Role.ADMIN)
    page = open_page(server.url)
    enter(page, town, enrolment, "the.admin", "accounts")
    page.locator("#new-name").fill("n.simon")
    page.locator("#new-title").fill("Nina Simon")
    page.locator("#new-role").select_option("auditor")
    page.locator("#new-title").press("Enter")
    expect(page.locator("#handed-title")).to_be_focused()
    password = page.locator("#handed-password").inner_text()
    secret = page.locator("#handed-secret").inner_text()
    page.get_by_role("button", name="Je l’ai remis").press("Enter")
    expect(page.locator("#handed-password")).to_have_count(0)
    expect(page.get_by_text("n.simon")).to_be_visible()

    other = open_page(server.url)
    log_in(other, "n.simon", password, code_of(Enrolment(secret, "", ()), town.now()))
    other.locator("header nav a[href='#password']").press("Enter")
    other.locator("#present").fill(password)
    other.locator("#fresh").fill("nine wet boots dry slowly")
    other.locator("#repeated").fill("nine wet boots dry quickly")
    other.locator("#repeated").press("Enter")
    expect(other.get_by_text("diffèrent")).to_be_visible()
    other.locator("#repeated").fill("nine wet boots dry slowly")
    other.locator("#repeated").press("Enter")
    expect(other.locator("#account")).to_be_visible()


def test_the_administrator_habilitates_and_closes(
    town: House, accounts: Accounts, server: WebServer, open_page: Open
) -> None:
    enrolment = hire(accounts, Role.ADMIN)
    page = open_page(server.url)
    enter(page, town, enrolment, "the.admin", "accounts")
    line = page.locator("main li", has_text="the.operator")
    line.locator("summary").press("Enter")
    line.get_by_label("Motif").fill("a quitté le service")
    line.get_by_role("button", name="Retirer toutes les habilitations").press("Enter")
    expect(line).to_contain_text("Habilitation retirée")
    line.get_by_label("Donnée par").fill("La maire")
    today = accounts.today().isoformat()
    later = accounts.today().replace(year=accounts.today().year + 1).isoformat()
    dates = line.locator("input[type=date]")
    for number, value in enumerate((today, later, today, later, today, later)):
        dates.nth(number).fill(value)
    for number in range(2):
        line.get_by_label("Attestation").nth(number).fill("ATT-9")
    line.get_by_role("button", name="Donner une habilitation").press("Enter")
    expect(line.get_by_text("Habilité", exact=True)).to_be_visible()
    line.get_by_label("Motif").fill("a quitté le service")
    line.get_by_role("button", name="Fermer le compte").press("Enter")
    expect(line).to_contain_text("fermé")
    assert accounts.find("the.operator").disabled


@pytest.mark.parametrize(("locale", "theme", "width"), THEMES)
@pytest.mark.parametrize(
    ("role", "rooms"),
    [(Role.DPO, ("accountability", "measures")), (Role.ADMIN, ("accounts", "password"))],
)
def test_axe_finds_nothing(
    town: House,
    accounts: Accounts,
    server: WebServer,
    open_page: Open,
    role: Role,
    rooms: tuple[str, ...],
    locale: str,
    theme: str,
    width: int,
) -> None:
    enrolment = hire(accounts, role)
    settings = {"locale": locale, "color_scheme": theme, "bypass_csp": True}
    page = open_page(server.url, viewport={"width": width, "height": 900}, **settings)
    log_in(page, f"the.{role.value}", PASSWORD, code_of(enrolment, town.now()))
    for room in rooms:
        page.locator(f"header nav a[href='#{room}']").press("Enter")
        expect(page.locator(f"#{room}-title")).to_be_visible()
        if room == "accountability":
            page.locator("#journal-reason").fill("audit")
            page.locator("#journal-reason").press("Enter")
            expect(page.locator("main tbody tr").first).to_be_visible()
        for summary in page.locator("main summary").all():
            summary.press("Enter")
        assert not violations(page), room
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        page.emulate_media(media="print")
        assert not violations(page), room
        page.emulate_media(media="screen")
