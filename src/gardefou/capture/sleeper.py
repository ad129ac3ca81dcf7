"""The packets of a camera that may sleep: decoded, compared or only kept, as its gate says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, Protocol, TypeAlias

import av

from gardefou.capture.frame import Frame, Role
from gardefou.capture.gate import Depth, WakeGate

KEPT: Final = 5
"""Analysed pictures of a dozing camera that are kept: a second before what wakes it."""

VideoPacket: TypeAlias = "av.Packet[av.VideoStream]"


class Decoding(Protocol):
    """What a sleeping camera does with its decoder."""

    def frames(self, packet: VideoPacket | None) -> Iterator[Frame]:
        """Frames to analyse that this packet completes; None for what the decoder still holds."""
        ...

    def alone(self, packet: VideoPacket, time: float) -> Frame | None:
        """The picture of a keyframe by itself, at analysis size; None when it is damaged.

        None, too, where it has another size than the pictures before.
        """
        ...

    def through(self, packets: Sequence[VideoPacket], time: float) -> Frame | None:
        """The picture of the last of some packets, at analysis size; None when it is damaged.

        All are decoded, and the decoder goes on with the next. None, too, where the decoder holds
        it back or it has another size than the pictures before.
        """
        ...

    def restart(self) -> None:
        """Make the decoder forget; it goes on with a keyframe."""
        ...

    def passed(self, time: float) -> None:
        """Pictures up to a stream time, s, will not be shown."""
        ...


class Sleeper:
    """Carries packets to the decoder as deep as the gate lets the camera sleep.

    While it sleeps or naps, ``_held`` are the packets from the last keyframe that was the same on,
    of which ``_fed`` were decoded, and ``_kept`` the pictures that they gave.
    """

    def __init__(self, gate: WakeGate, decoding: Decoding) -> None:
        self._gate = gate
        self._decoding = decoding
        self._held: list[tuple[VideoPacket, float]] = []
        self._fed = 0
        self._kept: list[Frame] = []
        gate.restart()

    def feed(self, packet: VideoPacket, time: float) -> Iterator[Frame]:
        """Frames that come of this packet, at its stream time, s: to analyse, or only looks."""
        gate = self._gate
        gate.packet(time, packet.size, packet.is_keyframe)
        if gate.depth is Depth.AWAKE and gate.depth_now(time) is not Depth.AWAKE:
            yield from self._fall_asleep(packet, time)
        elif gate.depth is Depth.DOZING and packet.is_keyframe and gate.deepest is not Depth.DOZING:
            yield from self._sink(packet, time)
        elif gate.depth is Depth.AWAKE:
            yield from self._awake(packet)
        elif gate.depth is Depth.DOZING:
            yield from self._doze(packet)
        else:
            yield from self._sleep_or_nap(packet, time)

    def flush(self) -> Iterator[Frame]:
        """Frames at the end of the stream; what was not decoded is looked at."""
        if self._gate.depth in (Depth.ASLEEP, Depth.NAPPING):
            yield from self._decode_on()
        for frame in self._decoding.frames(None):
            yield from self._taken(frame)
        if self._held:
            self._decoding.passed(self._held[-1][1])

    def _awake(self, packet: VideoPacket | None) -> Iterator[Frame]:
        for frame in self._decoding.frames(packet):
            self._gate.see(frame)
            yield frame

    def _fall_asleep(self, packet: VideoPacket, time: float) -> Iterator[Frame]:
        """Asleep or napping only from a keyframe on; dozing at once."""
        deepest = self._gate.deepest
        if deepest is Depth.DOZING:
            self._gate.fall_asleep(Depth.DOZING, time)
            yield from self._doze(packet)
        elif packet.is_keyframe:
            yield from self._awake(None)
            self._decoding.restart()
            self._gate.fall_asleep(deepest, time)
            yield from self._sleep_or_nap(packet, time)
        else:
            yield from self._awake(packet)

    def _sink(self, packet: VideoPacket, time: float) -> Iterator[Frame]:
        """From dozing to sleep or a nap, at a keyframe."""
        for frame in self._decoding.frames(None):
            yield from self._taken(frame)
        self._decoding.restart()
        if self._gate.depth is Depth.AWAKE:
            yield from self._awake(packet)
            return
        self._gate.fall_asleep(self._gate.deepest, time)
        yield from self._sleep_or_nap(packet, time)

    def _sleep_or_nap(self, packet: VideoPacket, time: float) -> Iterator[Frame]:
        is_asleep = self._gate.depth is Depth.ASLEEP
        yield from self._sleep(packet, time) if is_asleep else self._nap(packet, time)

    def _sleep(self, packet: VideoPacket, time: float) -> Iterator[Frame]:
        self._held.append((packet, time))
        if self._gate.is_called:
            yield from self._wake()
        elif packet.is_keyframe and self._gate.is_due(time):
            yield from self._look(packet, time)
        elif self._gate.is_alarmed(time):
            yield from self._decode_on()
            self._after_alarm(time)

    def _look(self, packet: VideoPacket, time: float) -> Iterator[Frame]:
        """Decode a keyframe alone: the same, or everything since the last look is decoded."""
        self._decoding.restart()
        frame = self._decoding.alone(packet, time)
        if frame is None or not self._gate.is_same(frame):
            yield from self._wake()
            return
        self._gate.counts.undecoded += len(self._held) - 1 - self._fed
        self._hold([(packet, time)])
        self._decoding.passed(time)
        is_heartbeat = self._gate.looked(time)
        yield frame if is_heartbeat else replace(frame, role=Role.LOOK)

    def _nap(self, packet: VideoPacket, time: float) -> Iterator[Frame]:
        """Compare keyframes and peeks between them; the rest of each group goes undecoded."""
        gate = self._gate
        self._held.append((packet, time))
        if gate.is_called:
            yield from self._wake()
        elif packet.is_keyframe:
            yield from self._nap_on(packet, time)
        elif gate.is_overdue(time):
            yield from self._decode_on()
            self._after_alarm(time)
        elif gate.is_peek_due(time):
            waiting = [each for each, _ in self._held[self._fed :]]
            self._fed = len(self._held)
            frame = self._decoding.through(waiting, time)
            if frame is None or not gate.is_same(frame):
                yield from self._wake()
            else:
                gate.peeked(time)

    def _nap_on(self, packet: VideoPacket, time: float) -> Iterator[Frame]:
        """Compare a keyframe, from which the decoder then goes on; every look is shown."""
        gate = self._gate
        self._decoding.restart()
        frame = self._decoding.through([packet], time)
        if frame is None:
            gate.cannot_nap()
        if frame is None or not gate.is_same(frame):
            yield from self._wake()
            return
        gate.counts.undecoded += len(self._held) - 1 - self._fed
        self._hold([(packet, time)])
        self._fed = 1
        self._decoding.passed(time)
        gate.peeked(time)
        if gate.is_due(time):
            is_heartbeat = gate.looked(time)
            yield frame if is_heartbeat else replace(frame, role=Role.LOOK)
        if gate.depth is Depth.NAPPING and gate.deepest is Depth.ASLEEP:
            self._decoding.restart()
            self._fed = 0
            gate.sink()

    def _wake(self) -> Iterator[Frame]:
        """Decode everything that is held, from its keyframe on."""
        self._gate.wake()
        self._decoding.restart()
        self._fed = 0
        self._kept.clear()
        yield from self._decode_on()
        self._hold([])

    def _decode_on(self) -> Iterator[Frame]:
        """Decode what is held and was not; wakes where something is new."""
        while self._fed < len(self._held):
            packet, _ = self._held[self._fed]
            self._fed += 1
            for frame in self._decoding.frames(packet):
                yield from self._taken(frame)

    def _after_alarm(self, time: float) -> None:
        """Awake, still asleep, or dozing because the group of pictures turned out to be long."""
        if self._gate.depth is Depth.AWAKE:
            self._hold([])
        elif self._gate.is_overdue(time):
            self._gate.fall_asleep(Depth.DOZING, time)
            self._hold([])
        else:
            self._gate.was_nothing(time)

    def _doze(self, packet: VideoPacket) -> Iterator[Frame]:
        """Decode and compare; every look is shown, and nothing else."""
        for frame in self._decoding.frames(packet):
            if self._gate.is_called:
                self._gate.wake()
                yield from self._released()
            yield from self._taken(frame)
            del self._kept[:-KEPT]
            if self._gate.depth is Depth.DOZING and self._gate.is_due(frame.time):
                is_heartbeat = self._gate.looked(frame.time)
                yield frame if is_heartbeat else replace(frame, role=Role.LOOK)

    def _taken(self, frame: Frame) -> Iterator[Frame]:
        """A decoded frame: kept while it is the same, else given out after those that were kept."""
        gate = self._gate
        if gate.depth is Depth.AWAKE:
            gate.see(frame)
            yield replace(frame, role=Role.LATE)
        elif gate.is_same(frame):
            self._kept.append(frame)
        else:
            gate.wake()
            yield from self._released()
            yield replace(frame, role=Role.LATE)

    def _released(self) -> Iterator[Frame]:
        kept, self._kept = self._kept, []
        for frame in kept:
            yield replace(frame, role=Role.LATE)

    def _hold(self, packets: list[tuple[VideoPacket, float]]) -> None:
        self._held, self._fed = packets, 0
        self._kept.clear()
