"""The last seconds of a stream as encoded packets in memory; evidence is decoded from here."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Final

RING_SECONDS: Final = 30.0
"""Stream time kept unless the caller says otherwise; seconds."""

RING_BYTES: Final = 64 * 1024 * 1024
"""Most bytes of packets kept for a camera: 30 s at 16 Mbit/s."""


@dataclass(frozen=True, slots=True)
class EncodedPacket:
    """One encoded picture. ``time`` and ``duration`` in seconds of stream time."""

    time: float
    duration: float
    is_keyframe: bool
    data: bytes


class PacketRing:
    """Encoded packets of the last seconds, always from a keyframe on; safe between threads.

    The oldest group of pictures is dropped as a whole once the groups after it cover ``seconds``,
    so the ring spans up to one keyframe interval more. When ``limit_bytes`` is reached the oldest
    groups go however short the rest is; a single group larger than that empties the ring until
    the next keyframe.
    """

    def __init__(self, seconds: float = RING_SECONDS, limit_bytes: int = RING_BYTES) -> None:
        self._seconds = seconds
        self._limit = limit_bytes
        self._groups: deque[list[EncodedPacket]] = deque()
        self._bytes = 0
        self._latest = 0.0
        self._lock = threading.Lock()

    def append(self, packet: EncodedPacket) -> None:
        """Keep a packet, in decoding order; one that no keyframe precedes is not kept."""
        with self._lock:
            if packet.is_keyframe:
                self._groups.append([])
            if not self._groups:
                return
            self._groups[-1].append(packet)
            self._bytes += len(packet.data)
            self._latest = max(self._latest, packet.time)
            self._trim()

    def keep(self, seconds: float) -> None:
        """Cover so many seconds of stream time from now on; what is older is forgotten at once."""
        with self._lock:
            self._seconds = seconds
            self._trim()

    def since(self, time: float) -> list[EncodedPacket]:
        """Packets in decoding order from the last keyframe at or before ``time``.

        Starts at the oldest keyframe when ``time`` is older than all that is kept.
        """
        with self._lock:
            groups = list(self._groups)
            first = 0
            for index, group in enumerate(groups):
                if group[0].time <= time:
                    first = index
            return [packet for group in groups[first:] for packet in group]

    def clear(self) -> None:
        """Forget everything, for example because the codec parameters changed."""
        with self._lock:
            self._groups.clear()
            self._bytes = 0
            self._latest = 0.0

    def cut_before(self, time: float) -> None:
        """Forget the groups of pictures that begin before ``time``."""
        with self._lock:
            while self._groups and self._groups[0][0].time < time:
                self._drop_oldest()

    @property
    def size_bytes(self) -> int:
        """Bytes of packet data kept."""
        with self._lock:
            return self._bytes

    @property
    def span_s(self) -> float:
        """Stream time covered, seconds."""
        with self._lock:
            return self._latest - self._groups[0][0].time if self._groups else 0.0

    def __len__(self) -> int:
        """Number of packets kept."""
        with self._lock:
            return sum(len(group) for group in self._groups)

    def _trim(self) -> None:
        while len(self._groups) > 1 and self._groups[1][0].time <= self._latest - self._seconds:
            self._drop_oldest()
        while self._groups and self._bytes > self._limit:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        self._bytes -= sum(len(packet.data) for packet in self._groups.popleft())
