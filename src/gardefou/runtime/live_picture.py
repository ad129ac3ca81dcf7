"""Live pictures for people who watch: masked, heads blurred, small, never stored."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gardefou.capture.masks import PrivacyMask
from gardefou.errors import GardefouError
from gardefou.evidence.finder import FinderSettings, HeadFinder
from gardefou.evidence.snapshot import render_snapshot
from gardefou.geometry.arrays import Floats, Image

_log = logging.getLogger(__name__)


class LivePainter:
    """Makes the pictures of a worker's watched cameras, in a thread of its own.

    ``show`` takes each JPEG. Analysis never waits for a picture: of each camera only the newest
    one offered is painted. Models load with the first; without them nothing is shown.
    """

    def __init__(self, show: Callable[[str, bytes], None], models_dir: Path | None = None) -> None:
        self._show = show
        self._models_dir = models_dir
        self._finder: HeadFinder | None = None
        self._changed = threading.Condition()
        self._offers: dict[str, tuple[Image, Floats]] = {}
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="live pictures", daemon=True)
        self._thread.start()

    def offer(self, camera_id: str, image: Image, heads: Floats) -> None:
        """Leave an analysed picture [H, W, 3], masks already burnt in; it is not changed.

        ``heads`` [N, 4] fractions of the frame that the trail knows; faces and people are looked
        for in the picture itself as well.
        """
        with self._changed:
            self._offers[camera_id] = (image, heads)
            self._changed.notify()

    def close(self) -> None:
        """Paint nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def forget(self, camera_id: str) -> None:
        """Paint nothing of a camera that was offered: its masks no longer fit."""
        with self._changed:
            self._offers.pop(camera_id, None)

    def _run(self) -> None:
        while (offer := self._next()) is not None:
            camera_id, image, heads = offer
            try:
                self._show(camera_id, self._paint(image, heads))
            except GardefouError as error:
                _log.error("live picture of %s: %s", camera_id, error)
            except Exception:
                # A picture that cannot be made must neither be shown raw nor end the others.
                _log.exception("live picture of %s", camera_id)

    def _next(self) -> tuple[str, Image, Floats] | None:
        """The camera that has waited longest, with its newest picture; None at the end."""
        with self._changed:
            while not self._offers and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            camera_id = next(iter(self._offers))
            return (camera_id, *self._offers.pop(camera_id))

    def _paint(self, image: Image, heads: Floats) -> bytes:
        if self._finder is None:
            self._finder = HeadFinder(FinderSettings(self._models_dir))
        found = self._finder.find(image)
        return render_snapshot(image.copy(), PrivacyMask(), np.concatenate([heads, found.regions]))
