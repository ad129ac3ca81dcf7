"""`gardefou evaluate`: real clips, real engine, and what bad input comes to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from gardefou.capture.gate import Sleep
from gardefou.cli.app import app
from gardefou.errors import EvaluationError, UsageError
from gardefou.evaluation.case_camera import camera_for
from gardefou.evaluation.harness import clip_time, play
from gardefou.evaluation.pictures import FOLDER
from gardefou.perception.engine import InferenceEngine
from support.clips import write_clip
from support.evaluations import a_case
from support.idle import still_then_visitor, write

RUN = CliRunner()
LINE = {"id": "line", "line": [[0.0, 0.9], [1.0, 0.9]]}
CORNER = [[0.9, 0.9], [1.0, 0.9], [1.0, 1.0], [0.9, 1.0]]


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARDEFOU_LANG", "en")


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    """A folder with one clip in which nobody enters the corner."""
    folder = tmp_path / "footage"
    folder.mkdir()
    write_clip(folder / "block.mp4")
    return folder


def corner(**changes: Any) -> dict[str, Any]:
    zone = {"id": "corner", "situation": "zone_intrusion", "polygon": CORNER}
    case: dict[str, Any] = {"id": "corner", "clip": "block.mp4", "zones": [zone]}
    return {**case, "never": ["zone_intrusion"], **changes}


def written(folder: Path, *cases: dict[str, Any]) -> Path:
    path = folder / "cases.yaml"
    path.write_text(yaml.safe_dump(list(cases)), encoding="utf-8")
    return path


def evaluated(cases: Path, footage: Path, *more: str) -> Result:
    out = str(footage.parent / "out")
    return RUN.invoke(app, ["evaluate", str(cases), "--footage", str(footage), "--out", out, *more])


def read(footage: Path) -> Any:
    return json.loads((footage.parent / "out" / "report.json").read_text(encoding="utf-8"))


@pytest.mark.usefixtures("models_dir")
def test_the_clips_stand_beside_their_list_and_the_report_in_a_new_folder(
    footage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = RUN.invoke(app, ["evaluate", str(written(footage, corner()))])
    assert (result.exit_code, result.stderr) == (0, "")
    (folder,) = tmp_path.glob("gardefou-cases-*")
    names = {each.name for each in folder.iterdir()}
    assert {"report.json", "report.html", "alerts.jsonl"} <= names


@pytest.mark.usefixtures("models_dir")
def test_a_miss_is_figured_named_and_pictured(footage: Path) -> None:
    missed = {"situation": "zone_intrusion", "start_s": 0.5, "end_s": 1.5}
    cases = written(
        footage,
        corner(),
        corner(id="missed", never=[], expect=[missed]),
        corner(id="lines", zones=[LINE], counts={"line": {"up": 2}}),
    )
    result = evaluated(cases, footage)
    assert (result.exit_code, result.stderr) == (0, "")
    report = read(footage)
    figures = report["situations"]["zone_intrusion"]
    assert (figures["events"], figures["found"], figures["false"]) == (1, 0, 0)
    assert figures["hours"] == pytest.approx(2 * 2 / 3600, rel=0.1)
    (finding,) = report["findings"]
    assert (finding["kind"], finding["case"]) == ("miss", "missed")
    picture = footage.parent / "out" / finding["picture"]
    assert picture.parent.name == FOLDER
    assert picture.read_bytes()[:2] == b"\xff\xd8"
    assert "fire" in report["not_measured"]["situations"]
    assert report["counts"] == {"lines": {"line": {"up": [0, 2]}}}
    assert report["cost"]["zone_intrusion"] >= 0
    for page in ("report.html", "report-fr.html"):
        assert finding["picture"] in (footage.parent / "out" / page).read_text(encoding="utf-8")
    assert (footage.parent / "out" / "alerts.jsonl").read_text(encoding="utf-8") == ""


@pytest.mark.usefixtures("models_dir")
def test_a_missing_clip_is_named_and_the_rest_is_evaluated(footage: Path, tmp_path: Path) -> None:
    cases = written(
        footage,
        corner(id="gone", clip="gone.mp4"),
        corner(id="gone-too", clip="gone_too.mp4", zones=[], never=["fire"]),
        corner(),
    )
    figures = tmp_path / "figures.json"
    result = evaluated(cases, footage, "--publish", str(figures))
    assert result.exit_code == 1
    assert "gone.mp4" in result.stderr
    assert "gone_too.mp4" in result.stderr
    assert "2 of 3 cases" in result.stderr
    assert not figures.exists()
    report = read(footage)
    assert {each["case"] for each in report["failed"]} == {"gone", "gone-too"}
    assert report["cases_evaluated"] == ["corner"]


@pytest.mark.usefixtures("models_dir")
def test_an_earlier_run_stays_as_it_is(footage: Path) -> None:
    cases = written(footage, corner())
    assert evaluated(cases, footage).exit_code == 0
    before = read(footage)
    again = evaluated(cases, footage)
    assert isinstance(again.exception, UsageError)
    assert read(footage) == before


@pytest.mark.usefixtures("models_dir")
def test_only_a_situation_leaves_the_others_out(footage: Path) -> None:
    cases = written(footage, corner(), corner(id="broken", clip="gone.mp4", zones=[], never=[]))
    result = evaluated(cases, footage, "--only", "zone_intrusion", "--json")
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert list(report["situations"]) == ["zone_intrusion"]
    assert report["not_measured"]["situations"] == []
    assert report["cases_evaluated"] == ["corner"]


def test_an_unknown_name_says_which_there_are(footage: Path) -> None:
    result = evaluated(written(footage, corner()), footage, "--only", "loitering")
    assert isinstance(result.exception, UsageError)
    assert "loitering" in str(result.exception)
    assert "zone_intrusion" in str(result.exception)
    assert not (footage.parent / "out").exists()


def test_a_folder_of_footage_that_is_not_there_is_named(footage: Path) -> None:
    result = evaluated(written(footage, corner()), footage / "nowhere")
    assert isinstance(result.exception, UsageError)
    assert "nowhere" in str(result.exception)


@pytest.mark.parametrize(
    ("content", "said"),
    [("[", "YAML"), ("- id: a\n", "0.clip"), ("", "cases.yaml"), ("- {id: a, clip: b, x: 1}", "x")],
)
def test_a_wrong_list_of_cases_is_refused(footage: Path, content: str, said: str) -> None:
    path = footage / "cases.yaml"
    path.write_text(content, encoding="utf-8")
    result = evaluated(path, footage)
    assert isinstance(result.exception, EvaluationError)
    assert said in str(result.exception)


def test_a_setting_that_does_not_exist_is_refused() -> None:
    case = a_case(settings={"zone_intrusion": {"patience": 3.0}})
    with pytest.raises(EvaluationError, match="door"):
        camera_for(case)


@pytest.mark.parametrize(
    ("play", "played_s", "clip_s"),
    [
        ("forward", 3.0, 3.0),
        ("forward", -2.0, 0.0),
        ("forward", 12.0, 10.0),
        ("reversed", 3.0, 7.0),
        ("reversed", -2.0, 10.0),
        ("last_frame", 3.0, 10.0),
    ],
)
def test_a_moment_of_a_case_has_its_place_in_the_clip(
    play: str, played_s: float, clip_s: float
) -> None:
    assert clip_time(a_case(play=play), played_s, 10.0) == clip_s


@pytest.mark.usefixtures("models_dir")
def test_cameras_may_sleep_and_the_report_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "footage"
    folder.mkdir()
    write(folder / "block.mp4", still_then_visitor(30.0, 2.0))
    entered = {"situation": "zone_intrusion", "start_s": 30.0, "end_s": 32.0}
    case = corner(expect=[{**entered, "optional": True}], never=["fire"])
    assert evaluated(written(folder, case), folder, "--sleep", "keyframes").exit_code == 0
    assert read(folder)["run"]["sleep"] == "keyframes"
    with InferenceEngine() as engine:
        played = play(a_case(**case), folder, engine, sleep=Sleep.KEYFRAMES)
    assert played.gate.asleep_s > 5
