"""Fixtures of the governance tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def _in_english() -> Iterator[None]:
    """Errors are matched by their English text, whatever the machine speaks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GARDEFOU_LANG", "en")
        yield
