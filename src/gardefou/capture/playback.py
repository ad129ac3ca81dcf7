"""Ways to play a clip other than straight through: backwards, its last picture, ends held."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum

from gardefou.capture.frame import Frame, Role


class Play(StrEnum):
    """Which pictures of a clip are shown, and in which order."""

    FORWARD = "forward"
    REVERSED = "reversed"
    LAST_FRAME = "last_frame"


def variant(
    frames: Iterable[Frame],
    play: Play = Play.FORWARD,
    hold_first_s: float = 0.0,
    hold_last_s: float = 0.0,
    beat_s: float = 0.2,
) -> Iterator[Frame]:
    """Frames in another order, the first and the last one held for some seconds.

    Held frames come every ``beat_s``, without a burst. Time held before the clip is negative; the
    clip's own times stay what they are; a held frame is analysed also where it was only a look.
    Backwards, the last frame comes first and has the first one's time; all frames are in memory
    then, so it is for short clips.
    """
    if play is Play.REVERSED:
        frames = _backwards(list(frames))
    elif play is Play.LAST_FRAME:
        frames = [replace(last, time=0.0) for last in deque(frames, maxlen=1)]
    last: Frame | None = None
    for frame in frames:
        if last is None:
            yield from _held(frame, -hold_first_s, beat_s)
        yield frame
        last = frame
    if last is not None:
        yield from _held(last, hold_last_s, beat_s)


def _backwards(frames: list[Frame]) -> Iterator[Frame]:
    for frame in reversed(frames):
        # Mirrored in time, so that uneven steps stay as long as they were.
        yield replace(frame, time=frames[0].time + frames[-1].time - frame.time)


def _held(frame: Frame, seconds: float, beat_s: float) -> Iterator[Frame]:
    """The frame again every beat for so many seconds, before its own time when negative."""
    count = int(abs(seconds) / beat_s + 1e-6)
    beats = range(-count, 0) if seconds < 0 else range(1, count + 1)
    for beat in beats:
        yield replace(frame, time=frame.time + beat * beat_s, burst=None, role=Role.NOW)
