"""Waits that grow within bounds, and the place that holds one thing."""

from __future__ import annotations

import random
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.capture.address import without_password
from gardefou.capture.backoff import Backoff
from gardefou.capture.mailbox import Mailbox


@given(st.floats(0.01, 1), st.floats(1, 60), st.integers(1, 40), st.integers())
def test_waits_grow_stay_bounded_and_start_over(
    first: float, longest: float, failures: int, seed: int
) -> None:
    backoff = Backoff(first, longest, random.Random(seed))
    waits = [backoff.next() for _ in range(failures)]
    for index, wait in enumerate(waits):
        bound = min(first * 2**index, longest)
        assert bound / 2 <= wait <= bound
    backoff.reset()
    assert backoff.next() <= first


@given(st.lists(st.sampled_from(["put", "take"]), max_size=50))
def test_the_mailbox_gives_the_newest_once(actions: list[str]) -> None:
    box = Mailbox[int]()
    newest: int | None = None
    drops = 0
    for number, action in enumerate(actions):
        if action == "put":
            drops += newest is not None
            newest = number
            box.put(number)
        else:
            assert box.take(timeout=0) == newest
            newest = None
    assert box.drops == drops


def test_whoever_waits_is_woken_by_an_item_and_by_closing() -> None:
    box = Mailbox[str]()
    taken: list[str | None] = []
    waiting = threading.Thread(target=lambda: taken.extend(box.take(120) for _ in range(2)))
    waiting.start()
    box.put("first")
    while not taken:
        waiting.join(0.01)
    box.close()
    waiting.join(120)
    assert taken == ["first", None]
    box.put("late")
    assert box.take(timeout=0) is None
    assert box.is_closed


@pytest.mark.parametrize(
    "address",
    [
        "rtsp://user:secret@host/path",
        "rtsp://user:p@secret@host/path",
        "rtsp://user:secret%40@host:554",
        "http://host/stream?user=admin&password=secret",
        "failed: rtsp://u:secret@a and http://v:secret@b/?pwd=secret&x=1",
        "rtsp://secret@host",
    ],
)
def test_no_password_is_left_in_an_address(address: str) -> None:
    assert "secret" not in without_password(address)
    assert "host" in without_password(address) or "failed" in address


def test_an_address_without_password_is_unchanged() -> None:
    assert without_password("rtsp://10.0.0.7:554/a@b?c=d") == "rtsp://10.0.0.7:554/a@b?c=d"


def test_a_patient_giver_waits_until_the_place_is_free() -> None:
    box = Mailbox[int]()
    box.put(1)
    giver = threading.Thread(target=box.put, args=(2, True), daemon=True)
    giver.start()

    assert box.waiting == 1
    assert [box.take(timeout=120.0), box.take(timeout=120.0)] == [1, 2]
    giver.join(120.0)
    assert not giver.is_alive()
    assert box.drops == 0


def test_a_patient_giver_is_let_go_when_the_place_closes() -> None:
    box = Mailbox[int]()
    box.put(1)
    giver = threading.Thread(target=box.put, args=(2, True), daemon=True)
    giver.start()

    box.close()
    giver.join(120.0)

    assert not giver.is_alive()
