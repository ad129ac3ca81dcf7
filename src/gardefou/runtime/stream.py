"""Frames of one source through a camera's pipeline; one is decoded while the network works."""

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
        if pending is not None:
            yield _finished(pending, pipeline, answer)
            pending = None
        if source.epoch != epoch:
            epoch = source.epoch
            pipeline.reset()
        if frame.role is Role.LOOK:
            pipeline.rest(frame)
        else:
            pending = pipeline.start(frame)
            if is_resting and answer is not None:
                # Awaited: until the answer is there the camera sleeps on, packet after packet.
                yield _finished(pending, pipeline, answer)
                pending = None
        is_resting = frame.role is Role.LOOK
    if pending is not None:
        yield _finished(pending, pipeline, answer)


def _finished(pending: Pending, pipeline: CameraPipeline, answer: Answer | None) -> Analysed:
    analysed = pipeline.finish(pending)
    if answer is not None:
        answer(analysed.percept.time, analysed.calm)
    return analysed
