"""Rate, latency and drops of cameras are those of the last seconds, evenly lowered when full."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gardefou.runtime import processes
from gardefou.runtime.bus import CameraState
from gardefou.runtime.fleet import FULL_KEY, Fleet
from gardefou.runtime.load import CameraLoad, CameraMeter, SystemLoad, latency_ms
from gardefou.runtime.load_file import LoadFile, read_load
from gardefou.runtime.messages import CameraEffort, CameraReport, Heartbeat, WorkerEffort
from gardefou.site.document import Camera

MIB = 1024 * 1024


def camera(name: str) -> Camera:
    return Camera.model_validate({"id": name, "name": name})


def report(name: str, analysed: int, dropped: int = 0, *latencies: float) -> CameraReport:
    effort = CameraEffort(latencies_s=latencies, ring_bytes=3 * MIB)
    return CameraReport(name, CameraState.RUNNING, 0.0, None, analysed, dropped, False, effort)


class Hands:
    """A clock and idle processors, moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.idle = 0.0


def fleet_of(names: list[str], hands: Hands) -> Fleet:
    cameras = tuple(camera(name) for name in names)
    return Fleet(cameras, idle=lambda: hands.idle, clock=lambda: hands.now, cores=2)


def test_a_camera_nobody_heard_of_has_no_figures() -> None:
    assert CameraMeter(5.0).load == CameraLoad(wanted_fps=5.0)


def test_rate_and_latency_are_of_the_last_seconds() -> None:
    meter = CameraMeter(5.0)
    for second in range(60):  # Two a second for half a minute, then five.
        analysed = 2 * second if second < 30 else 60 + 5 * (second - 30)
        meter.add(report("a", analysed, 1, 9.0 if second < 30 else 0.1), float(second))

    load = meter.load

    assert load.analysis_fps == pytest.approx(5.0)
    assert load.latency_ms == pytest.approx((100.0, 100.0))
    assert load.dropped == 1
    assert load.ring_mib == 3


def test_counters_that_fall_back_begin_anew() -> None:
    meter = CameraMeter(5.0)
    for second in range(6):
        meter.add(report("a", 500 + 5 * second), float(second))
    meter.add(report("a", 5), 6.0)
    assert meter.load.analysis_fps is None

    for second in range(7, 12):
        meter.add(report("a", 5 * (second - 5)), float(second))

    assert meter.load.analysis_fps == pytest.approx(5.0)


def test_percentiles_are_by_the_nearest_rank() -> None:
    assert latency_ms(each / 1000 for each in range(1, 101)) == pytest.approx((50.0, 95.0))
    assert latency_ms([]) is None


def test_a_full_machine_lowers_the_rate_of_every_camera_alike_and_says_so() -> None:
    hands = Hands()
    fleet = fleet_of(["a", "b"], hands)
    for second in range(40):  # Only one of them drops: both are analysed at less.
        reports = (report("a", 3 * second, 2 * second), report("b", 5 * second))
        fleet.hear(Heartbeat(reports, WorkerEffort(resident=300 * MIB, evidence_waiting=2)))
        share = fleet.update()
        hands.now += 1

    assert share.of_rate < 1.0
    assert fleet.notice is not None
    assert fleet.notice.key == FULL_KEY
    load = fleet.load
    assert (load.share, load.workers_mib, load.evidence_waiting) == (share.of_rate, 300, 2)
    assert set(load.cameras) == {"a", "b"}


def test_one_link_that_stutters_among_many_lowers_nothing() -> None:
    hands = Hands()
    fleet = fleet_of([f"c{index}" for index in range(16)], hands)
    for second in range(60):  # 2 of 80 frames, always of the same camera.
        steady = tuple(report(f"c{index}", 5 * second) for index in range(1, 16))
        stutters = report("c0", 3 * second, 2 * second)
        fleet.hear(Heartbeat((stutters, *steady), WorkerEffort(0, 0)))
        fleet.update()
        hands.now += 1

    assert fleet.notice is None


def test_a_few_drops_of_many_cameras_lower_the_rate() -> None:
    hands = Hands()
    fleet = fleet_of([f"c{index}" for index in range(16)], hands)
    for second in range(60):  # 2 of 80 frames, each second of other cameras.
        reports = [report(f"c{index}", 5 * second, (second + index) // 8) for index in range(16)]
        fleet.hear(Heartbeat(tuple(reports), WorkerEffort(0, 0)))
        fleet.update()
        hands.now += 1

    assert fleet.notice is not None


def test_a_machine_that_keeps_up_says_nothing() -> None:
    assert fleet_of(["a"], Hands()).notice is None


def test_cameras_wait_until_the_processors_idle_and_are_told_why() -> None:
    hands = Hands()
    fleet = fleet_of([f"c{index}" for index in range(12)], hands)
    fleet.update()
    assert sorted(fleet.held_back) == ["c10", "c11", "c8", "c9"]

    for _ in range(5):  # Both processors are busy.
        hands.now += 1
        fleet.update()
    assert len(fleet.held_back) == 4

    for _ in range(10):  # Both idle half of the time.
        hands.now += 1
        hands.idle += 1.0
        fleet.update()
    assert not fleet.held_back


def test_the_load_of_a_running_system_can_be_read_from_its_home(tmp_path: Path) -> None:
    hands = Hands()
    fleet = fleet_of(["a"], hands)
    fleet.hear(Heartbeat((report("a", 5, 0, 0.2),)))
    file = LoadFile(tmp_path / "load.json")

    assert read_load(tmp_path / "load.json") is None
    kept = file.keep(fleet)
    read = read_load(tmp_path / "load.json")

    assert read is not None
    assert read == kept
    file.remove()
    assert read_load(tmp_path / "load.json") is None


def test_the_load_that_a_killed_system_left_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    LoadFile(tmp_path / "load.json").keep(fleet_of(["a"], Hands()))
    later = time.time() + 3600
    monkeypatch.setattr("gardefou.runtime.load_file.time.time", lambda: later)

    assert read_load(tmp_path / "load.json") is None


def test_a_load_that_is_damaged_is_none(tmp_path: Path) -> None:
    (tmp_path / "load.json").write_text('{"at": "yesterday"}')

    assert read_load(tmp_path / "load.json") is None


def test_a_system_load_has_the_whole_rate_by_default() -> None:
    assert SystemLoad(at=0.0).share == 1.0


def test_a_process_has_memory_files_threads_and_a_family() -> None:
    me = os.getpid()

    assert processes.family(me)[0] == me
    assert me in processes.family(os.getppid())
    assert processes.resident(me) >= processes.proportional(me) > MIB
    assert processes.open_files(me) > 0
    assert processes.threads(me) > 0
    assert processes.cpu_s(me) > 0
    assert processes.idle_s() > 0


def test_a_process_that_is_gone_takes_nothing() -> None:
    gone = 2**22 + 1  # Above the highest process id there can be.

    assert processes.resident(gone) == processes.proportional(gone) == 0
    assert processes.cpu_s(gone) == processes.open_files(gone) == processes.threads(gone) == 0
