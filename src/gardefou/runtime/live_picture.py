"""The live picture for a person who watches: masked, heads blurred, small, never stored."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from gardefou.capture.masks import PrivacyMask
from gardefou.evidence.finder import FinderSettings, HeadFinder
from gardefou.evidence.snapshot import render_snapshot
from gardefou.geometry.arrays import Floats, Image


class LivePainter:
    """Makes pictures for watchers of all cameras of a worker; its models load on the first one."""

    def __init__(self, models_dir: Path | None = None) -> None:
        self._models_dir = models_dir
        self._finder: HeadFinder | None = None
        self._lock = threading.Lock()

    def paint(self, image: Image, heads: Floats) -> bytes:
        """The JPEG of an analysed picture [H, W, 3], masks already burnt in; the image is kept.

        ``heads`` [N, 4] fractions of the frame that the trail knows; faces and people are looked
        for in the picture itself as well.
        """
        with self._lock:
            if self._finder is None:
                self._finder = HeadFinder(FinderSettings(self._models_dir))
            found = self._finder.find(image)
        return render_snapshot(image.copy(), PrivacyMask(), np.concatenate([heads, found]))
