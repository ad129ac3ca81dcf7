"""The workshop in a real browser: a zone is drawn by mouse or by keyboard, and brings its alert."""

from __future__ import annotations

import json
import queue
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from playwright.sync_api import Page, expect

from gardefou.cli.serve import ServeSettings, serve
from gardefou.governance.journal import Journal
from gardefou.perception.store import data_dir
from gardefou.runtime.bus import CameraState
from gardefou.runtime.home import Home
from gardefou.runtime.messages import CameraEffort, CameraReport
from gardefou.runtime.trial_process import LONGEST_S
from gardefou.storage.records import Mode
from gardefou.storage.store import Store
from gardefou.web.server import WebServer
from support.axe import violations
from support.house import House
from support.kept import picture_of
from support.processes import DEADLINE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Open = Callable[..., Page]

LONG = 300_000
"""A guess at the longest wait for an analysis on a busy machine, ms."""

TRIAL = 1000 * LONGEST_S + LONG
"""A trial that takes longer is ended by the system, ms."""

SITE = """version: 1
name: Gare
cameras:
  - id: quay
    name: Quai nord
    source: rtsp://viewer:s3cret@192.0.2.10/live
    situations: [zone_intrusion, wrong_way]
    masks: [{id: windows, polygon: [[0, 0], [0.2, 0], [0.2, 0.2]]}]
    zones:
      - id: rails
        situation: zone_intrusion
        act: Order 1
        polygon: [[0.3, 0.5], [0.9, 0.5], [0.9, 1], [0.3, 1]]
      - id: stairs
        situation: wrong_way
        direction: [0, 1]
        polygon: [[0.05, 0.5], [0.2, 0.5], [0.2, 0.9]]
    lines: [{id: door, line: [[0.1, 0.3], [0.4, 0.3]]}]
    calibration:
      points:
        - {image: [0.2, 0.9], ground: [0, 0]}
        - {image: [0.8, 0.9], ground: [6, 0]}
        - {image: [0.65, 0.5], ground: [6, 12]}
        - {image: [0.35, 0.5], ground: [0, 12]}
  - id: square
    name: Place
    source: rtsp://192.0.2.11/live
"""


@pytest.fixture
def demo(
    models_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Home]]:
    """The whole system over the demo clip, with nothing set up yet; its address and its home."""
    clip = data_dir() / "clips" / "vtest.avi"
    if not clip.is_file():
        pytest.fail(f"no demo clip in {clip}; run: gardefou models install")
    addresses: queue.SimpleQueue[str] = queue.SimpleQueue()

    class Told(WebServer):
        def start(self) -> None:
            super().start()
            addresses.put(self.url)

    monkeypatch.setattr("gardefou.cli.serve.WebServer", Told)
    home, until = Home(tmp_path / "demo"), threading.Event()
    settings = ServeSettings(home, None, Mode.EVALUATION, "a test", port=0, clips=(clip,))
    thread = threading.Thread(target=serve, args=(settings, until))
    thread.start()
    try:
        yield f"{addresses.get(timeout=DEADLINE_S)}#workshop", home
    finally:
        until.set()
        thread.join()


@pytest.fixture
def site(house: House) -> dict[str, Any]:
    """The house has a site, and its health was looked at for a while."""
    (house.home / "site.yaml").write_text(SITE, "utf-8")
    for step in range(20):
        house.now = lambda step=step: 1000.0 + 5 * step  # type: ignore[misc]
        effort = CameraEffort(packets=50 * step, latencies_s=(0.2,))
        report = CameraReport("quay", CameraState.RUNNING, 0.0, None, 25 * step, 0, False, effort)
        house.health.add(report)
    return {}


def named(page: Page, name: str = "Camille Roux") -> None:
    page.locator("#name").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_have_count(0)


def with_names(open_page: Open, url: str, camera: str, identifier: str) -> Page:
    """The workshop of nothing yet, its first camera called so."""
    page = open_page(url, viewport={"width": 1300, "height": 1400})
    named(page)
    page.locator("#site-name").fill("Université")
    page.locator("#camera-name").fill(camera)
    page.locator("#camera-id").fill(identifier)
    return page


def drawn(home: Path, zone: int = 0) -> list[list[float]]:
    """The corners of a zone, as the newest version of the site has them."""
    newest = sorted((home / "site-versions").glob("*.json"))[-1]
    found = json.loads(newest.read_text("utf-8"))["document"]
    polygon: list[list[float]] = yaml.safe_load(found)["cameras"][0]["zones"][zone]["polygon"]
    return polygon


