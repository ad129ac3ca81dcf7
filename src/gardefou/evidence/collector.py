"""What an alert's evidence is made from, gathered in the camera's loop while the alert lasts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Protocol
from uuid import UUID

from gardefou.capture.parameters import CodecParameters
from gardefou.capture.ring import EncodedPacket, PacketRing
from gardefou.evidence.heads import HeadTrail
from gardefou.evidence.job import EvidenceJob, EvidenceKind, Footage
from gardefou.geometry.arrays import Floats
from gardefou.perception.approved_view import ApprovedView

LEAD_S: Final = 5.0
"""A clip begins this long before the alert opened; seconds."""

TAIL_S: Final = 5.0
"""A clip ends this long after the alert ended; seconds."""

LONGEST_S: Final = 60.0
"""Longest clip, lead included: of a longer alert the beginning is kept; seconds."""

LARGEST_BYTES: Final = 64 * 1024 * 1024
"""Most bytes of packets gathered for a clip, 60 s at 8 Mbit/s; the clip ends where they end."""

PULL_S: Final = 1.0
"""Packets are taken over from the ring at this pace, well before it forgets them; seconds."""


class Recorded(Protocol):
    """The part of a source that evidence is made from."""

    @property
    def ring(self) -> PacketRing:
        """Encoded packets of the last seconds."""
        ...

    @property
    def codec_parameters(self) -> CodecParameters:
        """What a decoder for them must know."""
        ...


class ClipCollector:
    """Takes packets over from a camera's ring, piece by piece, from a moment on.

    Packets are shared with the ring and with other alerts of the camera, not copied. Gathering
    ends by itself at `LARGEST_BYTES`, when the stream changes (codec, size) and when the ring lost
    packets that were not taken over yet.
    """

    def __init__(self, source: Recorded, start: float, largest_bytes: int = LARGEST_BYTES) -> None:
        self._source = source
        self._parameters = source.codec_parameters
        self._room = largest_bytes
        self._packets: list[EncodedPacket] = []
        self.is_cut = False
        self._take(source.ring.since(start))

    @property
    def footage(self) -> Footage:
        """What was gathered so far."""
        return Footage(tuple(self._packets), self._parameters)

    def pull(self) -> None:
        """Take over what the ring received since the last time."""
        if self.is_cut:
            return
        if self._source.codec_parameters != self._parameters:
            self.is_cut = True
        elif not self._packets:
            self._take(self._source.ring.since(-_FOREVER))
        else:
            self._take(self._following(self._packets[-1]))

    def _following(self, last: EncodedPacket) -> Sequence[EncodedPacket]:
        kept = self._source.ring.since(last.time)
        for index in range(len(kept) - 1, -1, -1):
            if kept[index] is last:
                return kept[index + 1 :]
        self.is_cut = True
        return ()

    def _take(self, packets: Sequence[EncodedPacket]) -> None:
        for packet in packets:
            self._room -= len(packet.data)
            if self._room < 0:
                self.is_cut = True
                return
            self._packets.append(packet)


_FOREVER: Final = float("inf")


class _OpenClip:
    """The clip of an alert that may still be open."""

    def __init__(self, template: EvidenceJob, collector: ClipCollector) -> None:
        self._template = template
        self._collector = collector
        self.end = template.start + LONGEST_S

    def close(self, closed_at: float) -> None:
        self.end = min(self.end, closed_at + TAIL_S)

    def is_complete(self, time: float) -> bool:
        return time >= self.end or self._collector.is_cut

    def pull(self) -> None:
        self._collector.pull()

    def job(self, trail: HeadTrail) -> EvidenceJob:
        start = self._template.start
        return replace(
            self._template,
            end=self.end,
            footage=self._collector.footage,
            heads=trail.record(start, self.end),
        )


class CameraEvidence:
    """Asks for the evidence of one camera's alerts at the right moments.

    Lives in the camera's loop: `opened` and `closed` follow its alert events, `advance` its
    analysed frames (after the trail heard of the frame). ``submit`` takes the jobs and never
    waits. A snapshot and the seconds before are asked for at once, the clip when it is complete.
    ``view`` gives the approved view that pictures must show, if there is one.
    """

    def __init__(
        self,
        camera_id: str,
        source: Recorded,
        trail: HeadTrail,
        submit: Callable[[EvidenceJob], None],
        masks: Sequence[Floats] = (),
        view: Callable[[], ApprovedView | None] = lambda: None,
    ) -> None:
        self._view = view
        self._camera_id = camera_id
        self._source = source
        self._trail = trail
        self._submit = submit
        self._masks = tuple(masks)
        self._open: dict[UUID, _OpenClip] = {}
        self._pulled = -_FOREVER

    def opened(self, alert_id: UUID, opened_at: float) -> None:
        """An alert opened at a stream time, s (UTC seconds of a live stream)."""
        start = opened_at - LEAD_S
        collector = ClipCollector(self._source, start)
        before = EvidenceJob(
            alert_id=alert_id,
            camera_id=self._camera_id,
            kind=EvidenceKind.BEFORE,
            opened_at=opened_at,
            start=start,
            end=opened_at,
            footage=collector.footage,
            heads=self._trail.record(start, opened_at),
            masks=self._masks,
            view=self._view(),
        )
        self._submit(replace(before, kind=EvidenceKind.SNAPSHOT, start=opened_at))
        self._submit(before)
        template = replace(before, kind=EvidenceKind.CLIP)
        self._open[alert_id] = _OpenClip(template, collector)

    def closed(self, alert_id: UUID, closed_at: float) -> None:
        """An alert ended at a stream time, s; its clip follows when its tail is there."""
        clip = self._open.get(alert_id)
        if clip is not None:
            clip.close(closed_at)

    def advance(self, time: float) -> None:
        """The camera's loop has come to a stream time, s: take packets over, ask for clips."""
        if self._open and not 0 <= time - self._pulled < PULL_S:
            self._pulled = time
            for clip in self._open.values():
                clip.pull()
        for alert_id in [key for key, clip in self._open.items() if clip.is_complete(time)]:
            self._ask(alert_id)

    def finish(self) -> None:
        """The stream ends or begins anew: ask for every clip as far as it came."""
        for clip in self._open.values():
            clip.pull()
        for alert_id in list(self._open):
            self._ask(alert_id)

    def drop(self) -> list[UUID]:
        """Ask for none of the clips that are being gathered: their masks no longer fit; whose."""
        dropped = list(self._open)
        self._open.clear()
        return dropped

    def _ask(self, alert_id: UUID) -> None:
        clip = self._open.pop(alert_id)
        self._submit(clip.job(self._trail))
