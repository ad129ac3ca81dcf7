"""A worker's lives: restarted at once, then with pauses; told what stands, once to each life."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gardefou.capture.notice import Notice
from gardefou.runtime.bus import CameraState
from gardefou.runtime.hosts import Host
from gardefou.runtime.messages import (
    CameraReport,
    Heartbeat,
    HubCommand,
    Permit,
    Watch,
    WorkerFailed,
    WorkerMessage,
    WorkerSettings,
)
from gardefou.runtime.shard import Patience, Shard
from gardefou.storage.records import Mode
from support.system import camera

PATIENCE = Patience(silent_s=10.0, starting_s=60.0, steady_s=20.0, pauses_s=(0.0, 1.0, 5.0))
FULL = Notice.of("runtime.disk_full", folder="home")


class Recorder(Host):
    """A host without a worker: what it was told, and a life that the test ends."""

    def __init__(self, on_message: Callable[[WorkerMessage], None]) -> None:
        self.say = on_message
        self.told: list[HubCommand] = []
        self.lives = True

    @property
    def is_alive(self) -> bool:
        return self.lives

    def kill(self) -> None:
        self.lives = False

    def send(self, command: HubCommand) -> None:
        self.told.append(command)

    def discard(self) -> None:
        assert not self.lives

    def _join(self, timeout: float) -> None:
        raise NotImplementedError


class Scene:
    """A shard with recorders for hosts, and a clock that the test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("gardefou.runtime.shard.time.monotonic", lambda: self.now)
        self.hosts: list[Recorder] = []
        self.mourned: list[Notice] = []
        cameras = (camera("rtsp://10.0.0.7/a", "a"), camera("rtsp://10.0.0.7/b", "b"))
        settings = WorkerSettings(Path("home"), cameras, Mode.EVALUATION)
        self.heard: list[WorkerMessage] = []
        self.shard = Shard(
            settings,
            self._make,
            self.heard.append,
            lambda _, why: self.mourned.append(why),
            PATIENCE,
        )

    def _make(self, _: WorkerSettings, hear: Callable[[WorkerMessage], None]) -> Recorder:
        self.hosts.append(Recorder(hear))
        return self.hosts[-1]

    def round(self, permit: Permit | None = None, watch: Watch | None = None) -> None:
        self.shard.look_after(permit or Permit(), watch or Watch())

    def die(self) -> None:
        self.hosts[-1].lives = False
        self.round()


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(monkeypatch)


def heartbeat(*, hung: bool = False) -> Heartbeat:
    return Heartbeat((CameraReport("a", CameraState.RUNNING, 0.0, None, 0, 0, hung),))


def test_each_life_is_told_what_stands_once_and_only_of_its_own_cameras(scene: Scene) -> None:
    permit, watch = Permit({"b": FULL, "other": FULL}), Watch(frozenset({"a", "other"}))
    for _ in range(3):
        scene.round(permit, watch)
    expected = [Permit({"b": FULL}), Watch(frozenset({"a"}))]
    assert scene.hosts[0].told == expected
    scene.hosts[0].lives = False
    scene.round(permit, watch)
    assert scene.hosts[1].told == expected
    scene.round(Permit(), watch)
    assert scene.hosts[1].told[2:] == [Permit()]


def test_pauses_grow_with_deaths_in_a_row_and_not_after_a_steady_life(scene: Scene) -> None:
    scene.round()
    scene.die()
    assert len(scene.hosts) == 2
    scene.die()
    assert len(scene.hosts) == 2
    scene.now += 1.0
    scene.round()
    assert len(scene.hosts) == 3
    scene.now += 21.0
    scene.die()
    assert len(scene.hosts) == 4


def test_silence_ends_a_worker_but_a_start_may_take_longer(scene: Scene) -> None:
    scene.round()
    scene.now += 59.0
    scene.round()
    scene.hosts[0].say(heartbeat())
    scene.now += 9.0
    scene.round()
    assert scene.mourned == []
    scene.now += 2.0
    scene.round()
    assert not scene.hosts[0].lives
    assert [each.key for each in scene.mourned] == ["runtime.worker_restarted"]


def test_a_thread_that_hangs_ends_its_worker_at_once(scene: Scene) -> None:
    scene.round()
    scene.hosts[0].say(heartbeat(hung=True))
    scene.round()
    assert not scene.hosts[0].lives
    assert len(scene.hosts) == 2
    scene.round()
    assert scene.hosts[1].lives


def test_a_worker_that_says_why_it_cannot_work_is_quoted(scene: Scene) -> None:
    scene.round()
    scene.hosts[0].say(WorkerFailed(FULL))
    scene.die()
    assert scene.mourned == [FULL]


def test_a_fault_of_the_hearer_does_not_silence_the_worker(scene: Scene) -> None:
    def deaf(message: WorkerMessage) -> None:
        raise RuntimeError(message)

    scene.shard._hear = deaf
    scene.round()
    scene.now += 50.0
    scene.hosts[0].say(heartbeat())
    scene.now += 9.0
    scene.round()
    assert scene.hosts[0].lives
