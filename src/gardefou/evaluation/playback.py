"""Ways to play a clip for a case: held first or last frame, reversed, last frame only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from gardefou.capture.frame import Frame
from gardefou.evaluation.cases import Play

DEFAULT_STEP_S = 0.2
"""Time between held frames when a clip has only one, s."""


def played(
    frames: Iterator[Frame], play: Play, hold_first_s: float, hold_last_s: float
) -> list[Frame]:
    """The frames of a short clip in the order of a case, at the clip's own times.

    Held frames come at the clip's own rate: before time zero, and after its end;
    nothing flickers in them.
    """
    clip = list(frames)
    if not clip:
        return []
    if play == "last_frame":
        clip = [replace(clip[-1], time=0.0)]
    elif play == "reversed":
        end = clip[-1].time
        clip = [replace(frame, time=end - frame.time) for frame in reversed(clip)]
    step = min((b.time - a.time for a, b in pairwise(clip)), default=DEFAULT_STEP_S)
    before = [
        replace(clip[0], time=clip[0].time - n * step, burst=None)
        for n in range(int(hold_first_s / step + 1e-6), 0, -1)
    ]
    after = [
        replace(clip[-1], time=clip[-1].time + n * step, burst=None)
        for n in range(1, int(hold_last_s / step + 1e-6) + 1)
    ]
    return before + clip + after
