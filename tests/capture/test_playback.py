"""Clips played backwards, as one picture, or with their ends held."""

from __future__ import annotations

import numpy as np
import pytest

from gardefou.capture.frame import Frame, Role
from gardefou.capture.playback import Play, variant


def clip(times: list[float]) -> list[Frame]:
    return [
        Frame("cam", time, np.full((2, 2, 3), index, dtype=np.uint8))
        for index, time in enumerate(times)
    ]


def shown(frames: list[Frame]) -> list[tuple[float, int]]:
    return [(round(frame.time, 6), int(frame.image[0, 0, 0])) for frame in frames]


def test_forward_is_unchanged() -> None:
    assert shown(list(variant(clip([0.0, 0.2])))) == [(0.0, 0), (0.2, 1)]


def test_held_ends_are_negative_before_and_later_after() -> None:
    frames = list(variant(clip([0.0, 0.2]), hold_first_s=0.4, hold_last_s=0.6))
    assert shown(frames) == [
        (-0.4, 0),
        (-0.2, 0),
        (0.0, 0),
        (0.2, 1),
        (0.4, 1),
        (0.6, 1),
        (0.8, 1),
    ]


def test_backwards_mirrors_the_times() -> None:
    frames = list(variant(clip([0.0, 0.1, 1.0]), Play.REVERSED))
    assert shown(frames) == [(0.0, 2), (0.9, 1), (1.0, 0)]


def test_the_last_frame_alone_is_held() -> None:
    frames = list(variant(clip([0.0, 0.2, 0.4]), Play.LAST_FRAME, hold_last_s=1.0))
    assert [index for _, index in shown(frames)] == [2] * 6
    assert frames[-1].time == pytest.approx(1.0)


@pytest.mark.parametrize("play", list(Play))
def test_nothing_stays_nothing(play: Play) -> None:
    assert list(variant([], play, 5.0, 5.0)) == []


def test_a_held_picture_is_analysed_though_it_was_only_a_look() -> None:
    look = Frame("cam", 0.0, np.zeros((2, 2, 3), dtype=np.uint8), role=Role.LOOK)
    frames = list(variant([look], hold_last_s=0.4))
    assert [frame.role for frame in frames] == [Role.LOOK, Role.NOW, Role.NOW]
