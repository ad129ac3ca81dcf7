"""One decoded picture with its camera and time."""

from __future__ import annotations

from dataclasses import dataclass

from gardefou.capture.burst import Burst
from gardefou.geometry.arrays import Image, Size


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

    @property
    def size(self) -> Size:
        """Width and height, px."""
        return self.image.shape[1], self.image.shape[0]
