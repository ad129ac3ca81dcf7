"""Take the picture of docs/workshop.md: the real page over the demonstration clip.

    python tools/workshop_picture.py docs/pictures/workshop.jpg

Needs the models and the clip (`gardefou models install`) and a Chromium (`$GARDEFOU_CHROMIUM`).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from gardefou.cli.demo import demo_site
from gardefou.cli.serve import ServeSettings, serve
from gardefou.perception.store import data_dir
from gardefou.runtime.home import Home
from gardefou.storage.records import Mode

PORT = 8799
WAIT_MS = 120_000


def main(target: str) -> None:
    """Run the demonstration, go to its zone, take the picture."""
    clip = data_dir() / "clips" / "vtest.avi"
    chromium = os.environ.get("GARDEFOU_CHROMIUM") or shutil.which("chromium")
    until = threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        settings = ServeSettings(
            Home(Path(folder) / "home"),
            demo_site(clip),
            Mode.EVALUATION,
            "a picture for the documentation",
            port=PORT,
            clips=(clip,),
        )
        thread = threading.Thread(target=serve, args=(settings, until))
        thread.start()
        try:
            time.sleep(10)
            with sync_playwright() as playwright:
                options = ["--headless", "--no-sandbox", "--disable-gpu"]
                browser = playwright.chromium.launch(executable_path=chromium, args=options)
                size = {"width": 1180, "height": 900}
                page = browser.new_page(viewport=size, locale="en-GB")  # type: ignore[arg-type]
                take(page, target)
                browser.close()
        finally:
            until.set()
            thread.join()


def take(page: Page, target: str) -> None:
    """The zone's corners over a picture of the place."""
    page.goto(f"http://127.0.0.1:{PORT}/#workshop")
    page.locator("#name").fill("Camille Roux")
    page.keyboard.press("Enter")
    page.locator("#part-drawing").click()
    page.locator("#fetch-picture").click()
    page.locator(".stage canvas").wait_for(timeout=WAIT_MS)
    page.locator("g.corner .handle").nth(4).focus()
    page.evaluate("() => document.querySelector('#bench-title').scrollIntoView()")
    page.screenshot(path=target, type="jpeg", quality=72)


if __name__ == "__main__":
    main(sys.argv[1])
