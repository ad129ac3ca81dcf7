"""Frames through a pipeline: in order, none dropped, afresh where the picture changes size."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import numpy as np

from gardefou.capture.frame import Frame, Role
from gardefou.perception.perceiver import Pending
from gardefou.runtime.pipeline import Analysed, CameraPipeline
from gardefou.runtime.stream import analysed_frames

IMAGE = np.zeros((2, 2, 3), dtype=np.uint8)


class Source:
    """Frames of a stream whose picture changes size before some of them."""

    def __init__(self, count: int, changes: tuple[int, ...] = ()) -> None:
        self.asked: list[str] = []
        self.epoch = 0
        self._count = count
        self._changes = changes

    def frames(self) -> Iterator[Frame]:
        for index in range(self._count):
            self.epoch += index in self._changes
            self.asked.append(f"decode {index}")
            yield Frame("cam", float(index), IMAGE)


class Diary:
    """A pipeline that writes down what it is asked, and gives the frame's time back."""

    def __init__(self, asked: list[str]) -> None:
        self.asked = asked

    def start(self, frame: Frame) -> Pending:
        self.asked.append(f"start {frame.time:g}")
        return cast(Pending, frame.time)

    def finish(self, pending: Pending) -> Analysed:
        self.asked.append(f"finish {pending:g}")
        return cast(Analysed, pending)

    def rest(self, frame: Frame) -> None:
        self.asked.append(f"rest {frame.time:g}")

    def reset(self) -> None:
        self.asked.append("reset")


def played(source: Source) -> tuple[list[float], list[str]]:
    diary = Diary(source.asked)
    pipeline = cast(CameraPipeline, diary)
    times = [cast(float, each) for each in analysed_frames(source.frames(), pipeline, source)]
    return times, diary.asked


def test_a_frame_is_decoded_before_the_one_before_it_ends() -> None:
    """And begun after, so that what it showed can say whether the network looks at the next."""
    times, asked = played(Source(3))
    assert times == [0.0, 1.0, 2.0]
    assert asked == [
        *("decode 0", "start 0"),
        *("decode 1", "finish 0", "start 1"),
        *("decode 2", "finish 1", "start 2"),
        "finish 2",
    ]


def test_one_frame_and_none() -> None:
    assert played(Source(1)) == ([0.0], ["decode 0", "start 0", "finish 0"])
    assert played(Source(0)) == ([], [])


def test_a_change_of_size_ends_what_was_begun_and_starts_afresh() -> None:
    times, asked = played(Source(3, changes=(2,)))
    assert times == [0.0, 1.0, 2.0]
    assert asked[-5:] == ["decode 2", "finish 1", "reset", "start 2", "finish 2"]


def test_an_epoch_that_the_first_frame_brings_is_no_loss() -> None:
    times, asked = played(Source(2, changes=(0,)))
    assert times == [0.0, 1.0]
    assert asked.count("reset") == 1


def test_what_comes_after_looks_is_answered_before_the_next_is_asked_for() -> None:
    diary = Diary([])
    answered: list[float] = []

    def frames() -> Iterator[Frame]:
        for index, role in enumerate((Role.NOW, Role.LOOK, Role.NOW, Role.LOOK, Role.LATE)):
            diary.asked.append(f"read {index}")
            yield Frame("cam", float(index), IMAGE, role=role)

    class Calm(Diary):
        def finish(self, pending: Pending) -> Analysed:
            diary.asked.append(f"finish {pending:g}")
            return cast(Analysed, SimpleNamespace(percept=SimpleNamespace(time=pending), calm=True))

    pipeline = cast(CameraPipeline, Calm([]))
    list(analysed_frames(frames(), pipeline, Source(0), lambda time, calm: answered.append(time)))
    assert answered == [0.0, 2.0, 4.0]
    asked = diary.asked
    assert asked.index("finish 2") < asked.index("read 3")
    assert asked[-1] == "finish 4"
