"""Every page and room as it looks: both themes and a phone, kept as pictures; axe on each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import Page, expect

from gardefou.situations.situation import Situation
from gardefou.storage.records import EvidenceKind
from gardefou.storage.review import FollowUp, Verdict
from gardefou.web.server import WebServer
from support.axe import violations
from support.house import House
from support.kept import picture_of
from support.pages import ROOMS
from support.town import SITE, TOWN, TestTown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TROUBLES: Final = """[...document.querySelectorAll("[role=alert]")]
    .map((each) => each.textContent.trim()).filter(Boolean)"""
"""What a page says went wrong."""

LOOKS: Final = {
    "light": {"color_scheme": "light", "viewport": {"width": 1440, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1440, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A town that has set up everything: site, papers, a mandate."""
    home = tmp_path / "home"
    with TestTown.at(home) as papers:
        (home / "site.yaml").write_text(SITE, encoding="utf-8")
        papers.write_town(TOWN)
        papers.write_mandate()
        papers.start()
    with House.at(home) as house:
        yield house


@pytest.fixture
def night(house: House) -> House:
    """A house in which something has happened."""
    for number, verdict in enumerate(Verdict):
        past = house.open_alert("square", Situation.FIRE, opened_at=house.now() - 900 - number)
        house.store.review(past, verdict, FollowUp.WATCHED, "Camille", house.now() - 60, seen=0)
    alert_id = house.open_alert()
    house.close_alert(alert_id)
    for kind in EvidenceKind:
        house.attach(alert_id, kind)
    return house


def test_the_list_of_rooms_is_found() -> None:
    assert {"cameras", "shift", "findings"} <= set(ROOMS)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("room", ["alerts", *ROOMS])
def test_a_room_fits_and_axe_finds_nothing(
    night: House, server: WebServer, open_page: Callable[..., Page], room: str, look: str
) -> None:
    page = open_page(
        f"{server.url}#{room}", bypass_csp=True, reduced_motion="reduce", **LOOKS[look]
    )
    page.locator("#name").fill("Camille")
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_have_count(0)
    expect(page.locator("main h2").first).to_be_visible()
    page.wait_for_load_state("load")
    page.screenshot(path=picture_of(f"{room}-{look}"), full_page=True)

    assert page.evaluate(TROUBLES) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not violations(page)


@pytest.mark.parametrize("look", LOOKS)
def test_the_public_page_is_kept_as_well(
    server: WebServer, open_page: Callable[..., Page], look: str
) -> None:
    page = open_page(f"{server.url}public/fr", **LOOKS[look])
    expect(page.locator("h1")).to_be_visible()
    page.screenshot(path=picture_of(f"public-{look}"), full_page=True)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
