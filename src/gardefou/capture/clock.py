"""Stream time: seconds that never run backwards, from the timestamps that packets bring."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

DEFAULT_RATE: Final = Fraction(25)
"""Frames a second supposed when a stream states none, or an absurd one."""

RATE_BOUNDS: Final = (Fraction(1, 600), Fraction(240))
"""Frames a second that a stream may state and be believed."""

MAX_FILE_GAP_S: Final = 30.0
"""A longer step forward in a file is a broken clock, not a pause; seconds."""

MAX_DISAGREEMENT_S: Final = 5.0
"""Live stream time further than this from the arrival of its packets is anchored anew; seconds."""

DRIFT_TIME_CONSTANT_S: Final = 60.0
"""A camera's clock that runs fast or slow is drawn back to arrival time at this pace; seconds."""

MAX_REORDER_FRAMES: Final = 16
"""Frames a codec may hold back for reordering (the limit of H.264 and H.265)."""

MAX_REPEATS: Final = 2
"""Equal timestamps in a row that are believed; from then on the clock counts as missing."""

_WRAPS: Final = (1 << 33, 1 << 32)
"""Lengths of clocks that wrap: MPEG transport streams (33 bit), RTP (32 bit); ticks."""


def nominal_rate(*stated: Fraction | None) -> Fraction:
    """The first believable of the rates a stream states, frames a second, else `DEFAULT_RATE`.

    >>> nominal_rate(None, Fraction(90000), Fraction(10))
    Fraction(10, 1)
    """
    low, high = RATE_BOUNDS
    return next((rate for rate in stated if rate and low <= rate <= high), DEFAULT_RATE)


