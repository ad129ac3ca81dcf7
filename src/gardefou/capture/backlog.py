"""Packets whose pictures nobody has asked for yet: decoded when one is, dropped when none will be.

Later pictures depend on earlier ones only as far as the next keyframe from which a decoder may
start. So packets wait until a picture after them is wanted, and those that wait when such a
keyframe comes are never decoded: the last few of every group of pictures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

import av

VideoPacket: TypeAlias = "av.Packet[av.VideoStream]"

MOST: Final = 60
"""Packets that wait at most: more are decoded, so that none wait in long groups of pictures."""

_FRESH: Final[Mapping[str, frozenset[int]]] = {
    "h264": frozenset({5}),
    "hevc": frozenset({19, 20}),
}
"""Types of slices behind which no later picture looks (ITU-T H.264, table 7-1: IDR; H.265, table
7-1: IDR_W_RADL, IDR_N_LP)."""

_ALONE: Final = frozenset({"mjpeg"})
"""Codecs whose pictures depend on no other."""

_SLICES: Final[Mapping[str, range]] = {"h264": range(1, 6), "hevc": range(32)}
"""Types of all slices."""

_START: Final = b"\x00\x00\x01"


class Backlog:
    """The packets of one stream that wait, in order, with their stream times, s."""

    def __init__(self, codec: str, extradata: bytes | None) -> None:
        self._codec = codec
        self._length_size = _length_size(codec, extradata)
        self._waiting: list[tuple[VideoPacket, float]] = []

    @classmethod
    def of(cls, codec: str, extradata: bytes | None) -> Backlog | None:
        """The backlog of a stream; None for a codec of which fresh starts are not known."""
        return cls(codec, extradata) if codec in _FRESH or codec in _ALONE else None

    def __len__(self) -> int:
        return len(self._waiting)

    def headers(self, extradata: bytes) -> None:
        """Read what follows with other out-of-band headers."""
        self._length_size = _length_size(self._codec, extradata)

    @property
    def last(self) -> float | None:
        """Stream time of the last packet that waits, s; None when none does."""
        return self._waiting[-1][1] if self._waiting else None

    def add(self, packet: VideoPacket, time: float) -> None:
        """Let a packet wait."""
        self._waiting.append((packet, time))

    def take(self) -> list[VideoPacket]:
        """All that wait, to be decoded; none waits afterwards."""
        waiting, self._waiting = self._waiting, []
        return [packet for packet, _ in waiting]

    def starts_afresh(self, packet: VideoPacket) -> bool:
        """Whether this packet and all after it can be decoded without any before it."""
        if not packet.is_keyframe:
            return False
        if self._codec in _ALONE:
            return True
        kind = first_slice(bytes(packet), self._codec, self._length_size)
        return kind in _FRESH[self._codec]


def _length_size(codec: str, extradata: bytes | None) -> int:
    """Bytes of the length before each unit (ISO/IEC 14496-15); 0 where units have start codes."""
    where = {"h264": 4, "hevc": 21}.get(codec, 0)
    if not extradata or extradata[0] != 1 or len(extradata) <= where:
        return 0
    return (extradata[where] & 3) + 1


def first_slice(data: bytes, codec: str, length_size: int) -> int | None:
    """Type of the first slice of a packet; None where it has none.

    >>> first_slice(bytes([0, 0, 1, 0x67, 9, 0, 0, 1, 0x65, 8]), "h264", 0)
    5
    >>> first_slice(bytes([0, 2, 0x67, 9, 0, 2, 0x41, 8]), "h264", 2)
    1
    """
    at = 0
    while at < len(data):
        if length_size:
            length = int.from_bytes(data[at : at + length_size], "big")
            begin, at = at + length_size, at + length_size + length
        else:
            found = data.find(_START, at)
            if found < 0:
                return None
            begin = at = found + len(_START)
        if begin >= len(data):
            return None
        kind = data[begin] & 0x1F if codec == "h264" else data[begin] >> 1 & 0x3F
        if kind in _SLICES[codec]:
            return kind
    return None
