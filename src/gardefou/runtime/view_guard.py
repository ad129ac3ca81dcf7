"""A camera that moved blocks itself until somebody looks: its view against the approved one."""

from __future__ import annotations

import io
import logging
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np

from gardefou.capture.frame import Frame
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.notice import Notice
from gardefou.perception.scene_shift import LOOK_S, Field, SceneShift, View
from gardefou.storage.files import write_durably

MOVED_KEY: Final = "mandate.moved.blocked"

_REFERENCE: Final = ".npy"
_MOVED: Final = ".moved"

_log = logging.getLogger(__name__)


class ViewGuard:
    """Watches one camera's view; what it found survives a restart, in ``folder``.

    The reference is learned when there is none: at the first start, and after an approval. It
    holds averaged directions of edges, 160 px wide, privacy masks left out; no picture.
    """

    def __init__(
        self, folder: Path, camera_id: str, masks: PrivacyMask, look_s: float = LOOK_S
    ) -> None:
        self._folder = folder
        self._camera = camera_id
        self._masks = masks
        self._look_s = look_s
        self._shift: SceneShift | None = None
        self._saved = False
        self._moved = moved_file(folder, camera_id).exists()
        self.since = time.time()

    @property
    def notice(self) -> Notice | None:
        """Why this camera must not be read; asks the disk whether somebody approved."""
        if self._moved and not moved_file(self._folder, self._camera).exists():
            self._moved, self._shift = False, None
        return Notice.of(MOVED_KEY, camera=self._camera) if self._moved else None

    def look(self, frame: Frame) -> None:
        """Look at a frame, every few seconds; from then on `notice` may say that it moved."""
        if self._shift is None:
            hidden = self._masks.covered(frame.size) if self._masks else None
            reference = _read(reference_file(self._folder, self._camera))
            self._shift, self._saved = SceneShift(hidden, reference, self._look_s), True
            self._saved = reference is not None
        found = self._shift.update(frame.image, frame.time)
        if found is None:
            return
        if found.view is View.MOVED:
            self._block()
        elif not self._saved and self._shift.reference is not None:
            self._saved = self._save(self._shift.reference)

    def restart(self) -> None:
        """The stream broke; what is seen next is averaged anew."""
        if self._shift is not None:
            self._shift.restart()

    def _block(self) -> None:
        """Blocked first on the disk; where that fails, in this life at least until it works."""
        self.since = time.time()
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            write_durably(self._folder, moved_file(self._folder, self._camera).name, b"")
        except OSError as error:
            _log.error("camera %s moved, and that cannot be kept: %s", self._camera, error)
            return
        self._moved = True

    def _save(self, reference: Field) -> bool:
        written = io.BytesIO()
        np.save(written, reference.astype(np.float16))
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            name = reference_file(self._folder, self._camera).name
            write_durably(self._folder, name, written.getvalue())
        except OSError as error:
            _log.error("the view of camera %s cannot be kept: %s", self._camera, error)
            return False
        return True


def moved_file(folder: Path, camera_id: str) -> Path:
    """The file that stands while a camera is blocked because it moved."""
    return folder / f"{camera_id}{_MOVED}"


def reference_file(folder: Path, camera_id: str) -> Path:
    """The approved view of a camera."""
    return folder / f"{camera_id}{_REFERENCE}"


def approve_view(folder: Path, camera_id: str) -> None:
    """Take the view as it is now for the right one: it is learned anew. Raises `OSError`."""
    for path in (reference_file(folder, camera_id), moved_file(folder, camera_id)):
        with suppress(FileNotFoundError):
            path.unlink()


def masks_changed(folder: Path, camera_id: str) -> None:
    """Learn a view anew because other parts of it are hidden; a camera that moved stays blocked."""
    if not moved_file(folder, camera_id).exists():
        with suppress(OSError):
            reference_file(folder, camera_id).unlink()


def _read(path: Path) -> Field | None:
    """The approved view; one that cannot be read is learned anew."""
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError):
        return None
    return np.asarray(found, dtype=np.float32) if found.ndim == 3 else None