class StreamClock:
    """Turns packet timestamps, in decoding order, into stream time in seconds.

    A file's time starts at zero with its first packet. A live stream's time is UTC, anchored when
    its first packet arrives; from there the packets' own clock advances it, so that network jitter
    does not, and `arrival` (a monotonic clock, never the wall clock) holds it to the truth.

    Decoding time never decreases. A frame's time (`frame`) never decreases either.

    >>> clock = StreamClock(Fraction(1, 90000), Fraction(25))
    >>> [round(clock.packet(pts), 3) for pts in (900000, 903600, None, 910800)]
    [0.0, 0.04, 0.08, 0.12]
    """

    def __init__(
        self,
        time_base: Fraction,
        rate: Fraction,
        *,
        utc: float | None = None,
        not_before: float | None = None,
    ) -> None:
        """`utc`: the wall clock now, makes the clock live; `not_before`: time already given out."""
        self._tick_s = float(time_base)
        self._nominal_s = float(1 / rate)
        self._utc = utc
        self._first_arrival: float | None = None
        self._last_ticks: int | None = None
        self._last_arrival = 0.0
        self._lead_s = 0.0
        self._mapped = 0.0
        self._decoded: float | None = None
        self._shown = not_before
        self._floor = not_before
        self._repeats = 0
        self.repairs = 0
        """Timestamps that were missing or could not be believed."""

    @property
    def is_live(self) -> bool:
        """Whether times are UTC."""
        return self._utc is not None

    def packet(self, pts: int | None, dts: int | None = None, arrival: float = 0.0) -> float:
        """When the packet's frame is to be shown, stream time in seconds.

        ``pts`` and ``dts`` in ticks of the time base; ``arrival`` in seconds of a monotonic clock,
        needed when live. Call in decoding order; with reordered frames the result may be earlier
        than the one before.
        """
        ticks = pts if dts is None else dts
        if self._decoded is None:
            return self._start(pts, ticks, arrival)
        early = self._reordered(pts, dts)
        if early is not None:
            return early
        self._advance(ticks, arrival)
        return self._decoded + self._presentation_delay(pts, dts) - self._lead_s

    def frame(self, time: float | None) -> float:
        """Stream time of the next frame shown: its packet's, but never before an earlier frame's.

        ``time``: what `packet` gave for the frame's packet, None when that is not known.
        """
        if time is None:
            time = self._nominal_s + (self._shown if self._shown is not None else 0.0)
        self._shown = time if self._shown is None else max(self._shown, time)
        return self._shown

    @property
    def shown(self) -> float | None:
        """Stream time of the last frame shown, None before the first."""
        return self._shown

    def _start(self, pts: int | None, ticks: int | None, arrival: float) -> float:
        start = 0.0 if self._utc is None else self._utc
        if self._floor is not None:
            start = max(start, self._floor)
        if ticks is None:
            self.repairs += 1
        self._first_arrival = self._last_arrival = arrival
        self._last_ticks = ticks
        self._lead_s = self._presentation_delay(pts, ticks)
        self._mapped = self._decoded = start
        return start

    def _reordered(self, pts: int | None, dts: int | None) -> float | None:
        """Time of a frame that comes before its predecessor, when only presentation time is known.

        The decoding clock stands still for it.
        """
        if dts is not None or pts is None or self._last_ticks is None:
            return None
        step_s = (pts - self._last_ticks) * self._tick_s
        if -MAX_REORDER_FRAMES * self._nominal_s <= step_s < 0 and self._decoded is not None:
            return max(self._decoded + step_s, self._floor or 0.0)
        return None

    def _advance(self, ticks: int | None, arrival: float) -> None:
        elapsed = max(0.0, arrival - self._last_arrival)
        self._last_arrival = max(arrival, self._last_arrival)
        step_s = self._believable_step(ticks, elapsed)
        if step_s is None:
            self.repairs += 1
            step_s = elapsed if self.is_live else self._nominal_s
            if ticks is None and self._last_ticks is not None:
                self._last_ticks += round(step_s / self._tick_s)
        if ticks is not None:
            self._last_ticks = ticks
        self._mapped += step_s
        if self._utc is not None and self._first_arrival is not None:
            self._hold_to(self._utc + arrival - self._first_arrival, step_s)
        before = self._mapped if self._decoded is None else self._decoded
        # Time that runs ahead is not stopped but slowed, so that no frame is lost to analysis.
        self._decoded = max(self._mapped, before + (step_s / 2 if self.is_live else 0.0))

    def _believable_step(self, ticks: int | None, elapsed: float) -> float | None:
        """Seconds since the packet before by the stream's own clock, None when it is not credible.

        A clock that wrapped round is unwrapped.
        """
        if ticks is None or self._last_ticks is None:
            return None
        longest = elapsed + MAX_DISAGREEMENT_S if self.is_live else self._longest_gap()
        for wrap in (0, *_WRAPS):
            step_s = (ticks - self._last_ticks + wrap) * self._tick_s
            if 0 <= step_s <= longest:
                self._repeats = self._repeats + 1 if step_s == 0 else 0
                return step_s if self._repeats <= MAX_REPEATS else None
        return None

    def _longest_gap(self) -> float:
        return max(MAX_FILE_GAP_S, 3 * self._nominal_s)

    def _hold_to(self, truth: float, step_s: float) -> None:
        """Draw live time towards the arrival time ``truth``; anchor anew when far from it."""
        error = truth - self._mapped
        if abs(error) > MAX_DISAGREEMENT_S:
            self._mapped = truth
            self.repairs += 1
        else:
            self._mapped += error * min(1.0, step_s / DRIFT_TIME_CONSTANT_S)

    def _presentation_delay(self, pts: int | None, dts: int | None) -> float:
        """Seconds from decoding to showing a packet's frame; zero when unknown or absurd."""
        if pts is None or dts is None:
            return self._lead_s
        delay = pts - dts
        for wrap in _WRAPS:
            if delay < -(wrap // 2):
                delay += wrap
        delay_s = delay * self._tick_s
        longest = (MAX_REORDER_FRAMES + 1) * self._nominal_s
        return delay_s if 0 <= delay_s <= longest else self._lead_s
