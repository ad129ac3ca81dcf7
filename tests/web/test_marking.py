"""Several clips are marked at once, within a bound, and short ones never wait for long ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from gardefou.errors import OutputError
from gardefou.evidence.watermark import SHOWN, Effort, stamped_clip
from gardefou.web.marked import MOST_WAITING, MarkedClips, TooManyError, most_long
from support.clips import write_clip
from support.processes import DEADLINE_S, until


class Marker:
    """Marking that begins and ends when the test says; each clip's content is its name."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._leave: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self.broken: set[str] = set()

    def __call__(self, data: bytes, text: str, effort: Effort) -> bytes:
        name = data.decode()
        with self._lock:
            self.begun.append(name)
            leave = self._leave.setdefault(name, threading.Event())
        assert leave.wait(DEADLINE_S)
        if name in self.broken:
            raise OutputError("evidence.not_decoded")
        return f"{name} for {text}".encode()

    def let(self, name: str) -> None:
        with self._lock:
            self._leave.setdefault(name, threading.Event()).set()

    def let_all(self) -> None:
        with self._lock:
            for leave in self._leave.values():
                leave.set()


class Viewers:
    """People who ask for clips, each on a thread of their own."""

    def __init__(self, marked: MarkedClips) -> None:
        self.marked = marked
        self.pool = ThreadPoolExecutor(2 * MOST_WAITING)

    def ask(self, name: str, *, is_long: bool, text: str = "a") -> Future[bytes]:
        before = self.marked._requests
        asked = self.pool.submit(self.marked.of, name, text, name.encode, is_long)
        until(
            lambda: (
                asked.done()
                or self.marked._requests > before
                or (name, text) in self.marked._making
            ),
            what="it was not asked for",
        )
        return asked


@pytest.fixture
def marker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Marker]:
    made = Marker()
    monkeypatch.setattr("gardefou.web.marked.stamped_clip", made)
    yield made
    made.let_all()


def viewers(long_turns: int) -> Viewers:
    return Viewers(MarkedClips(lambda: 0.0, long_turns=long_turns))


def begun(marker: Marker, *names: str) -> None:
    until(lambda: set(marker.begun) == set(names), what=f"{marker.begun}, not {names}")


def test_a_short_clip_does_not_wait_for_a_long_one(marker: Marker) -> None:
    people = viewers(long_turns=1)
    long = people.ask("long", is_long=True)
    behind = people.ask("long too", is_long=True)
    begun(marker, "long")
    short = people.ask("short", is_long=False)
    marker.let("short")
    assert short.result(DEADLINE_S) == b"short for a"
    assert not long.done()
    assert not behind.done()
    marker.let("long")
    begun(marker, "long", "short", "long too")
    marker.let("long too")
    assert behind.result(DEADLINE_S)


def test_as_many_long_clips_are_marked_at_once_as_there_are_turns(marker: Marker) -> None:
    people = viewers(long_turns=2)
    asked = {name: people.ask(name, is_long=True) for name in ("1", "2", "3")}
    begun(marker, "1", "2")
    assert people.marked.is_waiting("3", "a")
    assert not people.marked.is_waiting("1", "a")
    assert not people.marked.is_waiting("3", "somebody else")
    marker.let("2")
    assert asked["2"].result(DEADLINE_S)
    begun(marker, "1", "2", "3")
    assert not people.marked.is_waiting("3", "a")
    for name in ("1", "3"):
        marker.let(name)
        assert asked[name].result(DEADLINE_S)


def test_short_clips_take_turns_that_no_long_one_waits_for_and_no_others(marker: Marker) -> None:
    people = viewers(long_turns=1)
    first = people.ask("s1", is_long=False)
    people.ask("s2", is_long=False)
    begun(marker, "s1", "s2")
    people.ask("long", is_long=True)
    people.ask("s3", is_long=False)
    marker.let("s1")
    assert first.result(DEADLINE_S)
    begun(marker, "s1", "s2", "long")
    marker.let("s2")
    begun(marker, "s1", "s2", "long", "s3")
    for name in ("long", "s3"):
        marker.let(name)


def test_one_clip_that_is_asked_for_twice_at_once_is_marked_once(marker: Marker) -> None:
    people = viewers(long_turns=2)
    both = [people.ask("clip", is_long=True) for _ in range(2)]
    begun(marker, "clip")
    marker.let("clip")
    assert {each.result(DEADLINE_S) for each in both} == {b"clip for a"}
    assert marker.begun == ["clip"]


def test_what_cannot_be_marked_fails_for_all_who_wait_for_it_and_gives_its_turn_away(
    marker: Marker,
) -> None:
    people = viewers(long_turns=1)
    marker.broken = {"broken"}
    both = [people.ask("broken", is_long=True) for _ in range(2)]
    after = people.ask("sound", is_long=True)
    marker.let("broken")
    for each in both:
        with pytest.raises(OutputError):
            each.result(DEADLINE_S)
    marker.let("sound")
    assert after.result(DEADLINE_S)


def test_no_more_wait_than_leave_the_server_free(marker: Marker) -> None:
    people = viewers(long_turns=1)
    asked = [people.ask(f"{number}", is_long=True) for number in range(MOST_WAITING + 3)]
    refused = [each for each in asked if each.done()]
    assert len(refused) == 2, "one is being marked, the rest wait"
    for each in refused:
        with pytest.raises(TooManyError):
            each.result()
    for number in range(len(asked)):
        marker.let(f"{number}")
    for each in set(asked) - set(refused):
        assert each.result(DEADLINE_S)


def test_clips_that_are_marked_at_once_are_those_that_are_marked_alone(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_clip(path, frames=40, size=(320, 240))
    data = path.read_bytes()
    marked = MarkedClips(lambda: 0.0, long_turns=3)

    def ask(number: int) -> bytes:
        return marked.of(f"{number}", f"viewer {number}", lambda: data, is_long=True)

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(ask, range(4)))
    assert made == [stamped_clip(data, f"viewer {number}", SHOWN) for number in range(4)]


@pytest.mark.parametrize(("processors", "turns"), [(1, 1), (2, 1), (4, 2), (16, 8)])
def test_half_the_processors_mark_long_clips(
    monkeypatch: pytest.MonkeyPatch, processors: int, turns: int
) -> None:
    given: Callable[[int], set[int]] = lambda _: set(range(processors))  # noqa: E731
    monkeypatch.setattr("os.sched_getaffinity", given)
    assert most_long() == turns
