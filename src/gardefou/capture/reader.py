"""One life of a packet: stamped, kept in the ring, decoded, chosen, converted and masked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from time import monotonic
from typing import Final

import av
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import Interpolation

from gardefou.capture.backlog import MOST, Backlog
from gardefou.capture.burst import BURST_PIXELS, BurstCollector
from gardefou.capture.clock import StreamClock, nominal_rate
from gardefou.capture.frame import Frame, Role
from gardefou.capture.gate import Sleep, WakeGate
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.pace import Pace
from gardefou.capture.parameters import CodecParameters, prepare
from gardefou.capture.picture import ANALYSIS_PIXELS, Converter
from gardefou.capture.ring import EncodedPacket, PacketRing
from gardefou.capture.sleeper import Sleeper
from gardefou.capture.source import StreamInfo
from gardefou.geometry.arrays import Image, Size

ANALYSIS_FPS: Final = 5.0
"""Frames a second of stream time that are analysed unless the caller says otherwise."""

REDUCED: Final = 4
"""Pixels of the stream to one analysed from which the decoder's smoothing is left out."""


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """How a camera's stream becomes frames.

    ``analysis_fps`` is the most frames analysed a second of stream time, ``analysis_pixels`` the
    most pixels of each.

    ``skips_loop_filter`` leaves out the decoder's smoothing of block edges but in keyframes: about
    a third of the cost of a 1080p H.264 stream, for pictures that drift a little from keyframe to
    keyframe. None leaves it out where the pictures are made so much smaller (`REDUCED`) that the
    reduction smooths them. Evidence is decoded with it in any case.

    ``bursts`` asks for `Frame.burst`. ``sleep``: whether packets go undecoded while nothing
    happens; it needs the answers of an analysis (`WakeGate.answer`).
    """

    camera_id: str
    analysis_fps: float = ANALYSIS_FPS
    analysis_pixels: int = ANALYSIS_PIXELS
    masks: PrivacyMask = field(default_factory=PrivacyMask)
    skips_loop_filter: bool | None = None
    bursts: bool = False
    sleep: Sleep = Sleep.NEVER


@dataclass(slots=True)
class Counts:
    """What became of a stream's packets so far.

    ``spared`` were not decoded, since nobody wanted a picture from them to the next keyframe.
    ``corrupt`` counts packets and frames that the demuxer or the decoder rejected or marked; none
    of them is analysed.
    """

    packets: int = 0
    decoded: int = 0
    spared: int = 0
    analysed: int = 0
    corrupt: int = 0


@dataclass(frozen=True, slots=True)
class _Stamp:
    """Travels through the decoder with a packet."""

    time: float
    is_corrupt: bool
    read_at: float


