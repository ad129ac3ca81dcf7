"""Where pictures of pages are left for whoever wants to look; not in the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Final

KEPT: Final = Path(__file__).resolve().parents[2] / "build" / "pages"


def picture_of(name: str) -> Path:
    """The file of a picture, its folder made."""
    KEPT.mkdir(parents=True, exist_ok=True)
    return KEPT / f"{name}.png"
