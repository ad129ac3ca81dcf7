"""A short film of an alert: masked, heads blurred, silent, made picture by picture."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from gardefou.capture.masks import PrivacyMask
from gardefou.capture.pace import Pace
from gardefou.errors import OutputError
from gardefou.evidence.encoder import Mp4Writer
from gardefou.evidence.files import PutFile, whole_file
from gardefou.evidence.finder import Finder, Found
from gardefou.evidence.heads import WITHIN_S, HeadRecord
from gardefou.evidence.job import Footage
from gardefou.evidence.pictures import Picture, pictures
from gardefou.evidence.redaction import blur_regions
from gardefou.evidence.snapshot import VIEW_KEY
from gardefou.geometry.arrays import Floats, Image
from gardefou.perception.approved_view import ViewCheck

CLIP_PIXELS: Final = 960 * 540
"""Most pixels of a clip's picture."""

CLIP_RATE: Final = 10
"""Pictures a second of a clip."""

LOOKS_PER_S: Final = 2.5
"""Pictures a second in which heads are looked for; what they show counts for their neighbours."""


LOOK_WITHIN_S: Final = 0.5 / LOOKS_PER_S + 1e-6
"""Vehicles found so long before and after a picture are blurred in it: its nearest look. Where they
go in between the trail knows; over the time that heads are given they would smear over a road."""


@dataclass(frozen=True, slots=True)
class BlurredPicture:
    """A picture that may be shown.

    ``time`` stream time, s; ``image`` [H, W, 3] BGR; ``regions`` [N, 4] that were blurred, in
    fractions of the frame.
    """

    time: float
    image: Image
    regions: Floats


class BlurredStretch:
    """The pictures of a stretch of footage at clip size and rate, masked and blurred.

    Iterating gives each picture once, in order; at most `WITHIN_S` of pictures wait in memory,
    because a head found later is blurred in earlier pictures too. Ends where the picture's size
    changes. Pictures that ``check`` does not admit are left out, with those `WITHIN_S` before and
    after them: what a single look takes for the approved view has neighbours that it does not.
    """

    def __init__(
        self,
        footage: Footage,
        start: float,
        end: float,
        heads: HeadRecord,
        mask: PrivacyMask,
        finder: Finder,
        check: ViewCheck | None = None,
    ) -> None:
        self._footage, self._mask = footage, mask
        self._check = check
        self._hidden_at: deque[float] = deque()
        self.left_out = 0
        self.start, self._end = start, end
        self._heads = heads
        self._finder = finder
        self._waiting: deque[Picture] = deque()
        self._found: deque[tuple[float, Found]] = deque()

    @property
    def waiting(self) -> int:
        """Pictures that wait in memory."""
        return len(self._waiting)

    def __iter__(self) -> Iterator[BlurredPicture]:
        looks = Pace(LOOKS_PER_S)
        for picture in self._chosen():
            if self._waiting and self._waiting[-1].image.shape != picture.image.shape:
                break
            if self._check is not None and not self._check.admits(picture.image):
                self._hidden_at.append(picture.time)
            elif looks.takes(picture.time):
                self._found.append((picture.time, self._finder.find(picture.image)))
            self._waiting.append(picture)
            yield from self._ready(before=picture.time - WITHIN_S)
        yield from self._ready(before=np.inf)

    def _chosen(self) -> Iterator[Picture]:
        pace = Pace(CLIP_RATE)
        return pictures(
            self._footage,
            self._mask,
            CLIP_PIXELS,
            lambda time: self.start <= time <= self._end and pace.takes(time),
        )

    def _ready(self, before: float) -> Iterator[BlurredPicture]:
        while self._waiting and self._waiting[0].time <= before:
            picture = self._waiting.popleft()
            if self._is_hidden(picture.time):
                self.left_out += 1
                continue
            while self._found and self._found[0][0] < picture.time - WITHIN_S:
                self._found.popleft()
            regions = self._regions(picture.time)
            blur_regions(picture.image, regions)
            yield BlurredPicture(picture.time, picture.image, regions)

    def _is_hidden(self, time: float) -> bool:
        while self._hidden_at and self._hidden_at[0] < time - WITHIN_S:
            self._hidden_at.popleft()
        return bool(self._hidden_at)

    def _regions(self, time: float) -> Floats:
        near = [(abs(at - time), found) for at, found in self._found if at <= time + WITHIN_S]
        heads = [found.heads for _, found in near]
        bands = [found.bands for off, found in near if off <= LOOK_WITHIN_S]
        return np.concatenate([self._heads.regions(time), *heads, *bands])


def write_clip(stretch: BlurredStretch, path: Path, put: PutFile = whole_file) -> Generator[None]:
    """Write a film to ``path``, whole or not at all, pausing after each picture.

    ``put`` writes the file, plain by default.

    A generator, so that more urgent work may come between: the file is there when it ends. Raises
    `OutputError` when nothing can be decoded, shown, encoded or written.
    """
    with ExitStack() as resources:
        unfinished = resources.enter_context(put(path))
        writer: Mp4Writer | None = None
        start, last = 0.0, -1
        for picture in stretch:
            if writer is None:
                size = (picture.image.shape[1], picture.image.shape[0])
                writer = resources.enter_context(Mp4Writer(unfinished, size, CLIP_RATE))
                start = picture.time
            index = round((picture.time - start) * CLIP_RATE)
            if index > last:
                writer.write(picture.image, index)
                last = index
            yield
        if writer is None and stretch.left_out:
            raise OutputError(VIEW_KEY)
        if writer is None:
            raise OutputError("evidence.no_picture", time=f"{stretch.start:.1f}")
