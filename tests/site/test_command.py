"""`gardefou site`: what it prints, where, and with which exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gardefou.cli.site import app
from gardefou.errors import SiteError
from gardefou.governance.figures import situation_label
from gardefou.site.check import load_site

EXAMPLE = Path(__file__).parents[2] / "examples" / "sites" / "event.yaml"
RUN = CliRunner()


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARDEFOU_LANG", "en")


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "site.yaml"
    path.write_text("version: 1\nnaem: x\ncameras: []\n", encoding="utf-8")
    return path


def test_check_of_a_fine_document_counts_what_it_holds() -> None:
    result = RUN.invoke(app, ["check", str(EXAMPLE)])
    assert (result.exit_code, result.stderr) == (0, "")
    first, *watched = result.stdout.splitlines()
    assert first == f"{EXAMPLE}: fine; cameras: 2, zones: 2, masks: 1, lines: 1"
    on = {each for camera in load_site(EXAMPLE).cameras for each in camera.situations.on}
    assert {line.partition(":")[0].strip() for line in watched} == {
        situation_label(each, "en") for each in on
    }


def test_check_says_every_mistake_on_stderr_and_fails(wrong: Path) -> None:
    result = RUN.invoke(app, ["check", str(wrong)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        f'{wrong}: "name" is missing; add it',
        f'{wrong}: the key "naem" does not exist here; did you mean "name"? (line 2)',
        f"{wrong}: cameras: there is no camera; add one with an id and a name (line 3)",
        f"{wrong}: mistakes found: 3",
    ]


def test_check_as_json_gives_places_lines_and_keys(wrong: Path) -> None:
    result = RUN.invoke(app, ["check", str(wrong), "--json"])
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["file"] == str(wrong)
    assert [(each["place"], each["line"], each["key"]) for each in report["mistakes"]] == [
        ("", None, "site.type.missing"),
        ("", 2, "site.type.unknown_key_near"),
        ("cameras", 3, "site.mistake.no_camera"),
    ]
    fine = RUN.invoke(app, ["check", str(EXAMPLE), "--json"])
    assert (fine.exit_code, json.loads(fine.stdout)["mistakes"]) == (0, [])


def test_schema_is_json() -> None:
    result = RUN.invoke(app, ["schema"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["additionalProperties"] is False


def test_show_hides_the_password_of_the_example() -> None:
    result = RUN.invoke(app, ["show", str(EXAMPLE)])
    assert result.exit_code == 0
    assert "rtsp://viewer:***@192.0.2.10/stream2" in result.stdout
    assert "example-only" not in result.stdout


def test_show_of_a_wrong_document_is_a_site_error(wrong: Path) -> None:
    result = RUN.invoke(app, ["show", str(wrong)])
    assert isinstance(result.exception, SiteError)
