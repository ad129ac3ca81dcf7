"""axe-core over a page in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


def violations(page: Page) -> list[str]:
    """What axe-core objects to on the page as it is: rule and element."""
    if not AXE.is_file():
        pytest.fail(f"{AXE}: not there; cd frontend && npm ci")
    page.add_script_tag(path=AXE)
    found: list[str] = page.evaluate(
        """async () => {
            const { violations } = await axe.run(document, { resultTypes: ["violations"] });
            return violations.flatMap((each) =>
                each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 160)}`));
        }"""
    )
    return found