def test_from_nothing_to_the_first_alert_with_the_mouse(
    demo: tuple[str, Home], open_page: Open
) -> None:
    url, home = demo
    page = with_names(open_page, url, "Pelouse", "lawn")
    page.locator("#test-stream").click()
    expect(page.get_by_text("La caméra répond")).to_be_visible()
    expect(page.get_by_text("768 × 576")).to_be_visible()
    page.locator("#save").click()
    expect(page.get_by_text("version 1 ;")).to_be_visible()

    page.locator("#guide-picture").click()
    page.locator("#fetch-picture").click()
    expect(page.locator(".stage canvas")).to_be_visible(timeout=LONG)
    page.locator("#add-zones").click()
    box = page.locator(".stage svg").bounding_box()
    assert box is not None
    for number, (x, y) in enumerate([(0.004, 0.48), (0.996, 0.6), (0.99, 0.995), (0.01, 0.99)]):
        corner = page.locator("g.corner .handle").nth(number)
        at = corner.locator(".mark").bounding_box()
        assert at is not None
        page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        page.mouse.up()
    page.locator("#save").click()
    expect(page.locator("#zone-act-problem")).to_contain_text("acte")
    page.locator("#zone-act").fill("EXEMPLE - arrêté inventé")
    page.locator("#save").click()
    expect(page.get_by_text("version 2 ;")).to_be_visible()
    corners = drawn(home.folder)
    assert [corner[0] for corner in corners] == [0, 1, 1, 0]  # snapped to the picture's edges
    assert corners[2][1] == corners[3][1] == 1

    page.locator("#guide-alert").click()
    heading = page.get_by_role("heading", name="Intrusion dans une zone")
    expect(heading).to_be_visible(timeout=LONG)


def test_a_zone_drawn_with_the_keyboard_alone_brings_its_alert(
    demo: tuple[str, Home], open_page: Open
) -> None:
    url, home = demo
    page = open_page(url, locale="en-GB")
    keys = page.keyboard
    expect(page.locator("#name")).to_be_focused()
    keys.type("Camille")
    keys.press("Enter")

    def tab_to(selector: str, key: str = "Tab", most: int = 80) -> None:
        for _ in range(most):
            assert page.evaluate("() => document.activeElement !== document.body"), selector
            if page.evaluate("(s) => document.activeElement.matches(s)", selector):
                return
            keys.press(key)
        pytest.fail(f"{selector} is not reached with {key}")

    expect(page.locator("#site-name")).to_be_visible()
    tab_to("#guide-camera")
    keys.press("Enter")
    expect(page.locator("#site-name")).to_be_focused()
    for words in ("University", "Lawn", "lawn"):
        keys.type(words)
        keys.press("Tab")
    tab_to("#save")
    keys.press("Enter")
    expect(page.get_by_text("Saved as version 1")).to_be_visible()

    tab_to("#guide-picture", "Shift+Tab")
    keys.press("Enter")
    expect(page.locator("#fetch-picture")).to_be_focused()
    keys.press("Enter")
    expect(page.locator(".stage canvas")).to_be_visible(timeout=LONG)
    tab_to("#add-zones", "Shift+Tab")
    keys.press("Enter")
    expect(page.locator("g.corner .handle").first).to_be_focused()

    keys.press("Enter")  # one corner more
    expect(page.locator("g.corner .handle")).to_have_count(5)
    keys.press("Delete")
    expect(page.locator("g.corner .handle")).to_have_count(4)
    keys.press("Control+z")
    expect(page.locator("g.corner .handle")).to_have_count(5)
    keys.press("Control+y")
    expect(page.locator("g.corner .handle")).to_have_count(4)

    tab_to("#add-lines", "Shift+Tab")
    for moves in (
        ("ArrowLeft", 25, "ArrowDown", 4),
        ("ArrowRight", 25, "ArrowDown", 10),
        ("ArrowRight", 25, "ArrowDown", 20),
        ("ArrowLeft", 25, "ArrowDown", 20),
    ):
        tab_to("g.corner .handle")
        for key, count in zip(moves[::2], moves[1::2], strict=True):
            for _ in range(int(count)):
                keys.press(f"Shift+{key}")
        keys.press("Tab")
    tab_to("#zone-act")
    keys.type("EXAMPLE ONLY - invented order")
    tab_to("#save")
    keys.press("Enter")
    expect(page.get_by_text("Saved as version 2")).to_be_visible()
    xs = [corner[0] for corner in drawn(home.folder)]
    assert (min(xs), max(xs)) == (0, 1)

    tab_to("#guide-alert", "Shift+Tab")
    keys.press("Enter")
    expect(page.locator("main#alert")).to_be_focused()
    heading = page.get_by_role("heading", name="Intrusion into a zone").or_(
        page.get_by_role("heading", name="zone")
    )
    expect(heading.first).to_be_visible(timeout=LONG)


