"""When a camera that sees nothing sleeps, how deep, and what wakes it.

A sleeping camera's packets are kept and not decoded. It falls asleep after *decoded* stillness
while the analysis says that nothing is under way. A keyframe every two seconds, decoded alone and
compared with the last awake background, is what it relies on; packets larger than those of
stillness wake it sooner. Where that may not be enough it naps: besides, as much of each group of
pictures is decoded as it takes to see everybody who could be an alert. What was kept is decoded on
waking, so that the analysis misses nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final

import numpy as np

from gardefou.capture.frame import Frame
from gardefou.capture.packet_sizes import PacketSizes
from gardefou.capture.stillness import Stillness
from gardefou.geometry.arrays import Bools

SETTLE_S: Final = 10.0
"""Decoded stillness, with nothing under way, before a camera sleeps, s: falls, waits and tracks are
remembered for at most 6 s."""

RESETTLE_S: Final = 5.0
"""The same after it was woken for nothing, s."""

LOOK_S: Final = 2.0
"""Least time between two looks of a sleeping camera, s."""

MOST_GROUP_S: Final = 2.2
"""Longest group of pictures through which a camera sleeps, s; through longer ones it dozes."""

PEEK_S: Final = 0.6
"""Longest time between two pictures that a napping camera compares, s. The shortest alert, of an
intrusion, takes 0.6 s of somebody inside; so whoever causes one is in the picture at a peek."""

PEEK_ALARMED_S: Final = 0.2
"""The same while packets are loud, s."""

HEARTBEAT_S: Final = 30.0
"""Every look this long after the last such one is analysed in full, s: somebody who came unseen and
stands still is found, and what stands about is looked at again."""

BUSY_S: Final = 1.0
"""While something is under way only one picture in so long is compared, s: it keeps the background,
and no camera sleeps before ten seconds in which nothing is."""

ANSWER_S: Final = 3.0
"""An answer of the analysis older than this says nothing of now, s."""

CALLED_S: Final = 1.0
"""Packets call a movement in time up to so long after decoding saw it, s."""

LEAST_CALLED: Final = 3
"""Movements that packets must have called in time before they are relied on."""

MOST_MISSED: Final = 0.1
"""Most of the movements that they may have missed then, as a share."""

LONGEST_TICK_S: Final = 4.0
"""A change that is over after this, in a small place and while the analysis saw nothing, is a clock
drawn into the picture or a lamp, s; after three of them the place is passed over."""

_GROUPS: Final = 4
_SLACK_S: Final = 0.1
_ROUNDING_S: Final = 1e-3
_LONGEST_STEP_S: Final = 5.0
_MEMORY: Final = 20.0
_LOUD: Final = 1000


class Sleep(StrEnum):
    """How much a camera may trust its packets.

    ``never``: every picture is decoded and analysed. ``sure``: packets are trusted with nothing,
    pictures are compared so often that no alert fits in between. ``packets``: they are trusted
    where their sizes proved to tell of movement, elsewhere as ``sure``. ``keyframes``: a keyframe
    every two seconds is enough where the sizes do not tell. What a camera's own word comes to is
    settled by what it watches for (`gardefou.runtime.assembly.sleep_of`).
    """

    NEVER = "never"
    SURE = "sure"
    PACKETS = "packets"
    KEYFRAMES = "keyframes"


class Depth(Enum):
    """How much of a stream is decoded.

    Awake: what is analysed. Dozing: every picture, compared and not analysed. Napping: each group
    of pictures up to the last that must be compared. Asleep: a keyframe every two seconds.
    """

    AWAKE = auto()
    DOZING = auto()
    NAPPING = auto()
    ASLEEP = auto()


@dataclass(slots=True)
class GateCounts:
    """What the gate did so far.

    ``watched_s``, ``asleep_s`` and ``dozing_s`` (naps, too) of stream time; ``undecoded`` packets
    passed over; ``looks`` compared while asleep, ``wakes``, and ``alarms``: loud packets that were
    decoded to see why and showed nothing.
    """

    watched_s: float = 0.0
    asleep_s: float = 0.0
    dozing_s: float = 0.0
    undecoded: int = 0
    looks: int = 0
    wakes: int = 0
    alarms: int = 0


class WakeGate:
    """Decides for one camera; the reading thread asks, the analysing thread answers."""

    def __init__(self, sleep: Sleep = Sleep.KEYFRAMES) -> None:
        self._sleep = sleep
        self._stillness = Stillness()
        self._sizes = PacketSizes()
        self._calls = _Calls()
        self._ticks = _Ticks()
        self._woken_by: Bools = np.zeros((0, 0), dtype=np.bool_)
        self.counts = GateCounts()
        self.restart()

    def restart(self) -> None:
        """Awake, with everything to learn: the stream broke or its pictures changed."""
        self.depth = Depth.AWAKE
        self._stillness.reset()
        self._sizes.forget()
        self._ticks = _Ticks()
        self._groups: deque[float] = deque(maxlen=_GROUPS)
        self._keyframe_at: float | None = None
        self._packet_at: float | None = None
        self._still_since: float | None = None
        self._calm_since: float | None = None
        self._answered_at: float | None = None
        self._looked_at = self._heard_at = self._peeked_at = 0.0
        self._step = self._seen_at = 0.0
        self._may_nap = True
        self._for_nothing = False
        self._is_called = False

    # Asked and told by the analysing thread.

    def answer(self, time: float, calm: bool) -> None:
        """What the analysis of the frame of a stream time, s, came to: nothing is under way?"""
        self._answered_at = time
        if calm:
            self._calm_since = time if self._calm_since is None else self._calm_since
            return
        self._calm_since, self._for_nothing = None, False
        self._is_called = self.depth is not Depth.AWAKE

    # Asked and told by the reading thread.

    def packet(self, time: float, size: int, is_keyframe: bool) -> None:
        """A packet arrived, whether it will be decoded or not; ``time`` of the stream, s."""
        if self._packet_at is not None:
            self._step = min(max(time - self._packet_at, 0.0), _LONGEST_STEP_S)
            self._count(self._step)
        self._packet_at = time
        if is_keyframe:
            if self._keyframe_at is not None:
                self._groups.append(time - self._keyframe_at)
            self._keyframe_at = time
        else:
            self._sizes.add(time, size)
            if self._sizes.is_loud:
                self._calls.loud(time)

    def see(self, frame: Frame) -> None:
        """Learn a frame that is analysed; of a busy camera's one in `BUSY_S`."""
        if self._is_busy:
            self._calls.look_away()
            if 0 <= frame.time - self._seen_at < BUSY_S - _SLACK_S:
                return
        self._seen_at = frame.time
        still = self._stillness.update(frame.image, frame.time)
        if not self._is_busy:
            self._calls.see(frame.time, still, self._sizes.is_known)
        if not still:
            self._still_since = None
            self._ticks.changed(frame.time, self._stillness.changed)
            return
        self._still_since = frame.time if self._still_since is None else self._still_since
        if frame.time - self._still_since >= 1.0:
            self._sizes.learn(frame.time)
            tick = self._ticks.over(self._still_since, self._calm_since)
            if tick is not None:
                self._stillness.came_to_nothing(tick)

    @property
    def _is_busy(self) -> bool:
        """Whether the analysis last said that something is under way."""
        return self._answered_at is not None and self._calm_since is None

    def depth_now(self, time: float) -> Depth:
        """How deep the camera may sleep at a packet's time, s."""
        settle = RESETTLE_S if self._for_nothing else SETTLE_S
        if (
            self._sleep is Sleep.NEVER
            or not _lasts(self._still_since, time, settle)
            or not _lasts(self._calm_since, time, settle)
            or self._answered_at is None
            or time - self._answered_at > ANSWER_S
            or self._stillness.is_blind
        ):
            return Depth.AWAKE
        return self.deepest

    @property
    def deepest(self) -> Depth:
        """How deep this stream lets a camera sleep."""
        if not self._groups or max(self._groups) > MOST_GROUP_S:
            return Depth.DOZING
        is_told = self._sleep is Sleep.PACKETS and self.sizes_tell
        if is_told or self._sleep is Sleep.KEYFRAMES:
            return Depth.ASLEEP
        return Depth.NAPPING if self._may_nap else Depth.DOZING

    @property
    def sizes_tell(self) -> bool:
        """Whether the packets called the movements that decoding saw, all but a few."""
        return self._calls.are_reliable

    def fall_asleep(self, depth: Depth, time: float) -> None:
        """Sleep from this stream time on, s."""
        if self._for_nothing:
            self._stillness.came_to_nothing(self._woken_by)
            self._woken_by = np.zeros_like(self._woken_by)  # Once for each waking.
        self.depth = depth
        self._is_called = False
        self._heard_at = time
        self._looked_at = time - LOOK_S

    def sink(self) -> None:
        """From a nap to sleep, where packets have proved to tell."""
        self.depth = Depth.ASLEEP

    def cannot_nap(self) -> None:
        """The decoder does not give each packet's picture at once: pictures cannot be chosen."""
        self._may_nap = False

    def is_peek_due(self, time: float) -> bool:
        """Whether a napping camera must compare the picture of the packet that came at a time, s.

        As late as may be: after the last peek of a group nothing of it is decoded.
        """
        since = time - self._peeked_at
        if self._sizes.is_loud and since > PEEK_ALARMED_S - _ROUNDING_S:
            return True
        if since + self._step > PEEK_S + _ROUNDING_S:
            return True
        last = (self._keyframe_at or 0.0) + min(self._groups, default=0.0) - PEEK_S - _ROUNDING_S
        return self._peeked_at < last <= time

    def peeked(self, time: float) -> None:
        """A picture of this stream time, s, was compared and showed nothing."""
        self._peeked_at = time
        if self._sizes.is_loud:
            self.was_nothing(time)

    def is_due(self, time: float) -> bool:
        """Whether it is time for a look at the picture of a stream time, s."""
        return time - self._looked_at >= LOOK_S - _SLACK_S

    def looked(self, time: float) -> bool:
        """Count a look that showed nothing; whether the analysis should see it too."""
        self._looked_at = time
        self.counts.looks += 1
        if time - self._heard_at < HEARTBEAT_S:
            return False
        self._heard_at = time
        return True

    def is_same(self, frame: Frame) -> bool:
        """Whether a picture shows what the camera last saw awake."""
        return self._stillness.look(frame.image, frame.time)

    @property
    def is_called(self) -> bool:
        """Whether the analysis wants to see more."""
        return self._is_called

    def is_alarmed(self, time: float) -> bool:
        """Whether the packets speak of movement, or the next keyframe does not come."""
        since = 0.0 if self._keyframe_at is None else time - self._keyframe_at
        return self._sizes.is_loud or since > MOST_GROUP_S

    def was_nothing(self, time: float) -> None:
        """What alarmed was decoded and shows nothing: so that is quiet, too."""
        self.counts.alarms += 1
        self._sizes.learn(time)

    def is_overdue(self, time: float) -> bool:
        """Whether the group of pictures turned out longer than one may sleep through."""
        return self._keyframe_at is not None and time - self._keyframe_at > MOST_GROUP_S

    def wake(self) -> None:
        """Something is new, or the analysis asked for more."""
        self.counts.wakes += 1
        self.depth = Depth.AWAKE
        self._woken_by = self._stillness.changed.copy()
        self._for_nothing = not self._is_called
        self._is_called = False
        self._still_since = None

    def _count(self, step: float) -> None:
        self.counts.watched_s += step
        if self.depth is Depth.ASLEEP:
            self.counts.asleep_s += step
        elif self.depth is not Depth.AWAKE:
            self.counts.dozing_s += step


