"""A rehearsal in a running system: paid first, blocked when used up, its clips erased."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import UUID

from uuid6 import uuid7

from gardefou.alerting.alert import Alert
from gardefou.evidence.job import folder_of
from gardefou.governance.entry import Operation
from gardefou.governance.journal import Journal
from gardefou.governance.rehearsal import CHARGE_S, RehearsalBudget
from gardefou.situations.situation import Situation
from gardefou.storage.records import EvidenceKind, Mode
from support.processes import until
from support.rtsp_server import RtspServer
from support.system import CAMERA, System, camera

OPENED_AT = time.time() - 3600.0


def alert_with_evidence(system: System, mode: Mode) -> tuple[UUID, Path]:
    """An alert of an earlier life, with a snapshot told of and a clip that a kill left untold."""
    alert = Alert(uuid7(), None, CAMERA, Situation.ZONE_INTRUSION, "lawn", OPENED_AT, ())
    system.store.record_opened(alert, mode)
    system.store.record_closed(alert.id, OPENED_AT + 1)
    folder = folder_of(alert.id, OPENED_AT)
    (system.home.evidence / folder).mkdir(parents=True)
    for name in ("snapshot.jpg", "clip.mp4", ".before.mp4.part"):
        (system.home.evidence / folder / name).write_bytes(b"picture")
    path = str(folder / "snapshot.jpg")
    system.store.attach_evidence(alert.id, EvidenceKind.SNAPSHOT, path, OPENED_AT)
    return alert.id, system.home.evidence / folder


def test_a_start_erases_what_a_killed_rehearsal_left_and_nothing_else(tmp_path: Path) -> None:
    system = System(tmp_path, [], mode=Mode.EVALUATION)
    rehearsed, gone = alert_with_evidence(system, Mode.REHEARSAL)
    measured, kept = alert_with_evidence(system, Mode.EVALUATION)
    with system:
        assert not gone.exists()
        assert (kept / "snapshot.jpg").is_file()
        record = system.store.alert(rehearsed)
        assert not record.evidence
        assert record.evidence_errors[EvidenceKind.SNAPSHOT] == "runtime.rehearsal_erased"
        assert EvidenceKind.SNAPSHOT in system.store.alert(measured).evidence
        erased = [
            line.object_ref
            for line in system.journal.entries()
            if line.operation == Operation.ERASURE
        ]
        assert erased == [f"alert:{rehearsed}"]


def test_a_rehearsal_is_paid_runs_is_blocked_when_used_up_and_erased_at_the_stop(
    mark: str, server: RtspServer, tmp_path: Path
) -> None:
    time_passed = {"s": 0.0}
    journal = Journal(tmp_path / "journal.jsonl")
    budget = RehearsalBudget(journal, [CAMERA], clock=lambda: time_passed["s"])
    with System(tmp_path, [camera(server.url)], mode=Mode.REHEARSAL, budget=budget) as system:
        system.until_alerts(1)
        until(lambda: system.alerts()[0].evidence, what="no evidence came")
        steps = [
            line.details.get("step")
            for line in journal.entries()
            if line.operation == Operation.REHEARSAL
        ]
        assert steps == ["start", "charge"]
        while budget.left_s(CAMERA) > CHARGE_S:
            time_passed["s"] += CHARGE_S
            budget.spend([CAMERA])
        time_passed["s"] += CHARGE_S
        notice = system.until_blocked("governance.rehearsal.used_up")
        assert CAMERA in notice.in_language("fr")
        until(lambda: not system.hub.bus.system.processing)
        until(lambda: not system.store.open_alerts(), what="an alert stayed open unwatched")
        system.hub.stop()
        assert not [path for path in system.home.evidence.rglob("*") if path.is_file()]
        assert all(not record.evidence for record in system.alerts())
        assert system.alerts()[0].mode is Mode.REHEARSAL
    again = RehearsalBudget(journal, [CAMERA])
    assert again.left_s(CAMERA) == 0


def test_a_rehearsal_that_cannot_be_journalled_reads_nothing(
    mark: str, server: RtspServer, tmp_path: Path
) -> None:
    journal = Journal(tmp_path / "elsewhere.jsonl")
    budget = RehearsalBudget(journal, [CAMERA])
    journal.path.mkdir()
    with System(tmp_path, [camera(server.url)], mode=Mode.REHEARSAL, budget=budget) as system:
        system.until_blocked("governance.journal.no_file")
        assert not system.hub.bus.system.processing
        assert not system.alerts()
