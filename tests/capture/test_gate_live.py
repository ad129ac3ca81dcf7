"""The wake gate on a live stream: what it kept is given out in order, however slow the analysis."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import pytest

from gardefou.capture import gate, live
from gardefou.capture.frame import Role
from gardefou.capture.gate import Depth, Sleep
from gardefou.capture.link import NAP_S, CameraLink, FileLoop, Transport
from gardefou.capture.live import LiveSource
from gardefou.capture.mailbox import Mailbox
from gardefou.capture.reader import ReadSettings
from support.idle import RATE, still_then_visitor, write


def test_a_late_picture_waits_for_the_one_before_it_to_be_taken() -> None:
    box = Mailbox[int]()

    def fill() -> None:
        for item in range(5):
            box.put(item, patience=120.0)

    thread = threading.Thread(target=fill)
    thread.start()
    taken = [box.take(timeout=120.0) for _ in range(5)]
    thread.join()
    assert taken == [0, 1, 2, 3, 4]
    assert box.drops == 0


def test_packets_may_gather_where_none_is_lost_by_it(tmp_path: Path) -> None:
    address = "rtsp://camera.example/main"
    assert CameraLink(address).nap_s == NAP_S
    assert CameraLink(address, Transport.UDP).nap_s == 0.0
    path = write(tmp_path / "clip.mp4", still_then_visitor(1.0, 0.0))
    assert FileLoop(path).nap_s == NAP_S
    assert FileLoop(path, paced=False).nap_s == 0.0


def test_a_sleeping_camera_reads_its_packets_together_and_an_awake_one_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "SETTLE_S", 1.0)
    path = write(tmp_path / "clip.mp4", still_then_visitor(7.0, 0.0), group=RATE)
    naps: list[Depth] = []
    source = LiveSource.loop(path, ReadSettings("cam", sleep=Sleep.KEYFRAMES))
    assert source.gate is not None
    heard = source.gate

    class Napping(threading.Event):
        """Writes down for each nap how deep the camera slept, and does not wait for it."""

        def wait(self, timeout: float | None = None) -> bool:
            if timeout != NAP_S:
                return super().wait(timeout)
            naps.append(heard.depth)
            return self.is_set()

    monkeypatch.setattr(source, "_stopped", Napping())
    depths = set()
    with source:
        for frame in source.frames():
            assert frame.arrived > 0
            depths.add(heard.depth)
            heard.answer(frame.time, True)
            if heard.counts.looks >= 2 and naps:
                break
    assert Depth.AWAKE in depths
    assert set(naps) == {Depth.ASLEEP}


@pytest.mark.parametrize(
    ("sleep", "depth"), [(Sleep.KEYFRAMES, Depth.ASLEEP), (Sleep.SURE, Depth.NAPPING)]
)
def test_a_live_camera_sleeps_and_wakes_with_nothing_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sleep: Sleep, depth: Depth
) -> None:
    monkeypatch.setattr(gate, "SETTLE_S", 1.0)
    monkeypatch.setattr(live, "LATE_S", 120.0)
    path = write(tmp_path / "clip.mp4", still_then_visitor(5.0, 2.0), group=RATE)
    late: list[float] = []
    depths = set()
    with LiveSource.loop(path, ReadSettings("cam", sleep=sleep)) as source:
        assert source.gate is not None
        for frame in source.frames():
            source.gate.answer(frame.time, True)
            health = source.health
            depths.add(health.depth)
            if frame.role is Role.LATE:
                late.append(frame.time)
            elif late:
                break
        assert health.gate.wakes >= 1
        assert (0 < health.asleep_share < 1) is (depth is Depth.ASLEEP)
        assert health.gate.undecoded > 0
    assert depth in depths
    steps = [after - before for before, after in pairwise(late)]
    assert steps == pytest.approx([0.2] * len(steps), abs=0.05)
    assert len(late) >= 5
