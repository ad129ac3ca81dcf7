"""Pictures decoded from kept packets: only those that are used are converted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gardefou.capture.masks import PrivacyMask
from gardefou.capture.picture import Converter
from gardefou.capture.replay import decoded_frames
from gardefou.evidence.job import Footage
from gardefou.geometry.arrays import Image


@dataclass(frozen=True, slots=True)
class Picture:
    """A masked picture: ``time`` stream time, s; ``image`` [H, W, 3] BGR with square pixels."""

    time: float
    image: Image


def pictures(
    footage: Footage, masks: PrivacyMask, pixels: int, takes: Callable[[float], bool]
) -> Iterator[Picture]:
    """The pictures that ``takes`` chooses by stream time, in the order they are shown.

    ``pixels`` is the most pixels of a picture. Every packet is decoded, but only a chosen picture
    is converted, straight to its final size. Pictures that the decoder rejects or calls corrupt
    are left out.
    """
    converter = Converter(masks, pixels)
    for time, frame, aspect in decoded_frames(footage.packets, footage.parameters):
        if takes(time):
            yield Picture(time, converter.picture(frame, footage.parameters.rotation, aspect))
