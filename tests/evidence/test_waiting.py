"""What waits for the evidence process: urgent first, never more than there is room for."""

from __future__ import annotations

from fractions import Fraction
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from gardefou.capture.parameters import CodecParameters
from gardefou.capture.ring import EncodedPacket
from gardefou.evidence.heads import HeadRecord
from gardefou.evidence.job import EvidenceJob, EvidenceKind, Footage
from gardefou.evidence.waiting import WaitingRoom

KINDS = list(EvidenceKind)
PARAMETERS = CodecParameters("h264", "avc1", None, (320, 240), "yuv420p", 0, Fraction(1, 25), None)


def job(kind: EvidenceKind, number: int = 1, size: int = 10) -> EvidenceJob:
    footage = Footage((EncodedPacket(0.0, 0.04, True, bytes(size)),), PARAMETERS)
    return EvidenceJob(UUID(int=number), "gate", kind, 0.0, 0.0, 1.0, footage, HeadRecord.empty())


def kinds_taken(room: WaitingRoom) -> list[EvidenceKind]:
    taken = []
    while (ticket := room.take()) is not None:
        taken.append(ticket.job.kind)
    return taken


@given(st.lists(st.sampled_from(KINDS), max_size=20))
def test_jobs_leave_by_urgency_then_by_arrival(kinds: list[EvidenceKind]) -> None:
    room = WaitingRoom()
    for number, kind in enumerate(kinds):
        assert room.add(job(kind, number)) == []
    left = []
    while (ticket := room.take()) is not None:
        left.append((ticket.job.kind.urgency, ticket.job.alert_id.int))
    assert left == sorted(left)
    assert len(left) == len(kinds)


def test_the_order_is_snapshot_before_clip() -> None:
    room = WaitingRoom()
    for kind in reversed(KINDS):
        room.add(job(kind))
    assert kinds_taken(room) == [EvidenceKind.SNAPSHOT, EvidenceKind.BEFORE, EvidenceKind.CLIP]


def test_when_full_the_least_urgent_job_goes() -> None:
    room = WaitingRoom(most_jobs=2)
    clip, before, snapshot = job(EvidenceKind.CLIP), job(EvidenceKind.BEFORE), job(KINDS[0])
    assert room.add(clip) == []
    assert room.add(before) == []
    assert room.add(snapshot) == [clip]
    assert kinds_taken(room) == [EvidenceKind.SNAPSHOT, EvidenceKind.BEFORE]


def test_a_job_that_is_itself_the_least_urgent_is_refused() -> None:
    room = WaitingRoom(most_jobs=1)
    room.add(job(EvidenceKind.CLIP, 1))
    late = job(EvidenceKind.CLIP, 2)
    assert room.add(late) == [late]


def test_bytes_are_bounded_too() -> None:
    room = WaitingRoom(most_bytes=100)
    small, large = job(EvidenceKind.SNAPSHOT, size=60), job(EvidenceKind.CLIP, size=60)
    assert room.add(large) == []
    assert room.add(small) == [large]


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 50)), max_size=30))
def test_every_job_is_either_kept_or_handed_back(arrivals: list[tuple[EvidenceKind, int]]) -> None:
    room = WaitingRoom(most_jobs=5, most_bytes=120)
    refused = 0
    for number, (kind, size) in enumerate(arrivals):
        refused += len(room.add(job(kind, number, size)))
        assert len(room) <= 5
    assert refused + len(room) == len(arrivals)


def test_only_a_more_urgent_job_interrupts() -> None:
    room = WaitingRoom()
    room.add(job(EvidenceKind.BEFORE))
    begun = room.take_beside([])
    assert begun is not None
    room.add(job(EvidenceKind.BEFORE, 2))
    assert room.take_beside([begun]) is None
    room.add(job(EvidenceKind.SNAPSHOT, 3))
    more_urgent = room.take_beside([begun])
    assert more_urgent is not None
    assert more_urgent.job.alert_id.int == 3


class Clock:
    """Simulated seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_job_that_waits_too_long_is_begun_beside_more_urgent_ones_one_at_a_time() -> None:
    clock = Clock()
    room = WaitingRoom(patience_s=60.0, clock=clock)
    for number in (1, 2):
        room.add(job(EvidenceKind.CLIP, number))
    clock.now = 59.0
    room.add(job(EvidenceKind.SNAPSHOT, 3))
    snapshot = room.take_beside([])
    assert snapshot is not None
    assert room.take_beside([snapshot]) is None
    clock.now = 60.0
    old = room.take_beside([snapshot])
    assert old is not None
    assert old.job.alert_id.int == 1
    assert room.take_beside([snapshot, old]) is None
    room.add(job(EvidenceKind.SNAPSHOT, 4))
    assert room.take_beside([old]) is not None


def test_beside_a_job_that_the_process_died_of_none_is_begun_that_would_share_the_blame() -> None:
    clock = Clock()
    room = WaitingRoom(patience_s=60.0, clock=clock)
    room.add(job(EvidenceKind.CLIP, 1))
    clock.now = 1.0
    room.add(job(EvidenceKind.SNAPSHOT, 2))
    suspect = room.take_beside([])
    assert suspect is not None
    suspect.attempts = 1
    clock.now = 100.0
    assert room.take_beside([suspect]) is None
    suspect.attempts = 0
    assert room.take_beside([suspect]) is not None


def test_where_all_is_overdue_the_longest_has_its_turn_beside_the_most_urgent() -> None:
    clock = Clock()
    room = WaitingRoom(patience_s=0.0, clock=clock)
    for number, kind in enumerate((EvidenceKind.CLIP, EvidenceKind.SNAPSHOT, EvidenceKind.BEFORE)):
        room.add(job(kind, number))
        clock.now += 1.0
    urgent = room.take_beside([])
    assert urgent is not None
    longest = room.take_beside([urgent])
    assert longest is not None
    assert [each.job.kind for each in (urgent, longest)] == [EvidenceKind.SNAPSHOT, KINDS[2]]
    assert room.take_beside([urgent, longest]) is None


def test_a_ticket_put_back_keeps_its_place() -> None:
    room = WaitingRoom()
    for number in (1, 2):
        room.add(job(EvidenceKind.CLIP, number))
    first = room.take()
    assert first is not None
    room.put_back(first)
    assert room.take() is first
