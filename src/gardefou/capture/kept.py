"""Frames to analyse from kept packets: the same pictures that the live stream gave, once more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gardefou.capture.frame import Frame
from gardefou.capture.pace import Pace
from gardefou.capture.parameters import CodecParameters
from gardefou.capture.picture import Converter
from gardefou.capture.reader import PictureBursts, ReadSettings, skips_loop_filter
from gardefou.capture.replay import decoded_frames
from gardefou.capture.ring import EncodedPacket


class KeptStretch:
    """Packets of one ring, from a keyframe on, read as `StreamReader` reads a stream.

    ``settings`` choose rate, size, masks and bursts; every picture is decoded, so that whether the
    camera may sleep does not matter.
    """

    epoch = 0
    """A ring holds packets of one size only, so that nothing ever starts afresh."""

    def __init__(
        self,
        packets: Sequence[EncodedPacket],
        parameters: CodecParameters,
        settings: ReadSettings,
    ) -> None:
        self._packets = packets
        self._parameters = parameters
        self._settings = settings

    @property
    def start(self) -> float:
        """Stream time of the first picture, s; 0 where nothing is kept."""
        return min((each.time for each in self._packets), default=0.0)

    @property
    def span_s(self) -> float:
        """Stream time covered, s."""
        return max((each.time for each in self._packets), default=0.0) - self.start

    def frames(self) -> Iterator[Frame]:
        """The frames to analyse, in order; what cannot be decoded is left out."""
        settings, rotation = self._settings, self._parameters.rotation
        pace = Pace(settings.analysis_fps)
        converter = Converter(settings.masks, settings.analysis_pixels)
        bursts = PictureBursts(settings.masks) if settings.bursts else None
        decoded = decoded_frames(
            self._packets,
            self._parameters,
            skips_loop_filter=skips_loop_filter(self._parameters.size, settings),
        )
        for time, picture, aspect in decoded:
            if bursts:
                bursts.offer(picture, time, aspect)
            if pace.takes(time):
                image = converter.picture(picture, rotation, aspect)
                yield Frame(settings.camera_id, time, image, bursts.take() if bursts else None)
