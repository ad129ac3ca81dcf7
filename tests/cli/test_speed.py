"""A clip gives the same alerts however fast it is played."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import Call, alerts_of
from support.yard import write_yard

STEP_S = 0.2
"""Time between two analysed frames, s."""


def test_the_alerts_do_not_depend_on_the_speed(call: Call, site: Path, tmp_path: Path) -> None:
    clip = write_yard(tmp_path / "clip.mp4", seconds=8.0, visits=[(3.0, 5.5)])
    found = {}
    for speed in ("1", "10", None):
        out = tmp_path / f"at-{speed}"
        words = [] if speed is None else ["--speed", speed]
        assert call("analyse", clip, "--site", site, "--out", out, *words).status == 0
        found[speed] = [(each["opened_s"], each["closed_s"]) for each in alerts_of(out)]
    assert len(found[None]) == 1
    for speed in ("1", "10"):
        assert found[speed] == [pytest.approx(each, abs=STEP_S) for each in found[None]]
