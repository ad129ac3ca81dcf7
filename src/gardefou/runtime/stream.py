"""Frames of one source through a camera's pipeline, the network always a frame ahead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from gardefou.capture.frame import Frame, Role
from gardefou.capture.gate import Answer
from gardefou.perception.perceiver import Pending
from gardefou.runtime.pipeline import Analysed, CameraPipeline


class _Epochal(Protocol):
    @property
    def epoch(self) -> int: ...


def analysed_frames(
    frames: Iterable[Frame],
    pipeline: CameraPipeline,
    source: _Epochal,
    answer: Answer | None = None,
) -> Iterator[Analysed]:
    """Analyse frames in order, nothing dropped; one is decoded while the network sees another.

    Where the picture changes size (``source.epoch``) the pipeline starts afresh. ``answer`` is told
    of each analysed frame whether the camera may sleep (`WakeGate.answer`); of one that comes after
    the looks of a sleep, before the next is asked for.
    """
    pending: Pending | None = None
    is_resting = False
    epoch = source.epoch
    for frame in frames:
        if source.epoch != epoch:
            epoch = source.epoch
            if pending is not None:
                yield _finished(pending, pipeline, answer)
                pending = None
            pipeline.reset()
        following = None if frame.role is Role.LOOK else pipeline.start(frame)
        if pending is not None:
            yield _finished(pending, pipeline, answer)
        if following is None:
            pipeline.rest(frame)
        elif is_resting and answer is not None:
            # Awaited: until the answer is there the camera sleeps on, packet after packet.
            yield _finished(following, pipeline, answer)
            following = None
        is_resting = frame.role is Role.LOOK
        pending = following
    if pending is not None:
        yield _finished(pending, pipeline, answer)


def _finished(pending: Pending, pipeline: CameraPipeline, answer: Answer | None) -> Analysed:
    analysed = pipeline.finish(pending)
    if answer is not None:
        answer(analysed.percept.time, analysed.calm)
    return analysed
