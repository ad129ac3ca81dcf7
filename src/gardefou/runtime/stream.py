"""Frames of one source through a camera's pipeline; one is decoded while the network works."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from gardefou.capture.frame import Frame, Role
from gardefou.capture.gate import Answer
from gardefou.capture.group_end import CanSpare
from gardefou.perception.perceiver import Pending
from gardefou.runtime.pipeline import Analysed, CameraPipeline


class _Played(Protocol):
    @property
    def epoch(self) -> int: ...

    def spare_where(self, can_spare: CanSpare) -> None: ...


def analysed_frames(
    frames: Iterable[Frame],
    pipeline: CameraPipeline,
    source: _Played,
    answer: Answer | None = None,
) -> Iterator[Analysed]:
    """Analyse frames in order, nothing dropped; one is decoded while the network sees another.

    Where the picture changes size (``source.epoch``) the pipeline starts afresh. ``answer`` is told
    of each analysed frame whether the camera may sleep (`WakeGate.answer`); of one that comes after
    the looks of a sleep, before the next is asked for. A picture that the pipeline can spare is not
    decoded where nothing else needs it.
    """
    way = _Way(pipeline, answer)
    source.spare_where(way.can_spare)
    is_resting = False
    epoch = source.epoch
    for frame in frames:
        yield from way.ended()
        if source.epoch != epoch:
            epoch = source.epoch
            pipeline.reset()
        if frame.role is Role.LOOK:
            pipeline.rest(frame)
        else:
            way.begin(frame)
            if is_resting and answer is not None:
                # Awaited: until the answer is there the camera sleeps on, packet after packet.
                yield from way.ended()
        is_resting = frame.role is Role.LOOK
    yield from way.ended()


class _Way:
    """The one frame that is on its way through a pipeline."""

    def __init__(self, pipeline: CameraPipeline, answer: Answer | None) -> None:
        self._pipeline = pipeline
        self._answer = answer
        self._pending: Pending | None = None
        self._done: Analysed | None = None

    def begin(self, frame: Frame) -> None:
        """Start a frame; the one before it has ended."""
        self._pending = self._pipeline.start(frame)

    def ended(self) -> Iterator[Analysed]:
        """What the frame came to, once; nothing where none was on its way."""
        self._finish()
        done, self._done = self._done, None
        if done is not None:
            yield done

    def can_spare(self, given: float, time: float) -> bool:
        """Whether the next picture need not be decoded: the frame before it ends for that.

        So the answer is the same however long the network takes.
        """
        self._finish()
        return self._pipeline.can_spare(given, time)

    def _finish(self) -> None:
        if self._pending is None:
            return
        self._done, self._pending = self._pipeline.finish(self._pending), None
        if self._answer is not None:
            self._answer(self._done.percept.time, self._done.calm)
