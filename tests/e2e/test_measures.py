"""The measures page in a real browser: figures, what is few, CSV; by keyboard and on paper."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from gardefou.governance.entry import Operation
from gardefou.governance.roles import Role
from gardefou.storage.review import Verdict
from gardefou.web.app import create_app
from gardefou.web.server import WebServer
from support.axe import violations
from support.house import House
from support.people import PASSWORD, code_of, hire
from support.town import TestTown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gardefou.governance.accounts import Enrolment

    Open = Callable[..., Page]

WHO = "the.auditor"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[House]:
    home = tmp_path / "home"
    with TestTown.at(home) as papers:
        papers.start()
        for number in range(1, 7):
            papers.alert(number, Verdict.REFUTED if number < 3 else Verdict.CONFIRMED)
        papers.later(hours=2)
        papers.note(Operation.STOP)
        noon = papers.seconds
    with House.at(home) as house:
        house.now = lambda: noon + 60
        yield house


@pytest.fixture
def enrolment(town: House) -> Enrolment:
    return hire(town.with_accounts(), Role.AUDITOR)


@pytest.fixture
def server(town: House, enrolment: Enrolment) -> Iterator[WebServer]:
    with WebServer(create_app(town.services)) as server:
        yield server


def enter(page: Page, town: House, enrolment: Enrolment) -> None:
    """Log in by the keyboard and go to the measures."""
    page.locator("#account").fill(WHO)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#code").fill(code_of(enrolment, town.now()))
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_have_count(0)
    page.locator("header nav a[href='#measures']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main table")).to_be_visible()


def test_figures_say_how_far_they_may_be_leaned_on(
    town: House, server: WebServer, enrolment: Enrolment, open_page: Open
) -> None:
    page = open_page(server.url)
    enter(page, town, enrolment)
    row = page.locator("tbody tr", has_text="Intrusion").first
    expect(row).to_contain_text("4 / 2 / 0 / 0")
    expect(row).to_contain_text("peu : 6 jugés".replace(" :", "\u202f:"))
    expect(row).to_contain_text("0,5 en 4 h")
    expect(row).to_contain_text("30 s")

    page.get_by_role("combobox").nth(1).select_option("hour")
    at_noon = page.locator("tbody tr", has_text="14 h").filter(has_text="Intrusion")
    expect(at_noon).to_contain_text("4 / 2 / 0 / 0")
    expect(page.get_by_role("columnheader", name="Du signalement à l’avis")).to_have_count(0)
    page.get_by_role("combobox").nth(1).select_option("camera")
    expect(page.locator("tbody tr", has_text="Quai nord").first).to_be_visible()


def test_the_figures_leave_as_csv(
    town: House, server: WebServer, enrolment: Enrolment, open_page: Open
) -> None:
    page = open_page(server.url, locale="en-GB")
    enter(page, town, enrolment)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Export as CSV").click()
    with taken.value.path().open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert any(each["refuted"] == "2" and each["cut"] == "all" for each in lines)
    assert {"camera", "light", "hour", "place"} <= {each["cut"] for each in lines}


@pytest.mark.parametrize(
    ("locale", "theme", "width"),
    [("fr-FR", "light", 360), ("fr-FR", "dark", 1440), ("en-GB", "dark", 360)],
)
def test_axe_finds_nothing(
    town: House,
    server: WebServer,
    enrolment: Enrolment,
    open_page: Open,
    locale: str,
    theme: str,
    width: int,
) -> None:
    settings = {"locale": locale, "color_scheme": theme, "bypass_csp": True}
    page = open_page(server.url, viewport={"width": width, "height": 900}, **settings)
    enter(page, town, enrolment)
    assert not violations(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.emulate_media(media="print")
    expect(page.get_by_role("combobox").first).to_be_hidden()
    assert not violations(page)