class _Ticks:
    """The change in the picture of an awake camera that was last, and where it was."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._cells: Bools = np.zeros((0, 0), dtype=np.bool_)

    def changed(self, time: float, cells: Bools) -> None:
        """Cells [h, w] show something new at a stream time, s."""
        if self._began is None or cells.shape != self._cells.shape:
            self._began, self._cells = time, cells.copy()
        else:
            self._cells |= cells

    def over(self, still_since: float, calm_since: float | None) -> Bools | None:
        """The cells of a short change that is over and during which all was calm; once."""
        began, self._began = self._began, None
        if began is None or calm_since is None or calm_since > began:
            return None
        return self._cells if still_since - began <= LONGEST_TICK_S else None


class _Calls:
    """Whether loud packets and movement came together, while both were seen."""

    def __init__(self) -> None:
        self._loud: deque[float] = deque(maxlen=_LOUD)
        self._still_since: float | None = None
        self._moved_at: float | None = None
        self._called = self._missed = 0.0

    @property
    def are_reliable(self) -> bool:
        """Whether movements were called often enough, and hardly ever missed."""
        total = self._called + self._missed
        return self._called >= LEAST_CALLED and self._missed <= MOST_MISSED * total

    def loud(self, time: float) -> None:
        """Packets were loud at a stream time, s."""
        self._loud.append(time)

    def look_away(self) -> None:
        """Pictures go uncompared from here on: the next movement's beginning is not known."""
        self._still_since = self._moved_at = None

    def see(self, time: float, still: bool, is_known: bool) -> None:
        """A picture was decoded; judge the last movement once its time is up."""
        if self._moved_at is not None and time - self._moved_at > CALLED_S:
            self._judge(self._moved_at)
            self._moved_at = None
        if still:
            self._still_since = time if self._still_since is None else self._still_since
            return
        if is_known and _lasts(self._still_since, time, CALLED_S) and self._moved_at is None:
            self._moved_at = time
        self._still_since = None

    def _judge(self, moved_at: float) -> None:
        called = any(-CALLED_S / 2 <= each - moved_at <= CALLED_S for each in self._loud)
        keep = 1.0 - 1.0 / _MEMORY
        self._called = self._called * keep + called
        self._missed = self._missed * keep + (not called)


def _lasts(since: float | None, time: float, seconds: float) -> bool:
    return since is not None and time - since >= seconds


Answer = Callable[[float, bool], None]
"""Told a frame's stream time, s, and whether nothing is under way on its camera."""
