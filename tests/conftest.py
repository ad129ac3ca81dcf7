"""Fixtures that several rooms' tests share: footage and models that do not stand in the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from gardefou.perception.store import MANIFEST, data_dir

# How long an example takes is the machine's affair. A run shows what a change did, so each tries
# the same examples; `pytest --hypothesis-profile=search` looks for new ones.
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", parent=settings.get_profile("search"), derandomize=True)
settings.load_profile("same")

ROOT = Path(__file__).resolve().parent.parent

# Set before any test: workers are forked from a server that keeps the environment it began with.
os.environ["GARDEFOU_TEST_RUN"] = str(os.getpid())


@pytest.fixture(scope="session")
def mark() -> str:
    """What stands in the environment of every process that tests of this run start."""
    return f"GARDEFOU_TEST_RUN={os.environ['GARDEFOU_TEST_RUN']}"


@pytest.fixture(scope="session")
def footage() -> Path:
    """Folder of the labelled footage, `$GARDEFOU_FOOTAGE` or beside the project."""
    folder = Path(os.environ.get("GARDEFOU_FOOTAGE") or ROOT.parent / "shared" / "footage")
    if not (folder / "cases.yaml").is_file():
        pytest.skip(f"needs the labelled footage: set GARDEFOU_FOOTAGE (looked in {folder})")
    return folder


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """Folder of the installed models; fails with the line that installs them."""
    folder = data_dir() / "models"
    if not (folder / MANIFEST).is_file():
        pytest.fail(f"no models in {folder}; run: gardefou models install")
    return folder
