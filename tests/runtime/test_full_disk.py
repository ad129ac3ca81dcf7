"""A disk that fills up stops processing, keeps what was recorded, and lets it go on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gardefou.governance.entry import Operation
from gardefou.runtime.bus import CameraState, DiskState
from gardefou.runtime.disk import DiskGuard, DiskLimits
from support.processes import until
from support.rtsp_server import RtspServer
from support.system import System, camera

MB = 1_000_000
LIMITS = DiskLimits(low=12 * MB, full=6 * MB)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 32 MB; making one takes the right to mount."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("needs the right to mount a small tmpfs (root)")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def fill(path: Path, leave: int) -> None:
    room = os.statvfs(path.parent)
    path.write_bytes(bytes(room.f_bavail * room.f_frsize - leave))


def test_processing_stops_when_the_disk_is_full_and_goes_on_when_there_is_room(
    mark: str, server: RtspServer, disk: Path
) -> None:
    filler = disk / "filler"
    with System(disk, [camera(server.url)], disk=LIMITS) as system:
        kept = system.until_alerts(1)[0].id
        fill(filler, leave=3 * MB)
        until(lambda: system.hub.bus.system.disk is DiskState.FULL)
        assert not system.hub.bus.system.processing
        notice = system.hub.bus.system.notice
        assert notice is not None
        assert notice.key == "runtime.disk_full"
        assert str(disk) in notice.in_language("fr")
        assert system.until_state(CameraState.BLOCKED).notice == notice
        until(lambda: not system.store.open_alerts(), what="an alert stayed open unwatched")
        assert kept in [record.id for record in system.alerts()]
        count = len(system.alerts())
        filler.unlink()
        until(lambda: system.hub.bus.system.processing)
        system.until_state(CameraState.RUNNING)
        system.until_alerts(count + 1)
        full = [line for line in system.journal.entries() if line.operation == Operation.DISK_FULL]
        assert len(full) == 1
    assert system.journal.verify().sound


def test_between_stopping_and_going_on_there_is_a_margin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = DiskGuard(tmp_path, DiskLimits(low=100, full=20))
    free = {"now": 0}
    monkeypatch.setattr("gardefou.runtime.disk.shutil.disk_usage", lambda _: _Usage(free["now"]))
    states = []
    for free["now"] in (100, 99, 20, 19, 39, 40, 200):
        states.append(guard.look()[0])
    low, full, ok = DiskState.LOW, DiskState.FULL, DiskState.OK
    assert states == [ok, low, low, full, full, low, ok]


def test_a_folder_that_is_gone_counts_as_full(tmp_path: Path) -> None:
    assert DiskGuard(tmp_path / "gone", DiskLimits()).look() == (DiskState.FULL, 0)


class _Usage:
    def __init__(self, free: int) -> None:
        self.free = free
