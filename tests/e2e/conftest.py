"""A real browser before a real server over a real store."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from gardefou.web.app import STATIC, create_app
from gardefou.web.server import WebServer
from support.house import House

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]

CHROMIUM = os.environ.get("GARDEFOU_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"

# How long the page takes is the machine's affair: what must be seen is waited for.
WAIT_MS = 120_000
expect.set_options(timeout=WAIT_MS)

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def built_desk() -> None:
    """The page is built from the sources as they are, or the tests would hold another one."""
    index = STATIC / "index.html"
    if not index.is_file():
        pytest.fail("the desk's page is not built: cd frontend && npm ci && npm run build")
    sources = [*(ROOT / "frontend" / "src").rglob("*"), ROOT / "frontend" / "index.html"]
    if max(each.stat().st_mtime for each in sources) > index.stat().st_mtime:
        pytest.fail("the desk's page is older than its sources: cd frontend && npm run build")


# Ends with each file: while Playwright runs, its event loop keeps other tests from theirs.
@pytest.fixture(scope="module")
def browser(built_desk: None) -> Iterator[Browser]:
    if not Path(CHROMIUM).is_file():
        pytest.fail(f"{CHROMIUM}: no browser; apt-get install -y chromium (or $GARDEFOU_CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House.at(tmp_path / "home") as house:
        yield house


@pytest.fixture
def server(house: House) -> Iterator[WebServer]:
    with WebServer(create_app(house.services)) as server:
        yield server


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages in a browser profile of their own; a script error fails the test."""
    errors: list[str] = []
    contexts = []

    def opened(url: str, **options: Any) -> Page:
        settings = {"locale": "fr-FR", "timezone_id": "Europe/Paris", **options}
        context = browser.new_context(**settings)
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []
