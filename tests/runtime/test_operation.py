"""Operation: under a warrant only; it ends, is suspended, or is left alone, and reading ends."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from gardefou.errors import TrialError
from gardefou.governance.ledger import Origin
from gardefou.governance.refusal import Reason, Refusal
from gardefou.governance.warrant import Ruling
from gardefou.runtime.bus import CameraState
from gardefou.runtime.detectors import watching_only
from gardefou.runtime.lease import LEASE_S, Lease
from gardefou.runtime.messages import Heartbeat
from gardefou.site.document import Camera
from gardefou.situations.situation import Situation
from gardefou.storage.records import Mode
from support.processes import until
from support.rtsp_server import RtspServer
from support.system import CAMERA, System, camera

ENDED = Refusal.of(Reason.ENDED, mandate="carnival", end="today")


class Paper:
    """A warrant whose ruling the test changes; while ``held`` it does not answer."""

    mandate_id = "carnival"
    is_over = False

    def __init__(self) -> None:
        self.ruling = Ruling()
        self.answers = threading.Event()
        self.answers.set()

    def beyond(self, camera: Camera) -> Refusal | None:
        beyond = camera.situations.on - {Situation.ZONE_INTRUSION}
        return Refusal.of(Reason.SITUATION_NOT_COVERED, camera=camera.id) if beyond else None

    def rule(self) -> Ruling:
        self.answers.wait()
        return self.ruling


def analysed(system: System) -> int:
    """Frames analysed, as the workers' last heartbeat says."""
    beats = [each for each in system.messages if isinstance(each, Heartbeat)]
    return sum(report.analysed for report in beats[-1].cameras)


def beats(system: System) -> int:
    return sum(isinstance(each, Heartbeat) for each in system.messages)


def may_be_tried(system: System, proposed: Camera) -> bool:
    """Whether a camera may be tried now; it runs, but for a moment without its lease."""
    with suppress(TrialError):
        system.hub.trials.check(proposed)
        return True
    return False


def until_beats(system: System, more: int) -> None:
    count = beats(system) + more
    until(lambda: beats(system) >= count, what="no heartbeat came")


def test_no_operation_without_a_warrant_and_no_warrant_without_operation(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        System(tmp_path, [], mode=Mode.OPERATIONAL)
    with pytest.raises(ValueError):
        System(tmp_path, [], mode=Mode.REHEARSAL, warrant=Paper())


def test_a_lease_that_is_not_renewed_lapses() -> None:
    now = {"s": 0.0}
    lease = Lease(LEASE_S, lambda: now["s"])
    seen = [lease.has_lapsed]
    lease.renew()
    for now["s"] in (LEASE_S, LEASE_S + 0.01):
        seen.append(lease.has_lapsed)
    assert seen == [True, False, True]
    assert not Lease(None).has_lapsed


def test_operation_is_under_its_mandate_until_it_ends_is_suspended_or_left_alone(
    mark: str, server: RtspServer, tmp_path: Path
) -> None:
    paper = Paper()
    with System(tmp_path, [camera(server.url)], mode=Mode.OPERATIONAL, warrant=paper) as system:
        assert {each.mandate_id for each in system.until_alerts(1)} == {"carnival"}
        with pytest.raises(TrialError) as beyond:
            system.hub.trials.check(watching_only(camera(server.url), Situation.FIRE))
        assert beyond.value.key == "runtime.trial.not_covered"
        until(partial(may_be_tried, system, camera(server.url)), what="nothing may be tried")
        paper.ruling = Ruling(ENDED)
        assert system.until_blocked(ENDED.notice.key) == ENDED.notice
        until_beats(system, 2)
        count = analysed(system)
        until_beats(system, 3)
        assert analysed(system) == count
        until(lambda: not system.store.open_alerts(), what="an alert stayed open unwatched")
        until(lambda: not system.hub.bus.system.processing)

        paper.ruling = Ruling()
        system.until_state(CameraState.RUNNING)
        system.hub.switch.suspend("desk:anna", Origin.OPERATOR, "gate 3")
        system.until_blocked("mandate.refusal.suspended")
        with pytest.raises(TrialError, match="gate 3"):
            system.hub.trials.begin(camera(server.url), lines_only=True)
        system.hub.switch.resume("desk:anna", "clear")
        until_beats(system, 2)
        assert system.health().state is CameraState.BLOCKED
        system.hub.switch.resume("desk:bruno", "clear")
        system.until_state(CameraState.RUNNING)

        paper.answers.clear()  # The hub hangs: nobody renews the permit.
        system.until_blocked("runtime.lease_lapsed")
        paper.answers.set()
        system.until_state(CameraState.RUNNING)

        paper.ruling = replace(paper.ruling, blocked={CAMERA: ENDED})
        assert system.until_blocked(ENDED.notice.key) == ENDED.notice
