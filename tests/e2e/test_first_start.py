"""From nothing to the first confirmed alert: the demo as somebody meets it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Page, expect

from gardefou.runtime.home import Home
from gardefou.storage.review import Verdict
from gardefou.storage.store import Store
from support.demo import demo

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_ALERT_MS: Final = 300_000
"""The clip's first event comes after 51 s; a busy machine may need longer to get there."""


def test_the_first_start_ends_in_a_confirmed_alert(
    models_dir: Path, tmp_path: Path, open_page: Callable[..., Page]
) -> None:
    with demo(tmp_path) as address:
        page = open_page(address)
        page.locator("#name").fill("Camille")
        page.keyboard.press("Enter")
        heading = page.get_by_role("heading", name="Intrusion dans une zone")
        expect(heading).to_be_visible(timeout=FIRST_ALERT_MS)
        expect(page.locator("figure img")).to_be_visible(timeout=FIRST_ALERT_MS)
        page.keyboard.press("2")
        page.keyboard.press("c")
        expect(page.locator("nav li").filter(has_text="Confirmé")).to_be_visible()

    with Store.open(Home(tmp_path).database) as store:
        verdicts = [each.review.verdict for each in store.alerts() if each.review is not None]
    assert verdicts == [Verdict.CONFIRMED]
