"""Everybody can use the desk: axe-core finds nothing, in both languages and both themes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from gardefou.runtime.bus import CameraHealth, CameraState, DiskState, SystemState
from gardefou.situations.situation import Situation
from gardefou.storage.records import EvidenceKind
from gardefou.storage.review import FollowUp, Verdict
from gardefou.web.server import WebServer
from support.axe import violations
from support.house import House

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing(
    house: House,
    server: WebServer,
    open_page: Callable[..., Page],
    locale: str,
    theme: str,
    width: int,
) -> None:
    settings = {"locale": locale, "color_scheme": theme, "bypass_csp": True}
    page = open_page(server.url, viewport={"width": width, "height": 900}, **settings)
    expect(page.locator("#name")).to_be_visible()
    assert not violations(page)

    for number, verdict in enumerate(Verdict):
        past = house.open_alert("square", Situation.FIRE, opened_at=1000.0 + number)
        house.store.review(past, verdict, FollowUp.WATCHED, "Jeanne", 2000.0, seen=0)
    alert_id = house.open_alert()
    house.attach(alert_id, EvidenceKind.SNAPSHOT)
    house.attach(alert_id, EvidenceKind.CLIP)
    house.bus.publish(CameraHealth("quay", CameraState.STALLED, 1000.0))
    house.bus.publish(CameraHealth("square", CameraState.RECONNECTING, 1000.0))
    house.bus.publish(SystemState(processing=False, disk=DiskState.LOW, disk_free=1))
    page.reload()
    page.locator("#name").fill("Camille")
    page.keyboard.press("Enter")
    expect(page.locator("video.shown")).to_be_visible()
    page.locator("#watch-quay").click()
    page.locator("#motive").fill("bruit sur le quai")
    assert not violations(page)

    page.keyboard.press("Enter")
    expect(page.locator("canvas")).to_be_visible()
    page.locator("nav li button").last.click()
    expect(page.locator(".standing")).to_be_visible()
    assert not violations(page)
