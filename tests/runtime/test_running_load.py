"""A running system says how busy it is: to its desk, and in its home folder."""

from __future__ import annotations

from pathlib import Path

from gardefou.runtime.load import CameraLoad
from gardefou.runtime.load_file import read_load
from gardefou.site.document import Camera
from gardefou.site.source import Source
from support.processes import until
from support.system import System
from support.yard import write_yard


def test_a_running_system_tells_rate_and_latency(tmp_path: Path, models_dir: Path) -> None:
    clip = write_yard(tmp_path / "yard.mp4")
    watched = Camera.model_validate({"id": "yard", "name": "Yard", "source": Source(str(clip))})
    (tmp_path / "home").mkdir()
    with System(tmp_path / "home", [watched]) as system:

        def load() -> CameraLoad | None:
            told = system.hub.bus.load
            return told.cameras.get("yard") if told else None

        until(lambda: (now := load()) is not None and now.latency_ms is not None, 300.0)
        until(lambda: (now := load()) is not None and now.analysis_fps is not None, 300.0)
        known = load()
        in_home = read_load(system.home.load)

    assert known is not None
    assert known.analysis_fps is not None
    assert 0 < known.analysis_fps < 25, "a second, and not since it began"
    assert known.latency_ms is not None
    assert 0 < known.latency_ms[0] <= known.latency_ms[1]
    assert known.ring_mib > 0
    assert in_home is not None
    assert in_home.workers_mib > 50
    assert read_load(system.home.load) is None
