"""kill -9 at every step of an alert's life: it is there exactly once, and nothing stays open."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from uuid import UUID

import pytest

from gardefou.errors import UnknownAlertError
from gardefou.runtime.bus import CameraState
from gardefou.runtime.hosts import ready_to_fork
from gardefou.storage.records import AlertRecord, CloseReason, EvidenceKind
from support.deadly import DeadlyHost, Trap
from support.processes import marked, open_files, until
from support.rtsp_server import RtspServer
from support.system import System, camera, threads

BACK_S = 120.0
"""A camera must come back; how soon is measured, not asserted."""


@pytest.fixture(scope="module")
def system(
    mark: str, server: RtspServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    ready_to_fork()
    before, files = threads(), open_files(os.getpid())
    home = tmp_path_factory.mktemp("home")
    with System(home, [camera(server.url)], host=DeadlyHost) as running:
        running.until_state(CameraState.RUNNING)
        yield running
        workers = {host.pid for host in running.hosts}
        running.hub.stop()
        assert not running.store.open_alerts()
        assert running.health().state is CameraState.STOPPED
    until(lambda: not workers & marked(mark).keys(), what="a worker was left behind")
    assert not any("evidence" in line for line in marked(mark).values())
    assert threads() <= before
    assert open_files(os.getpid()) <= files


def die(system: System, step: str) -> UUID:
    """Let the worker die at a step, and its camera come back; the alert that it was about."""
    system.until_state(CameraState.RUNNING, seconds=BACK_S)
    lives, began = len(system.hosts), system.health().since
    trap = Trap(system.home.folder)
    trap.set(step)
    until(lambda: trap.victim, 300.0, f"no worker came to {step}")
    until(lambda: len(system.hosts) > lives, BACK_S, "no new worker")
    until(lambda: system.health().since != began, BACK_S, "its death was not told")
    system.until_state(CameraState.RUNNING, seconds=BACK_S)
    assert trap.victim is not None
    return UUID(trap.victim)


def settled(system: System, alert: UUID) -> AlertRecord:
    """The alert when the store knows what became of all its evidence."""

    def is_known() -> bool:
        record = system.store.alert(alert)
        return record.evidence.keys() | record.evidence_errors.keys() == set(EvidenceKind)

    until(is_known, what="its evidence was never settled")
    return system.store.alert(alert)


def once(system: System, alert: UUID) -> bool:
    return [record.id for record in system.alerts()].count(alert) == 1


def test_before_the_opening_is_written_nothing_has_happened(system: System) -> None:
    alert = die(system, "before:opened")
    with pytest.raises(UnknownAlertError):
        system.store.alert(alert)
    assert not list(system.home.evidence.rglob(str(alert)))


def test_once_the_opening_is_written_the_alert_stands_and_is_closed(system: System) -> None:
    alert = die(system, "after:opened")
    record = settled(system, alert)
    assert once(system, alert)
    assert record.close_reason is CloseReason.INTERRUPTED
    assert record.closed_at is not None
    assert set(record.evidence_errors.values()) == {"runtime.evidence_lost"}


@pytest.mark.parametrize("kind", [EvidenceKind.SNAPSHOT, EvidenceKind.BEFORE])
def test_evidence_that_was_made_but_not_told_of_stays(system: System, kind: EvidenceKind) -> None:
    alert = die(system, f"before:{kind}-ready")
    record = settled(system, alert)
    assert once(system, alert)
    assert record.closed_at is not None
    assert (system.home.evidence / record.evidence[kind]).is_file()


def test_before_the_closing_is_written_the_alert_counts_as_interrupted(system: System) -> None:
    alert = die(system, "before:closed")
    assert once(system, alert)
    assert settled(system, alert).close_reason is CloseReason.INTERRUPTED


def test_once_the_closing_is_written_the_alert_has_ended(system: System) -> None:
    alert = die(system, "after:closed")
    assert once(system, alert)
    assert settled(system, alert).close_reason is CloseReason.ENDED


def test_a_worker_that_stands_still_is_replaced(system: System, mark: str) -> None:
    before, stopped = len(marked(mark)), system.worker
    os.kill(stopped, signal.SIGSTOP)
    until(lambda: stopped not in marked(mark), what="the worker that hangs was not ended")
    until(lambda: system.worker != stopped)
    system.until_state(CameraState.RUNNING, seconds=BACK_S)
    until(lambda: len(marked(mark)) <= before, what="a process was left behind")
