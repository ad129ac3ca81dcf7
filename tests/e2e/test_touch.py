"""The desk and the workshop under a finger: a tablet without mouse or keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from playwright.sync_api import Page, expect

from gardefou.storage.records import EvidenceKind
from gardefou.storage.review import Verdict
from gardefou.web.server import WebServer
from support.house import House
from support.pages import ROOMS
from support.workshop import QUAY

if TYPE_CHECKING:
    from collections.abc import Callable

    Open = Callable[..., Page]

TABLET: Final[dict[str, Any]] = {
    "viewport": {"width": 820, "height": 1180},
    "has_touch": True,
    "is_mobile": True,
}

SMALL: Final = """([selector, least]) => [...document.querySelectorAll(selector)]
    .filter((each) => each.checkVisibility({visibilityProperty: true, opacityProperty: true}))
    .map((each) => {
        const box = (each.closest("label") ?? each).getBoundingClientRect();
        return [each.id || each.textContent.trim() || each.outerHTML.slice(0, 90),
            Math.round(box.width), Math.round(box.height)];
    })
    .filter(([, width, height]) => width > 1 && (width < least || height < least))"""
"""What can be pressed and is smaller than so many CSS px; a label is part of what it labels."""

PRESSED: Final = "button, select, input, textarea, summary, nav a, [role=button]"
"""What is pressed; links within sentences are as high as their line (WCAG 2.5.8 lets them)."""

LEAST: Final = 24
"""WCAG 2.2, 2.5.8, CSS px."""

FINGER: Final = 44
"""WCAG 2.2, 2.5.5, CSS px: what the main actions have."""


@pytest.fixture
def tablet(house: House, server: WebServer, open_page: Open) -> Callable[[str], Page]:
    """Opens a room on a tablet, with a name given."""
    site = json.dumps({"version": 1, "name": "Gare", "cameras": [QUAY]})
    (house.home / "site.yaml").write_text(site, "utf-8")

    def opened(room: str) -> Page:
        page = open_page(f"{server.url}#{room}", **TABLET)
        page.locator("#name").fill("Camille")
        page.locator("form:has(#name) button").tap()
        expect(page.locator("#name")).to_have_count(0)
        return page

    return opened


class Finger:
    """One finger on the glass, which Playwright can only tap with."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)

    def drag(self, start: tuple[float, float], end: tuple[float, float], steps: int = 6) -> None:
        """Press, move in steps, lift; CSS px of the window."""
        self._send("touchStart", [start])
        for step in range(1, steps + 1):
            share = step / steps
            x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
            self._send("touchMove", [(x, y)])
        self._send("touchEnd", [])

    def _send(self, kind: str, points: list[tuple[float, float]]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def middle_of(page: Page, selector: str, number: int = 0) -> tuple[float, float]:
    box = page.locator(selector).nth(number).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_an_alert_is_followed_up_and_confirmed_by_touch(
    house: House, tablet: Callable[[str], Page]
) -> None:
    alert = house.open_alert()
    house.attach(alert, EvidenceKind.SNAPSHOT)
    page = tablet("alerts")
    expect(page.locator("figure img")).to_be_visible()
    page.locator(".choices button").nth(1).tap()
    expect(page.locator(".choices button").nth(1)).to_have_attribute("aria-pressed", "true")
    page.locator(".verdict").first.tap()
    expect(page.locator("nav li").filter(has_text="Confirmé")).to_be_visible()

    review = house.store.alert(alert).review
    assert review is not None
    assert (review.verdict, review.reviewer) == (Verdict.CONFIRMED, "Camille")


def test_a_zone_is_drawn_moved_and_put_back_by_touch(
    house: House, tablet: Callable[[str], Page]
) -> None:
    page = tablet("workshop")
    page.locator("#part-drawing").tap()
    page.locator("#add-zones").tap()
    corners = page.locator("g.corner .handle")
    expect(page.get_by_role("button", name="zone-1").first).to_be_visible()
    expect(corners).to_have_count(4)
    page.locator(".stage").scroll_into_view_if_needed()
    before = corners.first.get_attribute("aria-label")
    scrolled = page.evaluate("scrollY")
    finger = Finger(page)

    start = middle_of(page, "g.corner .handle")
    stage = page.locator(".stage").bounding_box()
    assert stage is not None
    # A finger lands beside the point; the point follows it and the page stays where it is.
    beside = (start[0] + 15, start[1] - 12)
    finger.drag(beside, (stage["x"] + 0.1 * stage["width"], stage["y"] + 0.2 * stage["height"]))
    expect(corners.first).to_have_accessible_name(
        "Sommet 1 de zone-1 : 10 % en largeur, 20 % en hauteur"
    )
    assert page.evaluate("scrollY") == scrolled

    x, y = middle_of(page, "g.between")
    page.touchscreen.tap(x, y)
    expect(corners).to_have_count(5)
    undo = page.locator(".past button").first
    undo.tap()
    expect(corners).to_have_count(4)
    assert before is not None
    while (now := corners.first.get_attribute("aria-label")) != before:
        undo.tap()  # Once, but for a drag that a busy machine held up: that is several steps.
        assert now is not None
        expect(corners.first).not_to_have_attribute("aria-label", now)

    page.locator(".stage").scroll_into_view_if_needed()
    body = middle_of(page, "polygon.body", 1)
    finger.drag(body, (body[0] + 60, body[1] + 40))
    expect(corners.first).not_to_have_attribute("aria-label", before)
    page.locator("#zone-act").fill("EXEMPLE")
    page.locator("#save").tap()
    expect(page.get_by_text("version 2 ;")).to_be_visible()
    assert house.taken == 1


@pytest.mark.parametrize("room", ["alerts", *ROOMS])
def test_whatever_is_pressed_is_large_enough(
    house: House, tablet: Callable[[str], Page], room: str
) -> None:
    alert = house.open_alert()
    house.attach(alert, EvidenceKind.SNAPSHOT)
    page = tablet(room)
    expect(page.locator("main h2").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for part in (
        ("settings", "drawing", "trial", "ground", "health") if room == "workshop" else [""]
    ):
        if part:
            page.locator(f"#part-{part}").tap()
        assert page.evaluate(SMALL, [PRESSED, LEAST]) == []
        assert page.evaluate(SMALL, ["button, select, nav a", FINGER]) == []
