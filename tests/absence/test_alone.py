"""Cut off from the world everything works, nothing is sent, and what is kept names nobody."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import av
import pytest

from gardefou.evidence.vault import Vault
from gardefou.governance.absence.files import PLATE
from gardefou.governance.absence.programme import Programme, files_of, stored_columns
from gardefou.governance.absence.proofs import prove
from gardefou.perception.store import data_dir
from gardefou.refusals import named_by
from support.command import GARDEFOU, alerts_of
from support.sealed import run_sealed
from support.units import demo_pictures, write_units

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"


@pytest.fixture(scope="session")
def clip(models_dir: Path) -> Path:
    """The demo clip, which is installed with the models."""
    path = data_dir() / "clips" / "vtest.avi"
    if not path.is_file():
        pytest.fail(f"no demo clip in {path}; run: gardefou models install vtest")
    return path


@pytest.fixture(scope="session")
def home(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a system that ran alone, on a camera with sound, until an alert had its film."""
    folder = tmp_path_factory.mktemp("alone")
    pictures = demo_pictures(clip, 47.5, 8.0, (640, 480))
    units = write_units(folder / "lawn", pictures)
    program = TESTS / "support" / "sealed_system.py"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*_python_path(), str(TESTS)])}
    ran = run_sealed([sys.executable, program, folder / "home", units], env=environment)
    assert ran.status == 0
    assert ran.heard, "the listener does not hear"
    assert (ran.sent, ran.asked) == ([], [])
    return folder / "home"


def _python_path() -> list[str]:
    return [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each]


def dump(home: Path) -> list[str]:
    """Every line of the database, as SQL."""
    connection = sqlite3.connect(f"file:{home / 'gardefou.db'}?mode=ro", uri=True)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def test_an_analysis_works_alone_and_sends_nothing(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    site = ROOT / "examples" / "sites" / "pets-lawn.yaml"
    ran = run_sealed([GARDEFOU, "analyse", clip, "--site", site, "--out", out])
    assert ran.status == 0
    assert ran.heard, "the listener does not hear"
    assert (ran.sent, ran.asked) == ([], [])
    assert alerts_of(out)


def test_the_commands_run_and_demo_work_alone_and_send_nothing(clip: Path, tmp_path: Path) -> None:
    units = write_units(tmp_path / "lawn", demo_pictures(clip, 47.5, 8.0, (640, 480)))
    program = TESTS / "support" / "sealed_cli.py"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*_python_path(), str(TESTS)])}
    ran = run_sealed([sys.executable, program, tmp_path / "homes", units], env=environment)
    assert ran.status == 0
    assert ran.heard, "the listener does not hear"
    assert (ran.sent, ran.asked) == ([], [])


def test_a_command_that_does_send_is_caught() -> None:
    code = (
        "import socket\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)\n"
        "s.settimeout(0.2)\n"
        "try:\n    s.connect(('198.51.100.7', 443))\n"
        "except OSError:\n    pass\n"
    )
    ran = run_sealed([sys.executable, "-c", code])
    assert ran.heard
    assert len(ran.sent) >= 1


def test_a_running_system_works_alone_and_keeps_an_alert_with_its_film(home: Path) -> None:
    lines = dump(home)
    assert any('INSERT INTO "alerts"' in each or "INSERT INTO alerts" in each for each in lines)
    assert files_of(home, (".mp4",))


def test_no_film_that_is_kept_has_sound(home: Path) -> None:
    films = files_of(home, (".mp4",))
    assert films
    for film in films:
        with Vault.of(home).open(film) as sealed, av.open(BytesIO(sealed.whole())) as container:
            assert [stream.type for stream in container.streams] == ["video"]


def test_the_database_has_no_track_no_embedding_no_face_and_no_plate(home: Path) -> None:
    columns = list(stored_columns([home / "gardefou.db"]))
    assert columns
    for column in columns:
        assert list(named_by(column.name)) == [], column
        assert "BLOB" not in column.type, column
    numbers = re.compile(r"(?<![\w.-])\d{12,19}(?![\w.])")  # what a track's id would look like
    vectors = re.compile(r"\[(?:\s*-?\d+\.\d+\s*,){7,}")  # what an embedding would look like
    for line in dump(home):
        if line.startswith("INSERT"):
            assert not numbers.search(line), line
            assert not vectors.search(line), line
            assert not PLATE.search(line), line


def test_the_proofs_hold_for_what_the_run_left(home: Path, programme: Programme) -> None:
    ran = replace(
        programme,
        columns=tuple(
            dict.fromkeys([*programme.columns, *stored_columns(files_of(home, (".db",)))])
        ),
        stored=files_of(home, (".mp4",)),
        home=home,
        texts=files_of(home, (".db", ".jsonl", ".json")),
    )
    assert ran.stored
    assert ran.texts
    traces = {
        proof.refusal.id: json.dumps(proof.report("en")) for proof in prove(ran) if not proof.absent
    }
    assert traces == {}
