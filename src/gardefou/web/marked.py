"""Clips with their viewer's name burnt in, made when first asked for and kept while they look."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock, Timer
from typing import Final

from gardefou.evidence.watermark import SHOWN, stamped_clip

MOST_BYTES: Final = 64 * 1024 * 1024
"""Marked clips kept in memory, bytes; a minute at 960x540 is about 10 MB. What does not fit is made
again when it is asked for again, the same to the byte."""

LASTS_S: Final = 600.0
"""How long a marked clip is kept after it was made, s: as long as one motive stands."""


class MarkedClips:
    """Marks clips one at a time: people who look take one core at most. Nothing on the disk.

    ``clock`` tells seconds.
    """

    def __init__(self, clock: Callable[[], float], most_bytes: int = MOST_BYTES) -> None:
        self._clock = clock
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[float, bytes]] = OrderedDict()
        self._is_due = False

    def of(self, clip: str, text: str, content: Callable[[], bytes]) -> bytes:
        """The clip with ``text`` in every picture.

        ``clip`` names it, ``content`` reads it where it was not marked so yet. Raises `OutputError`
        when it cannot be read or decoded.
        """
        key = clip, text
        with self._lock:
            self._forget()
            known = self._kept.get(key)
            if known is not None:
                return known[1]
            made = stamped_clip(content(), text, SHOWN)
            self._kept[key] = self._clock(), made
            self._forget()
            if not self._is_due:
                self._look_later()
        return made

    def _look_later(self) -> None:
        """Let go of the oldest in time also where nobody asks again: it may be destroyed then."""
        self._is_due = True
        oldest, _ = next(iter(self._kept.values()), (self._clock(), b""))
        later = Timer(max(oldest + LASTS_S - self._clock(), 1.0), self._look)
        later.daemon = True
        later.start()

    def _look(self) -> None:
        with self._lock:
            self._forget()
            self._is_due = False
            if self._kept:
                self._look_later()

    @property
    def size_bytes(self) -> int:
        """Bytes kept now."""
        return sum(len(made) for _, made in self._kept.values())

    def _forget(self) -> None:
        """Let go of what is old, then of the oldest beyond the room there is."""
        now = self._clock()
        old = [key for key, (at, _) in self._kept.items() if not 0 <= now - at < LASTS_S]
        for key in old:
            del self._kept[key]
        while self._kept and self.size_bytes > self._most_bytes:
            self._kept.popitem(last=False)
