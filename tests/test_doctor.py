"""`gardefou doctor`: everything missing is named with the line that gets it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfoNotFoundError

import pytest
import typer
from typer.testing import CliRunner

from gardefou.cli import inspection
from gardefou.cli.doctor import doctor
from gardefou.cli.inspection import Finding, State, cpu_findings, inspect, memory_finding

APP = typer.Typer()
APP.command()(doctor)
RUN = CliRunner()


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARDEFOU_LANG", "en")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setenv("GARDEFOU_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def by_name() -> dict[str, Finding]:
    return {finding.name: finding for finding in inspect()}


def test_decoders_encoder_and_versions_of_this_machine_are_named(data: Path) -> None:
    found = by_name()
    names = ["PyAV", "OpenVINO", "OpenCV", "numpy", "FFmpeg", "h264", "hevc", "mjpeg", "mpeg4"]
    assert {found[name].state for name in names} == {State.OK}
    assert found["inference_precision"].detail in ("f32", "f16", "bf16")


def test_the_guard_is_named_with_what_it_keeps_away(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = by_name()["guard"]
    assert found.state is State.OK
    assert "parts of OpenCV refuse every call" in found.detail
    monkeypatch.setattr("gardefou.guard.is_standing", lambda: False)
    assert by_name()["guard"].state is State.MISSING


def test_sound_decoders_are_admitted_and_said_to_stay_closed(data: Path) -> None:
    sound = by_name()["sound"]
    assert sound.state is State.INFO
    assert "Gardefou opens none of them" in sound.detail


def test_missing_default_models_come_with_the_line_that_installs_them(data: Path) -> None:
    found = by_name()
    assert found["nanodet-g"].state is State.MISSING
    assert found["nanodet-g"].cure == "gardefou models install nanodet-g"
    assert found["vtest"].state is State.INFO
    assert found["vtest"].cure == "gardefou models install vtest"
    result = RUN.invoke(APP, [])
    assert result.exit_code == 1
    assert "→ gardefou models install nanodet-g" in result.stdout
    assert result.stderr.startswith("required and missing: nanodet-g, centerface;")


def test_an_unreadable_list_of_models_is_said(data: Path) -> None:
    (data / "models").mkdir(parents=True)
    (data / "models" / "manifest.json").write_text("{", encoding="utf-8")
    assert "cannot be read" in by_name()["nanodet-g"].detail


def test_looking_changes_nothing(data: Path) -> None:
    inspect()
    assert not data.exists()


def test_json_holds_every_finding_and_the_verdict(data: Path) -> None:
    result = RUN.invoke(APP, ["--json"])
    report = json.loads(result.stdout)
    assert report["ok"] is False
    assert {"topic", "name", "state", "detail", "cure"} == set(report["findings"][0])
    assert all(each["cure"] for each in report["findings"] if each["state"] == "missing")


def test_a_machine_that_lacks_nothing_leaves_with_0(monkeypatch: pytest.MonkeyPatch) -> None:
    fine = [each for each in inspect() if each.state is State.OK]
    monkeypatch.setattr("gardefou.cli.doctor.inspect", lambda: fine)
    result = RUN.invoke(APP, [])
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_second_opencv_and_telemetry_are_told_of(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def distributions() -> Iterator[SimpleNamespace]:
        for name in ("opencv_python", "opencv-python-headless", "OpenVINO.telemetry"):
            yield SimpleNamespace(name=name)

    monkeypatch.setattr(metadata, "distributions", distributions)
    found = by_name()
    assert found["opencv-python"].state is State.ADVICE
    assert "opencv-python-headless" in (found["opencv-python"].cure or "")
    assert found["openvino-telemetry"].cure == "pip uninstall -y openvino-telemetry"


def test_missing_node_is_no_fault(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    node = by_name()["Node.js"]
    assert (node.state, node.cure) == (State.INFO, "apt-get install nodejs npm")


def test_missing_time_zones_and_encoder_are_faults(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_known(key: str) -> None:
        raise ZoneInfoNotFoundError(key)

    monkeypatch.setattr(inspection, "ZoneInfo", none_known)
    monkeypatch.setattr(inspection, "has_encoder", lambda: False)
    found = by_name()
    assert (found["tzdata"].state, found["tzdata"].cure) == (State.MISSING, "pip install tzdata")
    assert found["libx264"].state is State.MISSING
    assert found["libx264"].cure is not None


def test_a_data_folder_that_is_a_file_is_a_fault(data: Path) -> None:
    data.write_text("", encoding="utf-8")
    assert by_name()[str(data)].state is State.MISSING


def test_little_free_space_is_told_of(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=5_000_000))
    space = by_name()["free_space"]
    assert (space.state, space.cure) == (State.ADVICE, f"du -sh {data}/*")


def test_processor_features_are_read_as_words() -> None:
    found = {each.name: each.state for each in cpu_findings("flags\t\t: fpu avx2 amx_bf16x\n")}
    assert found == {"avx2": State.OK, "avx512_vnni": State.INFO, "amx_bf16": State.INFO}
    assert {each.state for each in cpu_findings("processor : 0\n")} == {State.INFO}


def test_memory_is_given_in_gibibytes() -> None:
    found = memory_finding("MemTotal:       16777216 kB\nMemAvailable:    8388608 kB\n")
    assert found.detail == "16.0 GiB, of which 8.0 GiB free"
