"""What is asked for when alerts open and end, and from which packets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
import pytest

from gardefou.capture.parameters import CodecParameters
from gardefou.capture.ring import EncodedPacket, PacketRing
from gardefou.evidence.collector import LEAD_S, LONGEST_S, TAIL_S, CameraEvidence, ClipCollector
from gardefou.evidence.heads import HeadTrail
from gardefou.evidence.job import EvidenceJob, EvidenceKind, Footage
from gardefou.geometry.detections import Detections
from gardefou.tracking.tracks import Tracks

ALERT, OTHER = UUID(int=1), UUID(int=2)
RATE = 10


@dataclass
class Camera:
    """A live camera: packets of 100 bytes, 10 a second, a keyframe each second."""

    codec_parameters: CodecParameters
    ring: PacketRing
    desk: CameraEvidence
    trail: HeadTrail
    jobs: list[EvidenceJob]
    time: float = 0.0

    def run(self, until: float) -> None:
        while self.time < until - 1e-9:
            number = round(self.time * RATE)
            self.ring.append(EncodedPacket(self.time, 0.1, number % RATE == 0, bytes(100)))
            self.trail.add(self.time, (64, 36), Detections.empty(), Tracks.empty())
            self.desk.advance(self.time)
            self.time = (number + 1) / RATE

    def asked(self, kind: EvidenceKind) -> EvidenceJob:
        (job,) = [job for job in self.jobs if job.kind is kind]
        return job


@pytest.fixture
def camera(footage_of: Footage) -> Camera:
    trail, jobs = HeadTrail(), list[EvidenceJob]()
    ring = PacketRing(seconds=10.0)
    made = Camera(footage_of.parameters, ring, None, trail, jobs)  # type: ignore[arg-type]
    made.desk = CameraEvidence("gate", made, trail, jobs.append)
    return made


def span(footage: Footage) -> tuple[float, float]:
    times = [packet.time for packet in footage.packets]
    return times[0], times[-1]


def test_a_snapshot_and_the_seconds_before_are_asked_for_at_once(camera: Camera) -> None:
    camera.run(until=20.0)
    camera.desk.opened(ALERT, 19.5)
    assert [job.kind for job in camera.jobs] == [EvidenceKind.SNAPSHOT, EvidenceKind.BEFORE]
    snapshot, before = camera.jobs
    assert snapshot.start == 19.5
    assert (before.start, before.end) == (19.5 - LEAD_S, 19.5)
    assert span(before.footage)[0] <= before.start
    assert span(before.footage)[1] >= before.end


def test_the_clip_follows_when_its_tail_is_there(camera: Camera) -> None:
    camera.run(until=20.0)
    camera.desk.opened(ALERT, 20.0)
    camera.run(until=28.0)
    camera.desk.closed(ALERT, 26.0)
    camera.run(until=26.0 + TAIL_S)
    assert len(camera.jobs) == 2
    camera.run(until=26.0 + TAIL_S + 0.2)
    clip = camera.asked(EvidenceKind.CLIP)
    assert (clip.start, clip.end) == (15.0, 31.0)
    first, last = span(clip.footage)
    assert first <= 15.0
    assert last >= 30.8
    steps = np.diff([packet.time for packet in clip.footage.packets])
    assert steps == pytest.approx(np.full(len(steps), 0.1))
    assert clip.heads.analysed.max() >= 31.0


def test_of_a_long_alert_the_beginning_is_kept(camera: Camera) -> None:
    camera.run(until=20.0)
    camera.desk.opened(ALERT, 20.0)
    camera.run(until=200.0)
    clip = camera.asked(EvidenceKind.CLIP)
    assert clip.end - clip.start == LONGEST_S
    first, last = span(clip.footage)
    assert last - first <= LONGEST_S + 2.0
    camera.desk.closed(ALERT, 190.0)
    camera.run(until=210.0)
    assert len(camera.jobs) == 3


def test_an_alert_right_after_the_start_takes_what_there_is(camera: Camera) -> None:
    camera.run(until=2.0)
    camera.desk.opened(ALERT, 1.9)
    assert span(camera.asked(EvidenceKind.BEFORE).footage)[0] == 0.0


def test_what_is_dropped_is_never_asked_for(camera: Camera) -> None:
    camera.run(until=20.0)
    camera.desk.opened(ALERT, 20.0)
    camera.run(until=24.0)
    camera.desk.drop()
    camera.run(until=90.0)
    camera.desk.finish()
    assert [job.kind for job in camera.jobs] == [EvidenceKind.SNAPSHOT, EvidenceKind.BEFORE]


def test_two_alerts_share_their_packets(camera: Camera) -> None:
    camera.run(until=20.0)
    camera.desk.opened(ALERT, 20.0)
    camera.run(until=21.0)
    camera.desk.opened(OTHER, 21.0)
    camera.desk.closed(ALERT, 21.0)
    camera.desk.closed(OTHER, 22.0)
    camera.run(until=30.0)
    one, two = [job for job in camera.jobs if job.kind is EvidenceKind.CLIP]
    by_time = {packet.time: packet for packet in one.footage.packets}
    shared = [packet for packet in two.footage.packets if packet.time in by_time]
    assert len(shared) > 50
    assert all(by_time[packet.time] is packet for packet in shared)


def test_a_change_of_the_stream_ends_the_clip_there(camera: Camera) -> None:
    camera.run(until=20.0)
    camera.desk.opened(ALERT, 20.0)
    camera.run(until=23.0)
    camera.ring.clear()
    camera.codec_parameters = replace(camera.codec_parameters, size=(64, 48))
    camera.run(until=25.0)
    clip = camera.asked(EvidenceKind.CLIP)
    assert clip.footage.parameters.size != (64, 48)
    assert span(clip.footage)[1] == pytest.approx(22.5, abs=0.6)


def test_packets_lost_from_the_ring_end_the_clip_there(camera: Camera) -> None:
    camera.run(until=20.0)
    camera.desk.opened(ALERT, 20.0)
    camera.run(until=23.0)
    camera.ring.clear()
    camera.run(until=26.0)
    steps = np.diff([packet.time for packet in camera.asked(EvidenceKind.CLIP).footage.packets])
    assert steps.max() == pytest.approx(0.1)


def test_the_end_of_the_stream_asks_for_what_there_is(camera: Camera) -> None:
    camera.run(until=20.0)
    camera.desk.opened(ALERT, 20.0)
    camera.run(until=22.35)
    camera.desk.finish()
    assert span(camera.asked(EvidenceKind.CLIP).footage)[1] == pytest.approx(22.3)
    camera.desk.finish()
    assert len(camera.jobs) == 3


def test_memory_is_bounded(camera: Camera) -> None:
    camera.run(until=10.0)
    collector = ClipCollector(camera, 5.0, largest_bytes=6_000)
    while not collector.is_cut:
        camera.run(until=camera.time + 1.0)
        collector.pull()
    assert collector.footage.size_bytes == 6_000
    camera.run(until=camera.time + 2.0)
    collector.pull()
    assert collector.footage.size_bytes == 6_000


def test_closing_an_alert_that_never_opened_changes_nothing(camera: Camera) -> None:
    camera.desk.closed(OTHER, 3.0)
    camera.run(until=12.0)
    assert camera.jobs == []
