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
        self._nominal = max(1, round(1 / rate / time_base))
        self._utc = utc
        self._floor = not_before
        self._shown = not_before
        self._first_arrival = self._last_arrival = 0.0
        self._last_ticks: int | None = None
        self._lead = 0
        self._repeats = 0
        # Decoding time is `_offset + _lift + _run * tick`: counted in whole ticks, so that the
        # times of an intact file are exact however long it runs.
        self._is_running = False
        self._run = 0
        self._offset = 0.0
        self._lift = 0.0
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
        if not self._is_running:
            self._start(pts, ticks, arrival)
        elif self._is_reordered(pts, dts) and pts is not None and self._last_ticks is not None:
            return max(self._time(pts - self._last_ticks), self._floor or 0.0)
        else:
            self._advance(ticks, arrival)
        return self._time(self._presentation_delay(pts, dts) - self._lead)

    def frame(self, time: float | None) -> float:
        """Stream time of the next frame shown: its packet's, but never before an earlier frame's.

        ``time``: what `packet` gave for the frame's packet, None when that is not known.
        """
        if time is None:
            time = self._nominal * self._tick_s + (self._shown or 0.0)
        self._shown = time if self._shown is None else max(self._shown, time)
        return self._shown

    @property
    def shown(self) -> float | None:
        """Stream time of the last frame shown, None before the first."""
        return self._shown

    def _time(self, ticks: int = 0) -> float:
        """Decoding time so many ticks from now."""
        return self._offset + self._lift + (self._run + ticks) * self._tick_s

    def _start(self, pts: int | None, ticks: int | None, arrival: float) -> None:
        self._is_running = True
        self._offset = max(self._utc or 0.0, self._floor or 0.0)
        self._first_arrival = self._last_arrival = arrival
        self._last_ticks = ticks
        self._lead = self._presentation_delay(pts, ticks)
        if ticks is None:
            self.repairs += 1

    def _is_reordered(self, pts: int | None, dts: int | None) -> bool:
        """Whether a packet without decoding time is shown before its predecessor.

        The decoding clock stands still for it.
        """
        if dts is not None or pts is None or self._last_ticks is None:
            return False
        return -MAX_REORDER_FRAMES * self._nominal <= pts - self._last_ticks < 0

    def _advance(self, ticks: int | None, arrival: float) -> None:
        elapsed = max(0.0, arrival - self._last_arrival)
        self._last_arrival = max(arrival, self._last_arrival)
        before = self._time()
        step = self._believable_step(ticks, elapsed)
        if step is None:
            self.repairs += 1
            step = round(elapsed / self._tick_s) if self.is_live else self._nominal
            if ticks is None and self._last_ticks is not None:
                ticks = self._last_ticks + step
        self._last_ticks = self._last_ticks if ticks is None else ticks
        self._run += step
        self._lift = 0.0
        if self._utc is not None:
            step_s = step * self._tick_s
            self._hold_to(self._utc + arrival - self._first_arrival, step_s)
            # Time that runs ahead is not stopped but slowed: a standing clock would keep every
            # frame from analysis.
            before += step_s / 2
        self._lift = max(0.0, before - self._time())

    def _believable_step(self, ticks: int | None, elapsed: float) -> int | None:
        """Ticks since the packet before by the stream's own clock, None when not credible.

        A clock that wrapped round is unwrapped.
        """
        if ticks is None or self._last_ticks is None:
            return None
        file_gap_s = max(MAX_FILE_GAP_S, 3 * self._nominal * self._tick_s)
        longest_s = elapsed + MAX_DISAGREEMENT_S if self.is_live else file_gap_s
        for wrap in (0, *_WRAPS):
            step = ticks - self._last_ticks + wrap
            if 0 <= step * self._tick_s <= longest_s:
                self._repeats = self._repeats + 1 if step == 0 else 0
                return step if self._repeats <= MAX_REPEATS else None
        return None

    def _hold_to(self, truth: float, step_s: float) -> None:
        """Draw live time towards the arrival time ``truth``; anchor anew when far from it."""
        error = truth - self._time()
        if abs(error) > MAX_DISAGREEMENT_S:
            self._offset += error
            self.repairs += 1
        else:
            self._offset += error * min(1.0, step_s / DRIFT_TIME_CONSTANT_S)

    def _presentation_delay(self, pts: int | None, dts: int | None) -> int:
        """Ticks from decoding to showing a packet's frame; the first packet's when unknown."""
        if pts is None or dts is None:
            return self._lead
        delay = pts - dts
        for wrap in _WRAPS:
            if delay < -(wrap // 2):
                delay += wrap
        return delay if 0 <= delay <= (MAX_REORDER_FRAMES + 1) * self._nominal else self._lead
