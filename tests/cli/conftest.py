"""Fixtures of the command line's tests: the command, and a clip that raises two alerts."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import Call, Command
from support.yard import YARD, write_yard


@pytest.fixture(autouse=True)
def _in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARDEFOU_LANG", "en")


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], models_dir: Path) -> Call:
    return Call(capsys)


@pytest.fixture(scope="session")
def yard_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of 20 s with two visits."""
    return write_yard(tmp_path_factory.mktemp("clip") / "yard.mp4")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The site document of the yard."""
    path = tmp_path / "site.yaml"
    path.write_text(YARD, encoding="utf-8")
    return path
