"""Clips with their viewer's name burnt in, made when first asked for and kept while they look."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Timer
from typing import Final

from gardefou.errors import OutputError
from gardefou.evidence.watermark import SHOWN, stamped_clip

MOST_BYTES: Final = 64 * 1024 * 1024
"""Marked clips kept in memory, bytes; a minute at 960x540 is about 10 MB. What does not fit is made
again when it is asked for again, the same to the byte."""

LASTS_S: Final = 600.0
"""How long a marked clip is kept after it was made, s: as long as one motive stands."""

SHORT_S: Final = 20.0
"""A clip of at most so many seconds is marked in less than one, on an idle core; s."""

MOST_WAITING: Final = 16
"""Requests that may wait for a clip; more would take the server's threads from everybody else."""


class TooManyError(Exception):
    """So many clips are being marked that one more may not wait."""


def most_long() -> int:
    """How many long clips are marked at once: half the processors that this process may use.

    Beside them one short clip has a turn of its own.
    """
    return max(1, len(os.sched_getaffinity(0)) // 2)


@dataclass(slots=True, eq=False)
class _Making:
    """A clip that waits for its turn or is being marked, and then how that ended."""

    is_long: bool
    has_begun: bool = False
    made: bytes | None = None
    error: OutputError | None = None
    is_over: bool = False


class MarkedClips:
    """Marks clips, ``long_turns`` long ones at once and a short one beside. Nothing on the disk.

    Each kind in the order of asking. A short clip never waits for a long one, only for other short
    ones; these may also take a long one's turn that nobody waits for. ``clock`` tells seconds.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        most_bytes: int = MOST_BYTES,
        long_turns: int | None = None,
    ) -> None:
        self._clock = clock
        self._most_bytes = most_bytes
        self._long_turns = most_long() if long_turns is None else long_turns
        self._changed = Condition()
        self._requests = 0
        self._making: dict[tuple[str, str], _Making] = {}
        self._kept: OrderedDict[tuple[str, str], tuple[float, bytes]] = OrderedDict()
        self._is_due = False

    def of(
        self, clip: str, text: str, content: Callable[[], bytes], is_long: bool = False
    ) -> bytes:
        """The clip with ``text`` in every picture.

        ``clip`` names it, ``content`` reads it where it was not marked so yet; whoever asks for
        the same meanwhile waits for it. Raises `OutputError` when it cannot be read or decoded,
        `TooManyError` when `MOST_WAITING` requests wait already.
        """
        key = clip, text
        with self._changed:
            self._forget()
            known = self._kept.get(key)
            if known is not None:
                return known[1]
            if self._requests >= MOST_WAITING:
                raise TooManyError
            self._requests += 1
            try:
                other = self._making.get(key)
                if other is not None:
                    self._changed.wait_for(lambda: other.is_over)
                    return _result(other)
                own = self._making[key] = _Making(is_long)
                self._changed.wait_for(lambda: self._may_begin(own))
                own.has_begun = True
                self._changed.notify_all()  # The next of its kind may look.
            finally:
                self._requests -= 1
        return self._make(key, own, content)

    def is_waiting(self, clip: str, text: str) -> bool:
        """Whether somebody asked for this clip, and others are marked before it."""
        with self._changed:
            own = self._making.get((clip, text))
            return own is not None and not own.has_begun

    def _make(self, key: tuple[str, str], own: _Making, content: Callable[[], bytes]) -> bytes:
        try:
            own.made = stamped_clip(content(), key[1], SHOWN)
        except OutputError as error:
            own.error = error
            raise
        finally:
            with self._changed:
                own.is_over = True
                del self._making[key]
                if own.made is not None:
                    self._keep(key, own.made)
                self._changed.notify_all()
        return own.made

    def _may_begin(self, own: _Making) -> bool:
        """Whether it is a clip's turn."""
        waiting = [each for each in self._making.values() if not each.has_begun]
        begun = [each.is_long for each in self._making.values() if each.has_begun]
        if own is not next(each for each in waiting if each.is_long is own.is_long):
            return False
        if len(begun) > self._long_turns:
            return False
        if own.is_long:
            return begun.count(True) < self._long_turns
        return not any(each.is_long for each in waiting) or False not in begun

    def _keep(self, key: tuple[str, str], made: bytes) -> None:
        self._kept[key] = self._clock(), made
        self._forget()
        if not self._is_due:
            self._look_later()

    def _look_later(self) -> None:
        """Let go of the oldest in time also where nobody asks again: it may be destroyed then."""
        self._is_due = True
        oldest, _ = next(iter(self._kept.values()), (self._clock(), b""))
        later = Timer(max(oldest + LASTS_S - self._clock(), 1.0), self._look)
        later.daemon = True
        later.start()

    def _look(self) -> None:
        with self._changed:
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


def _result(making: _Making) -> bytes:
    """What somebody else's asking gave; raises `OutputError` as theirs did."""
    if making.error is not None:
        raise OutputError(making.error.key, **making.error.fields)
    if making.made is None:  # It broke off in a way that nobody foresaw.
        raise OutputError("evidence.not_decoded")
    return making.made
