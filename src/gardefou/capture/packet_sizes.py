"""How large the packets of a still picture are: the early word that something moves."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

WINDOW_S: Final = 0.4
"""Packets between keyframes are weighed together over this time, s: one tick of a clock drawn into
the picture does not last, somebody who walks does."""

LEARNED_S: Final = 5.0
"""Stillness, decoded, after which quiet is known, s."""

MEMORY_S: Final = 60.0
"""Time constant with which an old largest is forgotten, s."""

ABOVE: Final = 1.15
"""Movement is loud from this many times the largest quiet load."""

SPREADS: Final = 5.0
"""And from so many standard deviations over the mean quiet load."""


class PacketSizes:
    """The load of a stream, bytes a packet between keyframes, and what it is in decoded stillness.

    Keyframes are of another kind and size, and say nothing of movement: they are left out.

    >>> sizes = PacketSizes()
    >>> for packet in range(200):
    ...     sizes.add(packet / 25, 900 + packet % 3)
    ...     if packet % 5 == 0:
    ...         sizes.learn(packet / 25)
    >>> for packet in range(200, 205):
    ...     sizes.add(packet / 25, 3000)
    >>> sizes.is_loud
    True
    """

    def __init__(self) -> None:
        self._window: deque[tuple[float, int]] = deque()
        self._bytes = 0
        self.forget()

    def forget(self) -> None:
        """Forget what is quiet, as when the stream changes."""
        self._learned_s = 0.0
        self._learned_at: float | None = None
        self._mean = self._square = self._largest = 0.0

    def add(self, time: float, size: int) -> None:
        """A packet that is no keyframe, at a stream time, s, and its bytes."""
        self._window.append((time, size))
        self._bytes += size
        while time - self._window[0][0] > WINDOW_S:
            self._bytes -= self._window.popleft()[1]

    def learn(self, time: float) -> None:
        """The picture at this stream time, s, was decoded and is still."""
        if not self._window or time - self._window[0][0] < WINDOW_S / 2:
            return  # A single packet is no load.
        before, self._learned_at = self._learned_at, time
        elapsed = min(max(time - before, 0.0), 1.0) if before is not None else 0.0
        self._learned_s += elapsed
        load = self._load
        rate = 1.0 if self._mean == 0 else max(elapsed / MEMORY_S, 1 / (1 + self._learned_s * 5))
        self._mean += (load - self._mean) * rate
        self._square += (load**2 - self._square) * rate
        fading = math.exp(-elapsed / MEMORY_S)
        self._largest = max(load, self._mean + (self._largest - self._mean) * fading)

    @property
    def is_known(self) -> bool:
        """Whether enough stillness was decoded to say what quiet is."""
        return self._learned_s >= LEARNED_S

    @property
    def is_loud(self) -> bool:
        """Whether the last packets are larger than those of stillness ever were."""
        if not self.is_known or not self._window:
            return False
        spread = math.sqrt(max(self._square - self._mean**2, 0.0))
        return self._load > max(self._largest * ABOVE, self._mean + SPREADS * spread)

    @property
    def _load(self) -> float:
        """Mean bytes a packet in the window."""
        return self._bytes / max(len(self._window), 1)
