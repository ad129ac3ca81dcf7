"""Who has the next step, in simulated time: urgent first, and nothing waits for ever."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from uuid import UUID

import pytest

from gardefou.capture.parameters import CodecParameters
from gardefou.evidence.heads import HeadRecord
from gardefou.evidence.job import EvidenceJob, EvidenceKind, Footage
from gardefou.evidence.turns import OLD_SHARE, Turns
from gardefou.evidence.waiting import PATIENCE_S, Ticket, WaitingRoom

PARAMETERS = CodecParameters("h264", "avc1", None, (320, 240), "yuv420p", 0, Fraction(1, 25), None)
STEPS = {
    EvidenceKind.SNAPSHOT: [0.3],
    EvidenceKind.BEFORE: [0.05] * 20,
    EvidenceKind.CLIP: [0.05] * 60,
}
"""What the steps of each kind take, s."""


def job(kind: EvidenceKind, number: int) -> EvidenceJob:
    footage = Footage((), PARAMETERS)
    return EvidenceJob(UUID(int=number), "gate", kind, 0.0, 0.0, 1.0, footage, HeadRecord.empty())


@dataclass
class Machine:
    """The service and its process in simulated time: the real waiting room, the real turns."""

    now: float = 0.0
    asked: dict[tuple[EvidenceKind, int], float] = field(default_factory=dict)
    took: dict[tuple[EvidenceKind, int], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.room = WaitingRoom(clock=lambda: self.now)
        self.turns: Turns[tuple[Ticket, list[float]]] = Turns(lambda: self.now)
        self.in_hand: list[Ticket] = []

    def ask(self, kind: EvidenceKind, number: int) -> None:
        self.asked[kind, number] = self.now
        self.room.add(job(kind, number))

    def step(self) -> None:
        """One step of one job, or a moment in which nothing is to be done."""
        while (ticket := self.room.take_beside(self.in_hand)) is not None:
            self.in_hand.append(ticket)
            work = ticket, list(STEPS[ticket.job.kind])
            self.turns.begin(work, ticket.job.kind.urgency, ticket.due_at)
        if not self.turns:
            self.now += 0.01
            return
        turn = self.turns.next()
        ticket, left = turn.work
        seconds = left.pop()
        self.now += seconds
        if not left:
            self.turns.end(turn)
            self.in_hand.remove(ticket)
            key = ticket.job.kind, ticket.job.alert_id.int
            self.took[key] = self.now - self.asked[key]
        self.turns.took(turn, seconds)

    def live(self, seconds: float, each_s: float, first: int = 100) -> None:
        """A new alert, its snapshot and the seconds before, again and again."""
        end, number = self.now + seconds, first
        due = self.now
        while self.now < end:
            while self.now >= due:
                self.ask(EvidenceKind.SNAPSHOT, number)
                self.ask(EvidenceKind.BEFORE, number)
                number, due = number + 1, due + each_s
            self.step()

    def worst(self, kind: EvidenceKind) -> float:
        return max(seconds for (each, _), seconds in self.took.items() if each is kind)


CLIP = EvidenceKind.CLIP, 1


@pytest.mark.parametrize("each_s", [1.2, 1.0, 0.8])
def test_a_clip_is_made_though_the_machine_is_full_of_newer_alerts(each_s: float) -> None:
    machine = Machine()
    machine.ask(*CLIP)
    machine.live(400.0, each_s)
    work = sum(STEPS[EvidenceKind.CLIP])
    assert CLIP in machine.took
    assert machine.took[CLIP] <= PATIENCE_S + work / OLD_SHARE + 1.0


def test_the_snapshot_of_a_new_alert_still_comes_at_once() -> None:
    machine = Machine()
    machine.ask(*CLIP)
    machine.live(400.0, 1.0)
    alone = STEPS[EvidenceKind.SNAPSHOT][0]
    step = STEPS[EvidenceKind.CLIP][0]
    assert machine.worst(EvidenceKind.SNAPSHOT) <= alone + alone / 3 + step + 1e-6


def test_while_nothing_is_overdue_the_order_is_that_of_urgency() -> None:
    machine = Machine()
    machine.ask(*CLIP)
    machine.live(PATIENCE_S / 2, 1.2)
    assert CLIP not in machine.took
    done = list(machine.took)
    assert done.index((EvidenceKind.SNAPSHOT, 101)) < done.index((EvidenceKind.BEFORE, 101))


def test_an_overdue_job_has_its_share_of_the_time_and_no_more() -> None:
    now = 0.0
    turns: Turns[str] = Turns(lambda: now)
    turns.begin("old", 2, due_at=0.0)
    turns.begin("new", 0, due_at=1e9)
    spent = {"old": 0.0, "new": 0.0}
    for number in range(4000):
        turn = turns.next()
        seconds = 0.05 if turn.work == "old" else (0.1, 0.3)[number % 2]
        spent[turn.work] += seconds
        turns.took(turn, seconds)
        now += seconds
    assert spent["old"] / (spent["old"] + spent["new"]) == pytest.approx(OLD_SHARE, abs=0.01)


def test_all_that_is_overdue_is_served_the_longest_first() -> None:
    machine = Machine()
    for number in (1, 2, 3):
        machine.ask(EvidenceKind.CLIP, number)
        machine.now += 1.0
    machine.live(400.0, 0.8)
    clips = [number for kind, number in machine.took if kind is EvidenceKind.CLIP]
    assert clips == [1, 2, 3]
