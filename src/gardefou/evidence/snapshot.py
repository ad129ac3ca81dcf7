"""One picture of the moment an alert opened: masked, heads blurred, as a JPEG file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from gardefou.capture.masks import PrivacyMask
from gardefou.errors import OutputError
from gardefou.evidence.files import PutFile, whole_file
from gardefou.evidence.finder import Finder
from gardefou.evidence.heads import LARGEST_SHOWN, HeadRecord, HeadTrail
from gardefou.evidence.job import Footage
from gardefou.evidence.pictures import Picture, pictures
from gardefou.evidence.redaction import blur_regions
from gardefou.geometry.arrays import Floats, Image
from gardefou.perception.approved_view import ViewCheck

SNAPSHOT_PIXELS: Final = LARGEST_SHOWN
"""Most pixels of a snapshot: 1280 wide at 16:9."""

JPEG_QUALITY: Final = 85
"""Quality of the JPEG, 0..100."""

VIEW_KEY: Final = "evidence.another_view"
"""Why there is no picture of a camera that does not show its approved view."""

_SAME_MOMENT_S: Final = 1e-3


def render_snapshot(image: Image, mask: PrivacyMask, head_boxes: Floats) -> bytes:
    """The JPEG of a picture [H, W, 3] BGR, changed in place: masked first, then heads blurred.

    ``head_boxes`` [N, 4] in fractions of the frame. Nothing is drawn into the picture: whoever
    shows it lays the alert's region over it.
    """
    mask.burn(image)
    blur_regions(image, head_boxes)
    written, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not written:
        raise OutputError("evidence.not_encoded", width=image.shape[1], height=image.shape[0])
    return data.tobytes()


def picture_at(footage: Footage, time: float, mask: PrivacyMask, pixels: int) -> Picture:
    """The picture that was shown at a stream time, s, or the one nearest to it that decodes.

    Raises `OutputError` when nothing can be decoded.
    """
    shown = [p.time for p in footage.packets if p.time <= time + _SAME_MOMENT_S]
    wanted = max(shown, default=time) - _SAME_MOMENT_S
    for takes in (lambda at: at >= wanted, lambda at: True):
        found = pictures(footage, mask, pixels, takes)
        last = None
        for picture in found:
            last = picture
            if picture.time >= wanted:
                break
        if last is not None:
            return last
    raise OutputError("evidence.no_picture", time=f"{time:.1f}")


class SnapshotMaker:
    """Makes snapshot files in the caller's own process.

    ``put`` writes them, plain by default; ``check`` says of which view a picture may be made.
    """

    def __init__(
        self, finder: Finder, put: PutFile = whole_file, check: ViewCheck | None = None
    ) -> None:
        self._finder = finder
        self._put = put
        self._check = check

    def make(
        self,
        footage: Footage,
        time: float,
        heads: HeadTrail | HeadRecord,
        mask: PrivacyMask,
        path: Path,
    ) -> None:
        """Write the snapshot of a stream time, s, to ``path``, whole or not at all.

        Raises `OutputError` when nothing can be decoded, when the picture does not show the view
        that was approved and when the file cannot be written.
        """
        picture = picture_at(footage, time, mask, SNAPSHOT_PIXELS)
        if self._check is not None and not self._check.admits(picture.image):
            raise OutputError(VIEW_KEY)
        found = self._finder.find(picture.image)
        boxes = np.concatenate([heads.regions(picture.time), found.regions])
        data = render_snapshot(picture.image, mask, boxes)
        with self._put(path) as unfinished:
            unfinished.write_bytes(data)
