"""Pictures of the real pages on the demo clip, for the README and the documents.

    python tools/pictures.py            # into docs/pictures, in about three minutes

Starts `gardefou demo` over an empty home, waits for its first alert and photographs the desk, the
wall, a shift's end, and the workshop: a zone that is drawn, and one that is tried. Only the public
demo clip is ever shown.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from e2e.conftest import CHROMIUM, FLAGS  # noqa: E402 (the tests' folder comes first)
from support.demo import demo  # noqa: E402

PICTURES: Final = ROOT / "docs" / "pictures"
PATIENCE_MS: Final = 300_000
SIZE: Final[Any] = {"width": 1440, "height": 900}
TALL: Final[Any] = {"width": 1440, "height": 1180}
AT_THE_END: Final = """() => {
    const film = document.querySelector("video.shown");
    film.playbackRate = 0.0625;
    film.currentTime = film.duration - 0.3;
}"""
"""Near the moment of the alert, at the end of the seconds before it; not paused, or the browser's
own controls would lie over it."""

TRIALS: Final = 10
"""How often the last minute is tried until it holds somebody on the lawn."""


def keep(page: Page, name: str) -> None:
    """The page as a JPEG, small enough for a repository."""
    data = np.frombuffer(page.screenshot(), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert picture is not None
    written = io.BytesIO(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 82])[1].tobytes())
    (PICTURES / f"{name}.jpg").write_bytes(written.getvalue())
    print(PICTURES / f"{name}.jpg")


def desk(page: Page) -> None:
    """An alert with the seconds before it, then decided."""
    expect(page.locator("video.shown")).to_be_visible(timeout=PATIENCE_MS)
    page.evaluate(AT_THE_END)
    page.wait_for_timeout(1500)
    keep(page, "desk")
    page.keyboard.press("c")
    expect(page.locator("nav li").first).to_be_visible()


def workshop(page: Page) -> None:
    """The demo's zone with its corners, then what it would have signalled."""
    page.set_viewport_size(TALL)
    page.locator("section:has(#guide-title) header button").click()
    page.locator("#part-drawing").click()
    page.locator("#fetch-picture").click()
    expect(page.locator(".stage canvas")).to_be_visible(timeout=PATIENCE_MS)
    keep(page, "workshop")
    page.set_viewport_size(SIZE)
    page.locator("#part-trial").click()
    for _ in range(TRIALS):
        page.locator("#try-out").click()
        ended = page.locator(".found, .problem:not(:empty)")
        expect(ended).to_be_visible(timeout=PATIENCE_MS)
        if page.locator(".would-be").count():
            break
        page.wait_for_timeout(10_000)
    keep(page, "workshop-trial")


def main() -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with demo(Path(home)) as address:
            page = browser.new_context(locale="en-GB", viewport=SIZE).new_page()
            page.goto(address)
            page.locator("#name").fill("Camille Roux")
            page.keyboard.press("Enter")
            desk(page)
            for room in ("cameras", "shift", "workshop"):
                page.goto(f"{address}#{room}")
                expect(page.locator("main h2").first).to_be_visible()
                page.wait_for_timeout(500)
                if room == "workshop":
                    workshop(page)
                else:
                    keep(page, f"room-{room}")
        browser.close()


if __name__ == "__main__":
    main()
