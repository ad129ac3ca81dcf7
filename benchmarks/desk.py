"""How fast the desk is in a real Chromium: first useful paint, and what a key or a click takes.

The real server over a store with 200 cameras and 10,000 alerts; CPU throttling is off. Figures are
wall-clock times of this machine, so its other load is printed beside them.

    python benchmarks/desk.py [--alerts 10000] [--cameras 200] [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from uuid6 import uuid7

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from e2e.conftest import CHROMIUM, FLAGS  # noqa: E402 (the tests' folder comes first)
from gardefou.alerting.alert import Alert, AlertOpened  # noqa: E402
from gardefou.runtime.bus import AlertChange, AlertChanged, CameraHealth, CameraState  # noqa: E402
from gardefou.situations.situation import Situation  # noqa: E402
from gardefou.storage.records import Mode  # noqa: E402
from gardefou.web.app import create_app  # noqa: E402
from gardefou.web.server import WebServer  # noqa: E402
from gardefou.web.services import CameraInfo, SiteInfo  # noqa: E402
from support.house import House  # noqa: E402

REGION = ((0.4, 0.5), (0.6, 0.5), (0.6, 0.8), (0.4, 0.8))

BEGIN = """
    localStorage.setItem("gardefou.name", "Camille");
    localStorage.setItem("gardefou.sound", "off");
    window.useful = new Promise((resolve) => {
        const look = new MutationObserver(() => {
            if (!document.querySelector("article h2") || !document.querySelector(".pick")) return;
            look.disconnect();
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
        });
        look.observe(document, { childList: true, subtree: true });
    });
    window.timed = async (act, done = () => true) => {
        const start = performance.now();
        act();
        for (;;) {
            await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
            if (done()) return performance.now() - start;
        }
    };
    window.press = (key) => window.dispatchEvent(new KeyboardEvent("keydown", { key }));
"""
"""Times are taken in the page, from the event to the moment after the next paint."""


def furnish(house: House, alerts: int, cameras: int) -> None:
    """Cameras that run, and alerts that wait, a minute apart."""
    site = SiteInfo(
        tuple(
            CameraInfo(f"c{number}", f"Caméra {number}", "Gare", (Situation.FIRE,))
            for number in range(cameras)
        )
    )
    house.services = replace(house.services, site=lambda: site)
    for camera in site.cameras:
        house.bus.publish(CameraHealth(camera.id, CameraState.RUNNING, time.time()))
    now = time.time()
    opened = [
        AlertOpened(
            Alert(
                id=uuid7(),
                mandate_id=None,
                camera_id=f"c{number % cameras}",
                situation=Situation.FIRE,
                zone_id=None,
                opened_at=now - 60.0 * number,
                region=REGION,
            )
        )
        for number in range(alerts)
    ]
    house.store.apply([(each, Mode.REHEARSAL) for each in opened])


def opened_desk(browser: Browser, url: str) -> Page:
    """A desk in a browser that has never been here."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.add_init_script(BEGIN)
    page.goto(url)
    return page


def many(page: Page, script: str, rounds: int) -> list[float]:
    """The figure of a script, several times."""
    return [page.evaluate(script) for _ in range(rounds)]


def say(what: str, times: list[float]) -> None:
    """Print median and worst, ms."""
    print(f"{what:<58} {statistics.median(times):8.0f} {max(times):8.0f}")


def first_paints(browser: Browser, url: str, rounds: int) -> list[float]:
    """From the navigation's start until an alert and the list stand on the screen, ms."""
    times: list[float] = []
    for _ in range(rounds):
        page = opened_desk(browser, url)
        times.append(page.evaluate("window.useful"))
        page.context.close()
    return times


def load_all(page: Page, alerts: int) -> float:
    """Scroll back in time until every alert is there; s."""
    began = time.monotonic()
    page.evaluate(
        """async (alerts) => {
            const scroll = document.querySelector(".scroll");
            const size = () => Number(document.querySelector("nav li").ariaSetSize ??
                document.querySelector("nav li").getAttribute("aria-setsize"));
            while (size() < alerts) {
                scroll.scrollTop = scroll.scrollHeight;
                await new Promise((again) => setTimeout(again, 20));
                scroll.scrollTop -= 1000;
                await new Promise((again) => setTimeout(again, 20));
            }
        }""",
        alerts,
    )
    return time.monotonic() - began


def arrivals(page: Page, house: House, rounds: int) -> list[float]:
    """From the hub's word until the alert stands in the list, ms."""
    times: list[float] = []
    for _ in range(rounds):
        page.evaluate("document.querySelector('.scroll').scrollTop = 0")
        alert = Alert(uuid7(), None, "c0", Situation.FIRE, None, time.time() + 1e6, REGION)
        house.store.record_opened(alert, Mode.REHEARSAL)
        seen = page.evaluate_handle(
            """() => { const before = document.querySelector("nav li").textContent;
                const size = document.querySelector("nav li").getAttribute("aria-setsize");
                window.came = window.timed(() => {}, () =>
                    document.querySelector("nav li").getAttribute("aria-setsize") !== size); }"""
        )
        seen.dispose()
        began = time.monotonic()
        house.bus.publish(AlertChanged(alert.id, AlertChange.OPENED))
        page.evaluate("window.came")
        times.append((time.monotonic() - began) * 1000)
    return times


def measure(browser: Browser, house: House, url: str, args: argparse.Namespace) -> None:
    """Everything, in the order in which somebody would do it."""
    print(f"{'ms':<58} {'median':>8} {'worst':>8}")
    say("first useful paint, empty cache", first_paints(browser, url, args.rounds))
    page = opened_desk(browser, url)
    page.evaluate("window.useful")
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').filter((each) => /assets|texts/.test(each.name))"
        ".reduce((sum, each) => sum + each.encodedBodySize, 0) / 1000"
    )
    seconds = load_all(page, args.alerts)
    say(f"key J with {args.alerts} alerts", many(page, "timed(() => press('j'))", 20))
    head = "document.querySelector('article .id').textContent"
    decide = (
        f"(() => {{ const was = {head}; return timed(() => press('d'), () => {head} !== was); }})()"
    )
    say("key D: decision taken, the next alert shown", many(page, decide, args.rounds * 2))
    jump = "timed(() => { document.querySelector('.scroll').scrollTop = Math.random() * 8e5; })"
    say("jump anywhere in the list", many(page, jump, 20))
    say("an alert opens: hub to list", arrivals(page, house, args.rounds * 2))
    tiles = f"document.querySelectorAll('.tile').length === {args.cameras}"
    wall = f"timed(() => {{ location.hash = '#cameras'; }}, () => {tiles})"
    page.evaluate(wall)
    away = "timed(() => { location.hash = '#alerts'; }, () => document.querySelector('.pick'))"
    page.evaluate(away)
    walls = []
    for _ in range(args.rounds):
        walls.append(page.evaluate(wall))
        page.evaluate(away)
    say(f"wall of {args.cameras} cameras", walls)
    page.evaluate(wall)
    typing = (
        "timed(() => { const field = document.querySelector('.tools input');"
        " field.value = field.value ? '' : 'caméra 19'; field.dispatchEvent(new Event('input')); })"
    )
    say("a letter in the wall's search", many(page, typing, args.rounds * 2))
    rows = page.evaluate("document.querySelectorAll('.tile, .pick').length")
    print(f"every alert read by scrolling in {seconds:.1f} s; {rows} tiles and rows on the page")
    print(f"first load: {loaded:.0f} kB as sent, uncompressed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--cameras", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    flags: Any = FLAGS
    with (
        tempfile.TemporaryDirectory() as folder,
        House.at(Path(folder) / "home") as house,
        sync_playwright() as playwright,
    ):
        furnish(house, args.alerts, args.cameras)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        with WebServer(create_app(house.services)) as server:
            measure(browser, house, server.url, args)
        browser.close()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
