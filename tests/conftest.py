"""Fixtures that several rooms' tests share: footage and models that do not stand in the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def footage() -> Path:
    """Folder of the labelled footage, `$GARDEFOU_FOOTAGE` or beside the project."""
    folder = Path(os.environ.get("GARDEFOU_FOOTAGE") or ROOT.parent / "shared" / "footage")
    if not (folder / "cases.yaml").is_file():
        pytest.skip(f"needs the labelled footage: set GARDEFOU_FOOTAGE (looked in {folder})")
    return folder
