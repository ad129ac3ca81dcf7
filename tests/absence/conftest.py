"""The installed programme, looked at once; and what changes of it are found."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from typer.main import get_command

from gardefou.cli.absence import words
from gardefou.cli.app import app
from gardefou.governance.absence.programme import Programme, installed
from gardefou.governance.absence.proofs import Proof, prove
from gardefou.perception.store import MANIFEST, data_dir
from gardefou.web.openapi import document


@pytest.fixture(scope="session")
def whole() -> Programme:
    """The programme as it is installed here, with its networks."""
    assert (data_dir() / "models" / MANIFEST).is_file(), "run: gardefou models install"
    return installed(json.loads(document()), tuple(words(get_command(app))))


@pytest.fixture(scope="session")
def proofs(whole: Programme) -> tuple[Proof, ...]:
    """The proofs about it."""
    return prove(whole)


@pytest.fixture(scope="session")
def programme(whole: Programme, tmp_path_factory: pytest.TempPathFactory) -> Programme:
    """The same with few sources, for tests that look at it hundreds of times."""
    folder = tmp_path_factory.mktemp("sources")
    code = "def film(container):\n    container.add_stream('libx264')\n\nimport av\nav.time_base\n"
    (folder / "evidence").mkdir()
    (folder / "evidence" / "encoder.py").write_text(code, encoding="utf-8")
    return replace(whole, folder=folder)
