"""Frames of one source through a camera's pipeline, the network always a frame ahead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from gardefou.capture.frame import Frame
from gardefou.perception.perceiver import Pending
from gardefou.runtime.pipeline import Analysed, CameraPipeline


class _Epochal(Protocol):
    @property
    def epoch(self) -> int: ...


def analysed_frames(
    frames: Iterable[Frame], pipeline: CameraPipeline, source: _Epochal
) -> Iterator[Analysed]:
    """Analyse frames in order, nothing dropped; one is decoded while the network sees another.

    Where the picture changes size (``source.epoch``) the pipeline starts afresh.
    """
    pending: Pending | None = None
    epoch = source.epoch
    for frame in frames:
        if source.epoch != epoch:
            epoch = source.epoch
            if pending is not None:
                yield pipeline.finish(pending)
                pending = None
            pipeline.reset()
        following = pipeline.start(frame)
        if pending is not None:
            yield pipeline.finish(pending)
        pending = following
    if pending is not None:
        yield pipeline.finish(pending)
