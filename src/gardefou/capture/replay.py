"""Pictures at full size from kept packets, for evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import av

from gardefou.capture.masks import PrivacyMask
from gardefou.capture.parameters import CodecParameters
from gardefou.capture.picture import Converter
from gardefou.capture.ring import EncodedPacket
from gardefou.geometry.arrays import Image


def decode_ring(
    packets: Iterable[EncodedPacket], parameters: CodecParameters, masks: PrivacyMask | None = None
) -> Iterator[tuple[float, Image]]:
    """Decode packets that begin at a keyframe: stream time and picture [H, W, 3] BGR, masked.

    Pictures come in the order they are shown. One that the decoder rejects or calls corrupt is
    left out.
    """
    decoder = parameters.new_decoder()
    converter = Converter(masks or PrivacyMask(), budget=None)
    for kept in chain(packets, [None]):
        for frame in _decoded(decoder, kept):
            if not frame.is_corrupt and isinstance(frame.opaque, float):
                yield frame.opaque, converter.picture(frame, parameters.rotation)


def _decoded(decoder: av.VideoCodecContext, kept: EncodedPacket | None) -> list[av.VideoFrame]:
    packet = None
    if kept is not None:
        # Copied: a packet made of the bytes themselves lacks the zeroes that decoders read past
        # the end, so that the last macroblocks would depend on what stands next in memory.
        packet = av.Packet(len(kept.data))
        packet.update(kept.data)
        packet.is_keyframe = kept.is_keyframe
        packet.opaque = kept.time
    try:
        return decoder.decode(packet)
    except av.FFmpegError:
        return []
