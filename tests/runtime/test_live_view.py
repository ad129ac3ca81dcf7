"""A live view: pictures only while somebody watches, masked, and ending with its camera."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from gardefou.capture.gate import Sleep
from gardefou.runtime.bus import CameraState
from gardefou.runtime.live_broker import LiveBroker
from gardefou.runtime.messages import Heartbeat, LivePicture
from support.idle import RATE, room
from support.processes import DEADLINE_S, until
from support.rtsp_server import RtspServer
from support.system import CAMERA, System, camera
from support.units import write_units


@pytest.fixture(scope="module")
def system(
    mark: str, server: RtspServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    home = tmp_path_factory.mktemp("home")
    with System(home, [camera(server.url, masked=True)]) as running:
        running.until_state(CameraState.RUNNING)
        yield running


def pictures(system: System) -> list[bytes]:
    return [each.jpeg for each in system.messages if isinstance(each, LivePicture)]


def beats(system: System) -> int:
    return sum(isinstance(each, Heartbeat) for each in system.messages)


def watch(system: System, count: int) -> list[bytes]:
    """Watch until so many pictures came, or the view ends."""

    async def look() -> list[bytes]:
        seen: list[bytes] = []
        view = system.hub.live.watch(CAMERA)
        async for picture in view:
            seen.append(picture)
            if len(seen) >= count:
                break
        await view.aclose()
        return seen

    return asyncio.run(asyncio.wait_for(look(), DEADLINE_S))


def test_no_picture_is_made_while_nobody_watches(system: System) -> None:
    seen = watch(system, 1)
    assert seen
    seen_at = {"beats": beats(system), "pictures": len(pictures(system))}

    def is_quiet() -> bool:
        """Whether no picture came for some heartbeats; those on their way may come before."""
        if len(pictures(system)) != seen_at["pictures"]:
            seen_at.update(beats=beats(system), pictures=len(pictures(system)))
        return beats(system) > seen_at["beats"] + 5

    until(is_quiet, what="pictures are made for nobody")


def test_pictures_are_masked_and_come_through_the_blur(system: System) -> None:
    for jpeg in watch(system, 3):
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        height, width = image.shape[:2]
        assert image[: int(0.25 * height), : int(0.25 * width)].std() < 2
        assert image[int(0.5 * height) :].std() > 10


def test_a_view_ends_when_its_camera_is_stopped_and_none_begins_after(system: System) -> None:
    seen: list[int] = []
    watcher = threading.Thread(target=lambda: seen.append(len(watch(system, 10_000))))
    watcher.start()
    until(lambda: CAMERA in system.hub.live.watched)
    system.hub.stop()
    watcher.join(DEADLINE_S)
    assert not watcher.is_alive()
    assert watch(system, 1) == []


def test_watchers_of_one_camera_share_it_and_the_last_one_switches_it_off() -> None:
    changes: list[frozenset[str]] = []

    async def run() -> None:
        broker = LiveBroker(lambda: changes.append(broker.watched))
        first, second = broker.watch("gate"), broker.watch("gate")
        waiting = [asyncio.ensure_future(anext(first)), asyncio.ensure_future(anext(second))]
        await asyncio.sleep(0)
        broker.show("gate", b"one")
        broker.show("other", b"two")
        assert await asyncio.gather(*waiting) == [b"one", b"one"]
        await first.aclose()
        assert broker.watched == {"gate"}
        await second.aclose()

    asyncio.run(run())
    assert changes == [frozenset({"gate"}), frozenset()]


def test_a_picture_after_the_end_does_not_revive_a_view() -> None:
    async def run() -> list[bytes]:
        broker = LiveBroker(lambda: None)
        view = broker.watch("gate")
        waiting = asyncio.ensure_future(anext(view))
        await asyncio.sleep(0)
        broker.show("gate", b"one")
        await waiting
        broker.end("gate")
        broker.show("gate", b"late")
        return [picture async for picture in view]

    assert asyncio.run(run()) == []


def test_a_camera_that_somebody_watches_wakes_and_stays_awake(tmp_path: Path) -> None:
    still = write_units(tmp_path / "still", [room(index) for index in range(4 * RATE)], RATE)
    home = tmp_path / "home"
    home.mkdir()
    with (
        RtspServer(units=still, rate=RATE) as server,
        System(home, [camera(server.url, sleep=Sleep.SURE)]) as system,
    ):
        system.until_state(CameraState.RUNNING)

        def awake() -> list[bool | None]:
            return [
                report.effort.awake
                for each in system.messages
                if isinstance(each, Heartbeat)
                for report in each.cameras
            ]

        until(lambda: awake()[-1:] == [False], 2 * DEADLINE_S, what="it never slept")
        until(lambda: watch(system, 3) and awake()[-1:] == [True], what="it sleeps while watched")
        until(lambda: awake()[-1:] == [False], 2 * DEADLINE_S, what="it slept no more")
