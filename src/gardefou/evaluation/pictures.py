"""A picture of every miss and every false alarm: masked, heads blurred, nothing drawn into it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gardefou.capture.file import FileSource
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.reader import ReadSettings
from gardefou.errors import GardefouError
from gardefou.evidence.finder import FinderSettings, HeadFinder
from gardefou.evidence.heads import HeadTrail
from gardefou.evidence.job import Footage
from gardefou.evidence.snapshot import SnapshotMaker
from gardefou.geometry.arrays import Size
from gardefou.geometry.detections import Detections
from gardefou.tracking.tracks import Tracks

FOLDER: Final = "pictures"
"""Folder of the pictures under the output folder."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What analysis saw of people in one frame, for blurring their heads; ``time`` s, size px."""

    time: float
    size: Size
    detections: Detections
    tracks: Tracks


@dataclass(frozen=True, slots=True)
class WantedPicture:
    """A picture to take: ``time`` in the clip file, s; ``name`` of the file without folder."""

    time: float
    name: str


class PictureTaker:
    """Takes pictures of clips into the output folder; the head finder is loaded when needed."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._maker: SnapshotMaker | None = None

    def take(
        self, clip: Path, wanted: Iterable[WantedPicture], glimpses: Sequence[Glimpse]
    ) -> dict[str, str]:
        """Take pictures of one clip in one pass; ``glimpses`` in the clip file's time.

        The answer holds, by name, why a picture could not be taken: without its heads blurred,
        none is.
        """
        left = sorted(wanted, key=lambda each: each.time)
        trail = _trail(glimpses)
        failed: dict[str, str] = {}
        with FileSource(clip, ReadSettings("pictures")) as source:
            for frame in source.frames():
                while left and left[0].time <= frame.time:
                    self._one(source, left.pop(0), trail, failed)
                if not left:
                    return failed
            for each in left:
                self._one(source, each, trail, failed)
        return failed

    def _one(
        self, source: FileSource, wanted: WantedPicture, trail: HeadTrail, failed: dict[str, str]
    ) -> None:
        footage = Footage(tuple(source.ring.since(wanted.time)), source.codec_parameters)
        path = self._out / FOLDER / wanted.name
        try:
            if self._maker is None:
                self._maker = SnapshotMaker(HeadFinder(FinderSettings()))
            self._maker.make(footage, wanted.time, trail, PrivacyMask(), path)
        except GardefouError as error:
            failed[wanted.name] = str(error)


def _trail(glimpses: Iterable[Glimpse]) -> HeadTrail:
    """All heads that analysis saw, whatever the order in which the clip was played."""
    trail = HeadTrail(seconds=float("inf"))
    for each in sorted(glimpses, key=lambda glimpse: glimpse.time):
        trail.add(each.time, each.size, each.detections, each.tracks)
    return trail
