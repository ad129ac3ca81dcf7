"""Counting in a running system: quarter by quarter into the store, whatever dies between."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import numpy as np
import pytest

from gardefou.geometry.detections import ObjectClass
from gardefou.perception.percept import Detections, Foreground, Percept
from gardefou.runtime.bus import CameraState
from gardefou.runtime.counting import LineStatistics, line_statistics
from gardefou.runtime.hosts import ready_to_fork
from gardefou.site.document import Camera, CountingLine
from gardefou.statistics.lines import Heading, Passer
from gardefou.storage.line_counts import LineCountRecord
from support.counts import START
from support.deadly import Trap
from support.hurried import HurriedHost
from support.processes import until
from support.rtsp_server import RtspServer
from support.system import System, camera

DOOR = CountingLine(id="door", line=((0.5, 0.0), (0.5, 1.0)))
SIZE = (640, 360)


def site_camera(*lines: CountingLine) -> Camera:
    return Camera.model_validate({"id": "gate", "name": "Gate"}).model_copy(update={"lines": lines})


def seen(x: float, time: float) -> Percept:
    """Somebody whose box is around ``x``, px."""
    body = Detections(
        np.array([[x - 20, 100.0, x + 20, 220.0]]),
        np.array([0.9]),
        np.array([int(ObjectClass.PERSON)], dtype=np.int64),
    )
    still = Foreground(np.zeros((0, 4)), np.zeros(0), 0.0, False)
    return Percept("gate", time, SIZE, body, still)


def test_a_camera_without_lines_counts_nothing() -> None:
    assert line_statistics(site_camera()) is None
    assert line_statistics(site_camera(DOOR)) is not None


def test_a_sleeping_camera_watches_on_and_counts_nobody() -> None:
    statistics = LineStatistics(site_camera(DOOR))
    assert statistics.update(seen(190, START)) == []
    for look in range(1, 100):
        assert statistics.rest(START + 4.0 * look) == []
    (quarter,) = statistics.ended(START + 2000)
    assert quarter.counted_s == 396
    assert {each.passages for each in quarter.counts} == {None}


def test_who_walks_through_is_a_number_and_too_few_are_none() -> None:
    statistics = LineStatistics(site_camera(DOOR))
    time = float(START)
    for _ in range(6):  # six walk to the right, each of them somebody new
        for step in range(26):
            assert statistics.update(seen(190 + 10 * step, time)) == []
            time += 0.2
        statistics.reset()
        time += 1.0
    (quarter,) = statistics.ended(START + 2000)
    found = {(each.heading, each.passer): each.passages for each in quarter.counts}
    assert found.pop((Heading.RIGHT, Passer.PERSON)) == 6
    assert set(found.values()) == {None}
    assert set(type(quarter).__slots__) == {
        "camera_id",
        "start",
        "counted_s",
        "counts",
    }


@pytest.fixture(scope="module")
def system(
    mark: str, server: RtspServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    """A real system that counts on the lawn; a quarter of an hour takes three seconds."""
    ready_to_fork()
    home = tmp_path_factory.mktemp("home")
    counted = camera(server.url).model_copy(update={"lines": (DOOR,)})
    with System(home, [counted], host=HurriedHost) as running:
        running.until_state(CameraState.RUNNING)
        yield running


def rows(system: System) -> list[LineCountRecord]:
    return system.store.line_counts()


def last(system: System) -> int:
    return max((row.start for row in rows(system)), default=0)


def assert_whole(system: System) -> None:
    """Six rows for each quarter, two headings and three classes; nothing small."""
    found = rows(system)
    keys = [(row.start, row.heading, row.passer) for row in found]
    assert len(keys) == len(set(keys)) == 6 * len({row.start for row in found})
    assert all(row.passages is None or row.passages >= 5 for row in found)


def test_quarters_reach_the_store(system: System) -> None:
    until(lambda: len({row.start for row in rows(system)}) >= 2, what="no quarters came")
    assert_whole(system)
    until(lambda: not list(system.home.spool.glob("*-counted.json")), what="it was not taken in")


@pytest.mark.parametrize("step", ["before:counted", "after:counted"])
def test_what_a_dying_worker_had_written_is_there_once(system: System, step: str) -> None:
    """Only the quarter that ran, or was about to be written, is lost."""
    known, lives = {row.start for row in rows(system)}, len(system.hosts)
    trap = Trap(system.home.folder)
    trap.set(step)
    until(lambda: trap.victim, what=f"no worker came to {step}")
    until(lambda: len(system.hosts) > lives, what="no new worker")
    until(lambda: last(system) > max(known) + 900, what="counting did not go on")
    assert known <= {row.start for row in rows(system)}
    assert_whole(system)


def test_a_worker_killed_in_a_quarter_loses_that_quarter_alone(system: System) -> None:
    known, lives = {row.start for row in rows(system)}, len(system.hosts)
    os.kill(system.worker, signal.SIGKILL)
    until(lambda: len(system.hosts) > lives, what="no new worker")
    until(lambda: last(system) > max(known) + 900, what="counting did not go on")
    assert known <= {row.start for row in rows(system)}
    assert_whole(system)
