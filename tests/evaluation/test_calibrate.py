"""`gardefou site calibrate`: a plane from a real recording, and what is said when there is none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from gardefou.cli.app import app
from gardefou.evaluation.calibrate import Calibrated
from gardefou.site.document import Calibration
from support.clips import write_clip

RUN = CliRunner()


@pytest.mark.usefixtures("models_dir")
def test_people_on_a_path_give_a_calibration_that_a_site_takes(
    footage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARDEFOU_LANG", "en")
    result = RUN.invoke(app, ["site", "calibrate", str(footage / "pets09_s2l1_vtest.avi")])
    assert result.exit_code == 0
    assert "areas are right to" in result.stderr
    plane = Calibration.model_validate(yaml.safe_load(result.stdout)["calibration"]).ground_plane
    middle = np.array([[0.3, 0.4], [0.7, 0.4], [0.7, 0.55], [0.3, 0.55]])
    area = plane.area(middle)
    assert area is not None
    assert 15 < area < 90


@pytest.mark.usefixtures("models_dir")
def test_a_clip_without_people_gives_no_plane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARDEFOU_LANG", "en")
    write_clip(tmp_path / "empty.mp4")
    result = RUN.invoke(app, ["site", "calibrate", str(tmp_path / "empty.mp4")])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no plane" in result.stderr
    as_json = RUN.invoke(app, ["site", "calibrate", str(tmp_path / "empty.mp4"), "--json"])
    assert json.loads(as_json.stdout)["sure"] is False


def test_without_a_plane_there_are_no_points() -> None:
    nothing = Calibrated(None, 0, 1.0)
    assert not nothing.is_sure
    assert nothing.points() == []