def test_a_zone_is_drawn_tried_on_the_last_minute_and_only_then_applied(
    demo: tuple[str, Home], open_page: Open
) -> None:
    url, home = demo
    page = with_names(open_page, url, "Allée", "path")
    page.locator("#save").click()
    expect(page.get_by_text("version 1 ;")).to_be_visible()

    page.locator("#part-drawing").click()
    page.locator("#add-zones").click()
    expect(page.locator("g.corner .handle")).to_have_count(4)
    page.locator("#part-trial").click()
    expect(page.locator("#trial-situation")).to_have_value("zone_intrusion")
    expect(page.get_by_text("reste en mémoire, au lieu de 30 s")).to_be_visible()
    page.locator("#try-out").click()
    expect(page.locator(".mistakes")).to_contain_text("acte")  # checked as when it is saved

    page.locator("#part-drawing").click()
    page.locator("#zone-act").fill("EXEMPLE - arrêté inventé")
    page.locator("#part-trial").click()
    would_be = page.locator(".would-be")
    came = page.get_by_text("images ont été analysées")
    deadline = time.monotonic() + LONGEST_S
    while not would_be.count():  # until the camera runs, and what is kept shows somebody
        assert time.monotonic() < deadline, "what is kept shows nobody"
        page.wait_for_timeout(1000)
        page.locator("#try-out").click()
        expect(came.or_(page.locator(".problem:not(:empty)"))).to_be_visible(timeout=TRIAL)
    expect(would_be.first).to_contain_text("Intrusion dans une zone, zone zone-1")
    expect(page.locator("figure .stage canvas")).to_be_visible()
    expect(page.locator("#try-out")).to_be_focused()
    page.screenshot(path=picture_of("workshop-trial"), full_page=True)

    with Store.open(home.database) as store:
        assert store.alerts() == []
    assert len(list((home.folder / "site-versions").glob("*.json"))) == 1
    steps = [line.details.get("step") for line in Journal(home.journal).entries()]
    assert {"minute", "trial"} <= set(steps)
    page.locator("#save").click()
    expect(page.get_by_text("version 2 ;")).to_be_visible()
    assert drawn(home.folder)
    page.locator("#part-drawing").click()
    page.locator("#guide-alert").click()
    heading = page.get_by_role("heading", name="Intrusion dans une zone")
    expect(heading).to_be_visible(timeout=LONG)


def test_a_change_is_seen_by_its_difference_and_gone_back_from(
    house: House, site: dict[str, Any], server: WebServer, open_page: Open
) -> None:
    page = open_page(f"{server.url}#workshop", locale="en-GB")
    named(page)
    source = page.locator("#camera-source")
    expect(source).to_have_value("rtsp://viewer:***@192.0.2.10/live")
    page.locator("#camera-name").fill("Quai sud")
    page.locator("#motive").fill("renamed by the port")
    page.locator("#save").click()
    expect(page.get_by_text("Saved as version 2")).to_be_visible()

    page.get_by_label("Difference of version 2").click()
    expect(page.locator("pre")).to_contain_text("+  name: Quai sud")
    page.get_by_label("Go back to version 1").click()
    expect(page.locator("#camera-name")).to_have_value("Quai nord")
    assert "s3cret" in (house.home / "site.yaml").read_text("utf-8")
    assert "s3cret" not in page.content()
    assert house.taken == 2


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing(
    house: House,
    site: dict[str, Any],
    server: WebServer,
    open_page: Open,
    locale: str,
    theme: str,
    width: int,
) -> None:
    settings = {"locale": locale, "color_scheme": theme, "bypass_csp": True}
    page = open_page(f"{server.url}#workshop", viewport={"width": width, "height": 900}, **settings)
    named(page)
    expect(page.locator("#camera-source")).to_be_visible()
    page.locator("#camera-id").fill("not an id")
    page.locator("#save").click()
    expect(page.locator("#camera-id-problem")).to_be_visible()
    assert not violations(page)

    page.locator("#part-drawing").click()
    page.locator("#fetch-picture").click()
    expect(page.locator(".stage canvas")).to_be_visible()
    assert not violations(page)
    page.locator("#part-settings").click()
    page.locator("#camera-id").fill("quay")
    page.locator("#part-trial").click()
    expect(page.locator("#keep-minute")).to_be_visible()
    page.locator("#try-out").click()
    expect(page.locator(".would-be")).to_have_count(2)
    assert not violations(page)
    page.screenshot(path=picture_of(f"workshop-trial-{locale[:2]}-{theme}-{width}"), full_page=True)
    page.locator("#part-ground").click()
    expect(page.locator("polyline.grid").first).to_be_attached()
    assert not violations(page)
    page.locator("#part-health").click()
    expect(page.locator(".plot canvas").first).to_be_visible()
    assert not violations(page)
    wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
