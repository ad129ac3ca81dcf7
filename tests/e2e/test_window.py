"""What a resident opens: light, without a script, readable on a telephone and on paper; the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, Response, expect

from gardefou.governance.entry import Entry, Operation
from gardefou.web.app import create_app
from gardefou.web.server import WebServer
from support.axe import violations
from support.house import House
from support.town import SITE, TOWN, TestTown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Open = Callable[..., Page]

MOST_BYTES = 300_000
"""Everything that a first visit may load, bytes."""

VIEW = "view: {bearing_deg: 45, angle_deg: 70, reach_m: 40}"
CLOSE = [[[2.349, 48.8493], [2.3512, 48.8493], [2.3512, 48.8507], [2.349, 48.8493]]]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[House]:
    home = tmp_path / "home"
    with TestTown.at(home) as papers:
        site = SITE.replace("longitude: 2.35}", f"longitude: 2.35, {VIEW}}}")
        (home / "site.yaml").write_text(site, encoding="utf-8")
        papers.write_town(TOWN)
        papers.write_mandate(perimeter={"type": "Polygon", "coordinates": CLOSE})
        papers.start()
        papers.note(Operation.SUSPENSION)
        papers.later(hours=2, minutes=5)
        papers.note(Operation.RESUMPTION)
    with House.at(home) as house:
        yield house


@pytest.fixture
def server(town: House) -> Iterator[WebServer]:
    with WebServer(create_app(town.services)) as server:
        yield server


def counted(page: Page) -> dict[str, int]:
    """From now on, the bytes of each answer, head and body as they come over the wire."""
    sizes: dict[str, int] = {}
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    addresses: dict[str, str] = {}
    network.on(
        "Network.responseReceived",
        lambda each: addresses.__setitem__(each["requestId"], each["response"]["url"]),
    )
    network.on(
        "Network.loadingFinished",
        lambda each: sizes.__setitem__(
            addresses.get(each["requestId"], "?"), int(each["encodedDataLength"])
        ),
    )
    return sizes


def drawn(page: Page) -> None:
    """Wait until MapLibre has drawn, which without a graphics card takes it seconds."""
    expect(page.locator("#map[data-ready]")).to_be_attached()


def test_a_first_visit_weighs_little_and_asks_no_other_host(
    server: WebServer, open_page: Open
) -> None:
    page = open_page("about:blank")
    sizes = counted(page)
    page.goto(f"{server.url}public/fr", wait_until="networkidle")
    expect(page.get_by_role("img", name="Carte des caméras")).to_be_visible()
    print("first visit, bytes:", sum(sizes.values()), sizes)
    assert len(sizes) >= 2
    assert sum(sizes.values()) < MOST_BYTES
    assert all(each.startswith(server.url) for each in sizes)
    assert page.locator("script").count() == 0


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "fr",
            (
                "aucune délibération",
                "Fête du port",
                "(2 h 05 min)",
                "Écrivez à video@port-reel.example",
            ),
        ),
        ("en", ("aucune délibération", "Fête du port", "(2 h 05 min)", "Write to video@port")),
    ],
)
def test_the_page_says_why_and_since_when_and_what_one_can_do(
    server: WebServer, open_page: Open, language: str, words: tuple[str, ...]
) -> None:
    page = open_page(f"{server.url}public/{language}")
    said = page.locator("body").inner_text().replace("\u202f", " ")
    for each in words:
        assert each in said
    assert page.locator("svg .perimeter").count() == 1
    assert page.locator("svg .view").count() == 1


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_axe_finds_nothing(
    server: WebServer, open_page: Open, locale: str, theme: str, width: int
) -> None:
    settings = {"color_scheme": theme, "bypass_csp": True}
    size = {"width": width, "height": 800}
    page = open_page(f"{server.url}public/{locale}", viewport=size, **settings)
    assert not violations(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("locale", "theme", "width"), [("fr", "dark", 320), ("en", "light", 1440)])
def test_axe_finds_nothing_on_the_map(
    server: WebServer, open_page: Open, locale: str, theme: str, width: int
) -> None:
    settings = {"color_scheme": theme, "bypass_csp": True}
    size = {"width": width, "height": 800}
    page = open_page(f"{server.url}public/{locale}/map", viewport=size, **settings)
    drawn(page)
    assert not violations(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_on_paper_everything_is_black_on_white_and_links_to_click_are_gone(
    server: WebServer, open_page: Open
) -> None:
    page = open_page(f"{server.url}public/fr", color_scheme="dark", bypass_csp=True)
    page.emulate_media(media="print")
    style = "(each) => getComputedStyle(each).backgroundColor"
    assert page.locator("body").evaluate(style) == "rgb(255, 255, 255)"
    expect(page.get_by_role("link", name="Explorer la carte")).to_be_hidden()
    expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.get_by_role("img", name="Carte des caméras")).to_be_visible()
    assert not violations(page)
    assert len(page.pdf()) > 10_000


def test_the_map_comes_when_asked_for_under_the_policy_by_keyboard(
    server: WebServer, open_page: Open
) -> None:
    page = open_page("about:blank")
    refused: list[str] = []
    asked: list[Response] = []
    page.on("console", lambda each: refused.append(each.text) if each.type == "error" else None)
    page.on("response", lambda each: asked.append(each))
    page.goto(f"{server.url}public/fr")
    assert not any("/assets/" in each.url for each in asked)
    page.get_by_role("link", name="Explorer la carte").focus()
    page.keyboard.press("Enter")

    drawn(page)
    expect(page.locator(".maplibregl-canvas")).to_be_visible()
    camera = page.get_by_role("button", name="Quai nord", exact=True)
    camera.focus()
    page.keyboard.press("Enter")
    expect(camera).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="montrer la caméra Quai nord")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert refused == []
    assert any("maplibre-gl-worker" in each.url for each in asked)
    assert all(each.url.startswith(server.url) for each in asked)


def test_the_towns_own_ground_is_shown_where_it_put_one(
    town: House, server: WebServer, open_page: Open
) -> None:
    folder = town.home / "tiles"
    folder.mkdir()
    (folder / "attribution.txt").write_text("© contributeurs d'OpenStreetMap", encoding="utf-8")
    page = open_page("about:blank")
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.url))
    with page.expect_response(lambda each: "/public/tiles/" in each.url) as missing:
        page.goto(f"{server.url}public/fr/map")
    expect(page.get_by_text("© contributeurs")).to_be_visible()
    assert missing.value.status == 404

    picture = folder / missing.value.url.partition("/public/tiles/")[2]
    picture.parent.mkdir(parents=True)
    grey = np.full((256, 256, 3), 128, np.uint8)
    picture.write_bytes(cv2.imencode(".png", grey)[1].tobytes())
    refused: list[str] = []
    page.on("console", lambda each: refused.append(each.text))
    with page.expect_response(lambda each: each.url == missing.value.url) as found:
        page.reload()
    assert found.value.status == 200
    assert not [each for each in refused if "Security Policy" in each]
    assert all(each.startswith((server.url, "blob:")) for each in asked)


def test_without_a_journal_entry_nothing_is_said_of_who_suspended(
    town: House, server: WebServer, open_page: Open
) -> None:
    town.journal.append(Entry("account:c.roux", Operation.SUSPENSION, "system", "smoke"))
    page = open_page(f"{server.url}public/en")
    expect(page.get_by_text("Suspended since").first).to_be_visible()
    assert "roux" not in page.content()
    assert "smoke" not in page.content()
