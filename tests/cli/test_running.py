"""`gardefou doctor --home` says how busy a running system is."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from gardefou.cli.inspection import State
from gardefou.cli.running import look_at
from gardefou.runtime.home import Home
from gardefou.runtime.load import CameraLoad, SystemLoad


def write(folder: Path, load: SystemLoad) -> None:
    Home(folder).load.write_text(json.dumps(asdict(load)))


def test_no_system_runs_and_how_to_run_one(tmp_path: Path) -> None:
    keys, found = look_at(tmp_path)

    assert (keys.name, keys.state, found.state) == ("keys", State.INFO, State.INFO)
    assert found.cure == f"gardefou run --home {tmp_path}"


def test_each_camera_with_its_rate_latency_and_misses(tmp_path: Path) -> None:
    cameras = {
        "quay": CameraLoad(5.0, 4.0, (120.0, 310.0), dropped=7, ring_mib=14.6),
        "gate": CameraLoad(5.0, 0.0, dropped=2, awake=False),
        "yard": CameraLoad(5.0),
    }
    write(tmp_path, SystemLoad(time.time(), 0.8, cameras, ("yard",), 512.0, 3))

    _, whole, full, held, quay, gate, yard = look_at(tmp_path)

    assert "2 of 3 cameras" in whole.detail
    assert "512 MiB" in whole.detail
    assert (full.state, "80 %" in full.detail) == (State.ADVICE, True)
    assert "1 cameras wait" in held.detail
    assert quay.detail == (
        "4.0 of 5 pictures/s, packet to decision 120 / 310 ms (median / 95 %), 7 missed, "
        "0 waiting, 15 MiB of stream kept"
    )
    assert (gate.state, gate.detail) == (State.OK, "asleep, nothing moves; 2 missed")
    assert (yard.name, yard.state) == ("yard", State.ADVICE)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_in_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("GARDEFOU_LANG", language)
    write(tmp_path, SystemLoad(time.time(), 1.0, {"q": CameraLoad(5.0, 5.0, (1.0, 2.0))}))

    assert all(found.detail for found in look_at(tmp_path))


def test_doctor_says_that_pictures_of_a_moved_camera_wait_to_be_destroyed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARDEFOU_LANG", "en")
    write(tmp_path, SystemLoad(time.time(), withdrawal_waits="/srv/journal.jsonl"))
    (waits,) = [each for each in look_at(tmp_path) if "/srv/journal.jsonl" in each.detail]
    assert waits.state is State.ADVICE
    assert "tried again by itself" in waits.detail
