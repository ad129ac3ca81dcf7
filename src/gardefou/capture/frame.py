"""One decoded picture with its camera and time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from gardefou.capture.burst import Burst
from gardefou.geometry.arrays import Image, Size


class Role(Enum):
    """What a frame is for.

    ``NOW``: to analyse, the newest counts. ``LATE``: the same, of a camera that has just woken;
    each counts. ``LOOK``: a sleeping camera shows the same as before; nobody need analyse it.
    """

    NOW = auto()
    LATE = auto()
    LOOK = auto()


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture at analysis size, privacy masks already burnt in.

    ``time`` is stream time in seconds: UTC (Unix epoch) for a live stream, seconds from the start
    of the file for a file. It never decreases. ``image`` [H, W, 3] uint8 BGR. ``burst``: the small
    pictures that ended just before, about one frame in five where they are asked for. ``arrived``:
    when the packet that completes it was read, monotonic s.
    """

    camera_id: str
    time: float
    image: Image
    burst: Burst | None = None
    arrived: float = 0.0
    role: Role = Role.NOW

    @property
    def size(self) -> Size:
        """Width and height, px."""
        return self.image.shape[1], self.image.shape[0]
