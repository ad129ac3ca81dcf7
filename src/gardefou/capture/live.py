"""A live stream as a source: connects, reconnects, gives the newest frame and says how it is."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Final, Self

import av

from gardefou.capture.backoff import FIRST_S, LONGEST_S, Backoff
from gardefou.capture.clock import StreamClock, nominal_rate
from gardefou.capture.frame import Frame, Role
from gardefou.capture.gate import Depth, GateCounts, Sleep, WakeGate
from gardefou.capture.link import CameraLink, FileLoop, Link
from gardefou.capture.mailbox import Mailbox
from gardefou.capture.notice import Notice
from gardefou.capture.opening import only_video
from gardefou.capture.pace import Pace
from gardefou.capture.parameters import CodecParameters
from gardefou.capture.reader import Counts, ReadSettings, StreamReader
from gardefou.capture.ring import PacketRing
from gardefou.capture.source import StreamInfo
from gardefou.errors import CaptureError

STALLED_S: Final = 2.0
"""A connected stream silent for this long is shown as stalled; seconds."""

REFUSED_RETRY_S: Final = 60.0
"""Wait after a refused password; cameras lock accounts after a few attempts; seconds."""

HUNG_S: Final = 10.0
"""A reading thread that ignores its timeouts for this long will not come back; seconds."""

LATE_S: Final = 2.0
"""Longest wait until a picture of a camera that has just woken was taken for analysis; seconds."""

WAITED_S: Final = 0.002
"""A packet that was waited for so long was the last that had come; seconds."""

_log = logging.getLogger(__name__)


class LinkState(StrEnum):
    """How the connection to a live stream is doing."""

    CONNECTING = "connecting"
    RUNNING = "running"
    STALLED = "stalled"
    REFUSED = "refused"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """Waits of a live source, seconds.

    ``is_patient``: no frame is dropped, the reading waits until each was taken, and time is that of
    the stream; for measuring over files that nobody paces.
    """

    stalled_s: float = STALLED_S
    refused_retry_s: float = REFUSED_RETRY_S
    hung_s: float = HUNG_S
    first_retry_s: float = FIRST_S
    longest_retry_s: float = LONGEST_S
    is_patient: bool = False


@dataclass(frozen=True, slots=True)
class LiveHealth:
    """A live source at one moment.

    ``since``: UTC of the change to ``state``. ``packets`` arrived, ``frames`` of them were decoded
    or need not be, ``analysed`` were offered, ``drops`` of them replaced by newer ones unseen;
    ``corrupt`` counts what was damaged and left out. ``reconnects``: connections after the first.
    ``error``: why the last connection ended or failed. ``waiting`` frames were offered and not
    taken yet: one or none. ``is_hung``: the reading thread ignores its timeouts; only a new process
    frees what it holds.

    ``depth``: whether the camera is awake, dozing or asleep; ``gate`` what its gate did so far.
    """

    state: LinkState
    since: float
    packets: int
    frames: int
    analysed: int
    drops: int
    corrupt: int
    reconnects: int
    error: Notice | None
    info: StreamInfo | None
    is_hung: bool
    waiting: int = 0
    depth: Depth = Depth.AWAKE
    gate: GateCounts = field(default_factory=GateCounts)

    @property
    def asleep_share(self) -> float:
        """Share of the time watched in which packets were not decoded, 0..1."""
        return self.gate.asleep_s / max(self.gate.watched_s, 1e-9)


@dataclass(frozen=True, slots=True)
class _Offer:
    frame: Frame
    epoch: int


@dataclass(slots=True)
class _Totals:
    """Sums over the connections that have ended."""

    packets: int = 0
    frames: int = 0
    analysed: int = 0
    corrupt: int = 0
    connections: int = 0


class LiveSource:
    """The newest frame of a live stream, whatever the network does.

    A thread of its own connects, reads and decodes; the stream's time is UTC. `start` and `stop`
    it, or use it as a context manager.
    """

    def __init__(
        self,
        link: Link,
        settings: ReadSettings,
        live: LiveSettings | None = None,
        ring: PacketRing | None = None,
    ) -> None:
        self._link = link
        self._settings = settings
        self._live = live or LiveSettings()
        self._backoff = Backoff(self._live.first_retry_s, self._live.longest_retry_s)
        self._ring = PacketRing() if ring is None else ring
        self._mailbox: Mailbox[_Offer] = Mailbox()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._pace = Pace(settings.analysis_fps)
        self.gate = WakeGate(settings.sleep) if settings.sleep is not Sleep.NEVER else None
        """Tells when pictures go undecoded; None where all are decoded."""
        self._lock = threading.Lock()
        self._state = LinkState.STOPPED
        self._since = time.time()
        self._error: Notice | None = None
        self._totals = _Totals()
        self._reader: StreamReader | None = None
        self._parameters: CodecParameters | None = None
        self._clock: StreamClock | None = None
        self._shape: object = None
        self._epoch_read = 0
        self._epoch_taken = 0
        self._progress = time.monotonic()

    @classmethod
    def camera(cls, address: str, settings: ReadSettings) -> LiveSource:
        """A camera over TCP with the usual waits."""
        return cls(CameraLink(address), settings)

    @classmethod
    def loop(cls, path: Path, settings: ReadSettings) -> LiveSource:
        """A file played endlessly as if live."""
        return cls(FileLoop(path), settings)

    @property
    def info(self) -> StreamInfo:
        """The stream as it is now. Raises `RuntimeError` before the first connection."""
        return self._connected().info

    @property
    def codec_parameters(self) -> CodecParameters:
        """What a decoder for the packets in `ring` must know.

        Raises `RuntimeError` before the first connection.
        """
        return self._connected().parameters

    @property
    def ring(self) -> PacketRing:
        """Encoded packets of the last seconds."""
        return self._ring

    @property
    def epoch(self) -> int:
        """Counts changes of codec, size or rotation; exact for the frame taken last."""
        return self._epoch_taken

    @property
    def health(self) -> LiveHealth:
        """How the source is doing now."""
        with self._lock:
            state, since, error, totals = self._state, self._since, self._error, self._totals
            silent = time.monotonic() - self._progress
            if state is LinkState.RUNNING and silent > self._live.stalled_s:
                state, since = LinkState.STALLED, time.time() - silent
            reader = self._reader
            counts = reader.counts if reader is not None else None
        return LiveHealth(
            state=state,
            since=since,
            packets=totals.packets + (counts.packets if counts else 0),
            frames=totals.frames + (counts.decoded + counts.spared if counts else 0),
            analysed=totals.analysed + (counts.analysed if counts else 0),
            drops=self._mailbox.drops,
            corrupt=totals.corrupt + (counts.corrupt if counts else 0),
            reconnects=max(0, totals.connections - 1),
            error=error,
            info=reader.info if reader is not None else None,
            is_hung=self._is_alive() and silent > self._link.silence_s + self._live.hung_s,
            waiting=self._mailbox.waiting,
            depth=self.gate.depth if self.gate else Depth.AWAKE,
            gate=replace(self.gate.counts) if self.gate else GateCounts(),
        )

    def analyse_at(self, per_second: float) -> None:
        """Offer at most so many frames a second of stream time from now on."""
        self._pace.change(per_second)

    def start(self) -> None:
        """Begin to connect; once only."""
        if self._thread is not None:
            raise RuntimeError("a live source is started once")
        self._enter(LinkState.CONNECTING)
        self._thread = threading.Thread(
            target=self._run, name=f"capture {self._settings.camera_id}", daemon=True
        )
        self._thread.start()

    def stop(self, timeout: float | None = None) -> bool:
        """End the thread; whether it ended within ``timeout`` (by default its own timeouts).

        A thread that does not end is abandoned: it gives out nothing more.
        """
        self._stopped.set()
        self._mailbox.close()
        if self._thread is not None:
            longest = self._link.silence_s + self._live.hung_s
            self._thread.join(longest if timeout is None else timeout)
        self._enter(LinkState.STOPPED)
        return not self._is_alive()

    def close(self) -> None:
        """Stop; harmless when repeated."""
        self.stop()

    def latest(self, timeout: float) -> Frame | None:
        """The newest frame not taken yet, waited for at most ``timeout`` seconds."""
        offer = self._mailbox.take(timeout)
        if offer is None:
            return None
        self._epoch_taken = offer.epoch
        return offer.frame

    def frames(self) -> Iterator[Frame]:
        """The newest frame each time, until the source is stopped."""
        while not self._mailbox.is_closed:
            frame = self.latest(timeout=1.0)
            if frame is not None:
                yield frame

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _connected(self) -> StreamReader:
        if self._reader is None:
            raise RuntimeError("nothing is known of a stream before its first connection")
        return self._reader

    def _is_alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _enter(self, state: LinkState, error: Notice | None = None) -> None:
        with self._lock:
            if self._stopped.is_set() and state is not LinkState.STOPPED:
                return  # An abandoned thread has nothing more to say.
            if state is not self._state:
                self._since = time.time()
            self._state = state
            self._error = error or self._error
            self._progress = time.monotonic()

    # Below: the reading thread.

    def _run(self) -> None:
        while not self._stopped.is_set():
            notice = self._connection()
            if self._stopped.is_set():
                return
            is_refused = notice.key == "capture.live.refused"
            if notice != self._error or self._state is LinkState.RUNNING:
                # Once for each trouble, not for each attempt.
                _log.warning("%s: %s", self._settings.camera_id, notice)
            self._enter(LinkState.REFUSED if is_refused else LinkState.FAILED, notice)
            self._wait(self._live.refused_retry_s if is_refused else self._backoff.next())

    def _wait(self, seconds: float) -> None:
        self._progress = time.monotonic() + seconds
        self._stopped.wait(seconds)
        self._progress = time.monotonic()

    def _connection(self) -> Notice:
        """One connection from opening to its end; why it ended."""
        reader: StreamReader | None = None
        try:
            with self._link.open() as container:
                stream = only_video(container, self._link.name)
                reader = self._new_reader(stream)
                asked = time.monotonic()
                for packet in self._link.packets(container, stream, self._stopped):
                    if self._stopped.is_set():
                        break
                    waited = time.monotonic() - asked
                    self._read(reader, packet)
                    self._nap(waited)
                    asked = time.monotonic()
        except CaptureError as error:
            return Notice.of(error.key, **error.fields)
        except (av.FFmpegError, OSError, ValueError) as error:
            return failure(error, self._link.name, self._state is LinkState.RUNNING)
        except Exception as error:
            # Whatever else goes wrong with one stream must not silence it for ever.
            return Notice.of(
                "capture.live.failed", address=self._link.name, reason=type(error).__name__
            )
        finally:
            self._settle()
            if reader is not None:
                reader.close()
        return Notice.of("capture.live.ended", address=self._link.name)

    def _new_reader(self, stream: av.VideoStream) -> StreamReader:
        rate = nominal_rate(stream.average_rate, stream.guessed_rate)
        shown = self._clock.shown if self._clock is not None else None
        utc = None if self._live.is_patient else time.time()
        self._clock = StreamClock(
            stream.time_base or Fraction(1, 90000), rate, utc=utc, not_before=shown
        )
        reader = StreamReader(
            stream, self._settings, self._ring, self._clock, self._pace, self.gate
        )
        before = self._parameters
        if before is None or replace(before, rotation=0) != reader.parameters:
            self._ring.clear()
        self._parameters = reader.parameters
        with self._lock:
            self._reader = reader
            self._totals.connections += 1
        return reader

    def _read(self, reader: StreamReader, packet: av.Packet[av.VideoStream]) -> None:
        arrival = time.monotonic()
        self._progress = arrival
        for frame in reader.feed(packet, arrival):
            self._offer(reader, frame)

    def _nap(self, waited: float) -> None:
        """Let the packets of a sleeping camera gather once all that had come were read."""
        is_asleep = self.gate is not None and self.gate.depth is Depth.ASLEEP
        if is_asleep and waited >= WAITED_S and self._link.nap_s:
            self._stopped.wait(self._link.nap_s)

    def _offer(self, reader: StreamReader, frame: Frame) -> None:
        self._backoff.reset()
        if self._state is not LinkState.RUNNING:
            self._enter(LinkState.RUNNING)
        parameters = self._parameters = reader.parameters
        shape = (parameters.codec, parameters.size, parameters.rotation)
        if shape != self._shape and self._shape is not None:
            self._epoch_read += 1
        self._shape = shape
        patience = None if self._live.is_patient else LATE_S * (frame.role is Role.LATE)
        self._mailbox.put(_Offer(frame, self._epoch_read), patience)
        self._progress = time.monotonic()

    def _settle(self) -> None:
        """Add the ended connection's counts to the sums."""
        with self._lock:
            if self._reader is not None:
                counts = self._reader.counts
                self._totals.packets += counts.packets
                self._totals.frames += counts.decoded + counts.spared
                self._totals.analysed += counts.analysed
                self._totals.corrupt += counts.corrupt
                self._reader.counts = Counts()


def failure(error: Exception, name: str, was_running: bool) -> Notice:
    """What to tell a person of a failed connection; the error's own text may hold a password."""
    key, fields = "capture.live.not_stream", {"address": name}
    if isinstance(error, (av.HTTPUnauthorizedError, av.HTTPForbiddenError)):
        key = "capture.live.refused"
    elif isinstance(error, av.HTTPNotFoundError):
        key = "capture.live.no_such_stream"
    elif isinstance(error, av.HTTPServerError):
        key = "capture.live.busy"
    elif isinstance(error, (av.ExitError, av.TimeoutError)):
        key = "capture.live.silent"
    elif was_running:
        key = "capture.live.broken"
    elif isinstance(error, OSError):
        key = "capture.live.unreachable"
        fields["reason"] = error.strerror or type(error).__name__
    return Notice.of(key, **fields)
