"""Pictures at full size from kept packets, for evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
from av.stream import Stream

from gardefou.capture.masks import PrivacyMask
from gardefou.capture.parameters import CodecParameters
from gardefou.capture.picture import Converter
from gardefou.capture.ring import EncodedPacket
from gardefou.geometry.arrays import Image


def decode_ring(
    packets: Iterable[EncodedPacket], parameters: CodecParameters, masks: PrivacyMask | None = None
) -> Iterator[tuple[float, Image]]:
    """Decode packets that begin at a keyframe: stream time and picture [H, W, 3] BGR, masked.

    Pictures come in the order they are shown, upright, at full size and with pixels of the stored
    shape. One that the decoder rejects or calls corrupt is left out.
    """
    converter = Converter(masks or PrivacyMask(), budget=None)
    for time, frame, _ in decoded_frames(packets, parameters):
        yield time, converter.picture(frame, parameters.rotation)


def decoded_frames(
    packets: Iterable[EncodedPacket],
    parameters: CodecParameters,
    *,
    skips_loop_filter: bool = False,
) -> Iterator[tuple[float, av.VideoFrame, Fraction | None]]:
    """Stream time, unmasked frame and pixel aspect, for a caller that converts only some.

    ``skips_loop_filter`` as in `gardefou.capture.reader.ReadSettings`.
    Nothing but a `Converter` with the camera's masks may look at the frames.
    """
    decoder = parameters.new_decoder(skips_loop_filter=skips_loop_filter)
    for kept in packets:
        yield from _shown(decoder, parameters, _packet(kept))
    yield from _shown(decoder, parameters, None)


def _packet(kept: EncodedPacket) -> av.Packet[Stream]:
    # Copied: a packet made of the bytes themselves lacks the zeroes that decoders read past the
    # end, so that the last macroblocks would depend on what stands next in memory.
    packet = av.Packet(len(kept.data))
    packet.update(kept.data)
    packet.is_keyframe = kept.is_keyframe
    packet.opaque = kept.time
    return packet


def _shown(
    decoder: av.VideoCodecContext,
    parameters: CodecParameters,
    packet: av.Packet[Stream] | None,
) -> Iterator[tuple[float, av.VideoFrame, Fraction | None]]:
    try:
        frames = decoder.decode(packet)
    except av.FFmpegError:
        return
    aspect = parameters.aspect or decoder.sample_aspect_ratio
    for frame in frames:
        if not frame.is_corrupt and isinstance(frame.opaque, float):
            yield frame.opaque, frame, aspect