class StreamReader:
    """Turns the packets of one video stream into the frames to analyse.

    ``clock`` gives their times, ``ring`` keeps the packets. `epoch` goes up when pictures change
    size; the ring then holds packets of the new size only.
    """

    def __init__(
        self,
        stream: av.VideoStream,
        settings: ReadSettings,
        ring: PacketRing,
        clock: StreamClock,
        pace: Pace,
        gate: WakeGate | None = None,
    ) -> None:
        # PyAV reads freed memory when a stream is asked anything after its container was closed,
        # so all that is needed of it is taken here.
        self._info = stream_info(stream)
        self._decoder: VideoCodecContext | None = stream.codec_context
        size = (self._info.width, self._info.height)
        prepare(stream.codec_context, skips_loop_filter=skips_loop_filter(size, settings))
        self._settings = settings
        self._ring = ring
        self._clock = clock
        self._pace = pace
        self._converter = Converter(settings.masks, settings.analysis_pixels)
        self._bursts = PictureBursts(settings.masks) if settings.bursts else None
        self._size: tuple[int, int] | None = None
        self.parameters = CodecParameters.of(stream)
        self.counts = Counts()
        self._tick_s = float(self.parameters.time_base)
        self.epoch = 0
        self._sleeper = None if gate is None else Sleeper(gate, self)
        self._backlog = Backlog.of(self._info.codec, self.parameters.extradata)

    def feed(self, packet: av.Packet[av.VideoStream], arrival: float = 0.0) -> Iterator[Frame]:
        """Frames to analyse that this packet completes; ``arrival`` in monotonic seconds."""
        if packet.size == 0:  # An empty packet would tell the decoder that the stream has ended.
            return
        self.counts.packets += 1
        time = self._clock.packet(packet.pts, packet.dts, arrival)
        self._keep(packet, time)
        packet.opaque = _Stamp(time, packet.is_corrupt, monotonic())
        sleeper = self._sleeper
        yield from self._counted(sleeper.feed(packet, time) if sleeper else self.frames(packet))

    def flush(self) -> Iterator[Frame]:
        """Frames that the decoder still holds at the end of the stream."""
        sleeper = self._sleeper
        yield from self._counted(sleeper.flush() if sleeper else self.frames(None))

    def close(self) -> None:
        """Let go of the decoder and all that waits for it; harmless when repeated.

        What is known of the stream stays, but nothing more is decoded. A sleeper knows its reader:
        left to Python's collector, the decoders of lost connections would pile up.
        """
        self._decoder = self._sleeper = self._backlog = self._bursts = None

    def _counted(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        for frame in frames:
            self.counts.analysed += frame.role is not Role.LOOK
            yield frame

    def _keep(self, packet: av.Packet[av.VideoStream], time: float) -> None:
        if packet.has_sidedata("new_extradata"):
            extradata = bytes(packet.get_sidedata("new_extradata"))
            if extradata != self.parameters.extradata:
                self._ring.clear()
                self.parameters = replace(self.parameters, extradata=extradata)
                if self._backlog is not None:
                    self._backlog.headers(extradata)
        duration = (packet.duration or 0) * self._tick_s
        self._ring.append(EncodedPacket(time, duration, packet.is_keyframe, bytes(packet)))

    # What a sleeping camera does with the decoder.

    def frames(self, packet: av.Packet[av.VideoStream] | None) -> Iterator[Frame]:
        """Frames to analyse that this packet completes; None for what the decoder still holds.

        A packet waits undecoded until a picture from it or after it is wanted.
        """
        if self._backlog is None:
            yield from self._decoded(packet)
            return
        stamp = packet.opaque if packet is not None else None
        if packet is not None and isinstance(stamp, _Stamp) and self._may_wait(packet, stamp.time):
            self._backlog.add(packet, stamp.time)
            return
        for each in self._backlog.take():
            yield from self._decoded(each)
        before = self.counts.decoded + self.counts.corrupt
        yield from self._decoded(packet)
        if packet is not None and self.counts.decoded + self.counts.corrupt == before > 0:
            self._backlog = None  # The decoder holds pictures back: those wanted would come late.

    def _may_wait(self, packet: av.Packet[av.VideoStream], time: float) -> bool:
        """Whether nobody wants the picture of a packet; those before a fresh start are let go."""
        backlog = self._backlog
        assert backlog is not None
        before = backlog.last
        if len(backlog) and backlog.starts_afresh(packet):
            self.counts.spared += len(backlog)
            backlog.take()
            if before is not None:
                self._pace.passed(before)
                self.passed(before)
        wanted = self._pace.would_take(time, before)
        wanted |= self._bursts is not None and self._bursts.would_want(time)
        return not wanted and len(backlog) < MOST

    def _decoded(self, packet: av.Packet[av.VideoStream] | None) -> Iterator[Frame]:
        """Frames to analyse among the pictures that the decoder gives for a packet."""
        if self._decoder is None:
            return
        try:
            decoded = self._decoder.decode(packet)
        except av.FFmpegError:
            self.counts.corrupt += 1
            return
        for picture in decoded:
            frame = self._chosen(picture)
            if frame is not None:
                yield frame

    def alone(self, packet: av.Packet[av.VideoStream], time: float) -> Frame | None:
        """The picture of a keyframe by itself; None when damaged or of another size."""
        if self._decoder is None:
            return None
        try:
            decoded = [*self._decoder.decode(packet), *self._decoder.decode(None)]
        except av.FFmpegError:
            decoded = []
        self.restart()
        self.counts.decoded += len(decoded)
        if not decoded or packet.is_corrupt or decoded[0].is_corrupt:
            return None
        return self._alike(decoded[0], packet, time)

    def through(self, packets: Sequence[av.Packet[av.VideoStream]], time: float) -> Frame | None:
        """The picture of the last of some packets; None when damaged, late or of another size."""
        if self._decoder is None:
            return None
        pictures: list[av.VideoFrame] = []
        for packet in packets:
            try:
                pictures = self._decoder.decode(packet)
            except av.FFmpegError:
                return None
            self.counts.decoded += len(pictures)
            if packet.is_corrupt or any(each.is_corrupt for each in pictures):
                return None
        if not pictures or pictures[-1].opaque is not packets[-1].opaque:
            return None
        return self._alike(pictures[-1], packets[-1], time)

    def _alike(
        self, picture: av.VideoFrame, packet: av.Packet[av.VideoStream], time: float
    ) -> Frame | None:
        """The frame of a picture by itself; None where it has another size than those before."""
        if (picture.width, picture.height) != self._size:
            return None
        stamp = packet.opaque
        read_at = stamp.read_at if isinstance(stamp, _Stamp) else monotonic()
        return Frame(self._settings.camera_id, time, self._image(picture), arrived=read_at)

    def restart(self) -> None:
        """Make the decoder forget; it goes on with a keyframe."""
        if self._backlog is not None:
            self._backlog.take()
        if self._decoder is not None:
            self._decoder.flush_buffers()

    def passed(self, time: float) -> None:
        """Pictures up to a stream time, s, will not be shown."""
        self._clock.frame(time)

    def _image(self, picture: av.VideoFrame) -> Image:
        return self._converter.picture(picture, picture.rotation, self._aspect)

    @property
    def _aspect(self) -> Fraction | None:
        """Width to height of a stored pixel: the container's word, else the decoder's."""
        decoder = self._decoder
        return self.parameters.aspect or (decoder.sample_aspect_ratio if decoder else None)

    def _chosen(self, picture: av.VideoFrame) -> Frame | None:
        stamp = picture.opaque if isinstance(picture.opaque, _Stamp) else None
        time = self._clock.frame(stamp.time if stamp else None)
        self.counts.decoded += 1
        if picture.is_corrupt or (stamp and stamp.is_corrupt):
            self.counts.corrupt += 1
            return None
        self._notice_change(picture, stamp.time if stamp else time)
        if self._bursts:
            self._bursts.offer(picture, time, self._aspect)
        if not self._pace.takes(time):
            return None
        image = self._image(picture)
        burst = self._bursts.take() if self._bursts else None
        read_at = stamp.read_at if stamp else monotonic()
        return Frame(self._settings.camera_id, time, image, burst, read_at)

    def _notice_change(self, picture: av.VideoFrame, packet_time: float) -> None:
        size = (picture.width, picture.height)
        if size == self._size and picture.rotation == self.parameters.rotation:
            return
        if self._size is not None:
            self.epoch += 1
            self._ring.cut_before(packet_time)
            if self._bursts:
                self._bursts.reset()
        self._size = size
        self._info = replace(self._info, width=size[0], height=size[1])
        self.parameters = replace(self.parameters, size=size, rotation=picture.rotation)

    @property
    def info(self) -> StreamInfo:
        """The stream as it is now."""
        return self._info


class PictureBursts(BurstCollector):
    """Bursts of decoded pictures: only those that belong to one are made small, and cheaply."""

    def __init__(self, masks: PrivacyMask) -> None:
        super().__init__()
        self._converter = Converter(masks, BURST_PIXELS, Interpolation.FAST_BILINEAR)

    def offer(self, picture: av.VideoFrame, time: float, aspect: Fraction | None) -> None:
        """Keep the picture if it belongs to a burst."""
        if self.wants(time):
            self.add(time, self._converter.picture(picture, picture.rotation, aspect))


def skips_loop_filter(size: Size, settings: ReadSettings) -> bool:
    """Whether a stream of this size, px, is decoded without smoothing of block edges."""
    if settings.skips_loop_filter is not None:
        return settings.skips_loop_filter
    return size[0] * size[1] >= REDUCED * settings.analysis_pixels


def stream_info(stream: av.VideoStream) -> StreamInfo:
    """What a container states of its video stream."""
    return StreamInfo(
        codec=stream.codec.canonical_name,
        width=stream.codec_context.width,
        height=stream.codec_context.height,
        rate=float(nominal_rate(stream.average_rate, stream.guessed_rate)),
        has_audio=any(other.type == "audio" for other in stream.container.streams),
    )
