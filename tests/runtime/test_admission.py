"""Cameras begin as processors allow, and each of them begins some time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gardefou.runtime.admission import AT_ONCE_PER_CORE, LONGEST_S, PAUSE_S, Admission

CAMERAS = [f"c{index}" for index in range(20)]


def test_a_few_cameras_begin_at_once() -> None:
    admission = Admission(CAMERAS[: 2 * AT_ONCE_PER_CORE], cores=2)

    admission.update(has_room=False, now=0.0)

    assert admission.waiting == ()


def test_more_than_that_begin_in_their_order_while_there_is_room() -> None:
    admission = Admission(CAMERAS, cores=2)
    admission.update(has_room=False, now=0.0)
    assert admission.waiting == tuple(CAMERAS[8:])

    admission.update(has_room=True, now=PAUSE_S / 2)
    assert admission.waiting == tuple(CAMERAS[8:])

    admission.update(has_room=True, now=PAUSE_S)
    assert admission.waiting == tuple(CAMERAS[10:])


def test_without_room_the_next_wait_longer_but_not_for_ever() -> None:
    admission = Admission(CAMERAS, cores=2)
    admission.update(has_room=False, now=0.0)

    admission.update(has_room=False, now=LONGEST_S - 1)
    assert len(admission.waiting) == 12

    admission.update(has_room=False, now=LONGEST_S)
    assert len(admission.waiting) == 10


@given(st.lists(st.booleans(), min_size=200, max_size=200), st.integers(1, 8))
def test_every_camera_begins_whatever_room_there_is(room: list[bool], cores: int) -> None:
    admission = Admission(CAMERAS, cores)
    before = len(CAMERAS)
    for index, has_room in enumerate(room):
        admission.update(has_room, index * LONGEST_S / 4)
        assert len(admission.waiting) <= before
        before = len(admission.waiting)

    assert admission.waiting == ()
