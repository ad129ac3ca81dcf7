"""A camera that moved blocks itself until somebody looks: its view against the approved one."""

from __future__ import annotations

import io
import json
import logging
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np

from gardefou.capture.frame import Frame
from gardefou.capture.masks import PrivacyMask
from gardefou.capture.notice import Notice
from gardefou.geometry.arrays import Image
from gardefou.perception.approved_view import ApprovedView, ViewCheck
from gardefou.perception.scene_shift import LOOK_S, Field, SceneShift, View
from gardefou.storage.files import write_durably

MOVED_KEY: Final = "mandate.moved.blocked"

UNCONFIRMED_KEY: Final = "mandate.moved.unconfirmed"

DOUBT_S: Final = 60.0
"""A move is found within so long, s: 6 to 20 looks after it on the labelled footage, 12 to 40 s.
Pictures of the last so many seconds before are not trusted, whatever single looks said."""

NOTE_S: Final = 30.0
"""How often the disk is told that the view was recognised, s."""

_REFERENCE: Final = ".npy"
_MOVED: Final = ".moved"

_log = logging.getLogger(__name__)


class ViewGuard:
    """Watches one camera's view; what it found survives a restart, in ``folder``.

    The reference is learned when there is none: at the first start, and after an approval. It
    holds averaged directions of edges, 160 px wide, privacy masks left out; no picture. The time
    of its file is when the view was last recognised.
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
        self._unwritten: bytes | None = None
        self._told = ""
        self._writing = Lock()
        self._check: ViewCheck | None = None
        self._confirmed: float | None = None
        self._noted = -float("inf")
        self._newest = View.LEARNING
        self.since = time.time()

    @property
    def approved(self) -> ApprovedView | None:
        """The view that pictures must show; None until it is known, or learned."""
        shift = self._shift  # `notice` may forget it on another thread.
        reference = None if shift is None else shift.reference
        return None if reference is None else ApprovedView(reference, bool(self._masks))

    @property
    def doubt(self) -> Notice | None:
        """That the newest picture looked at may be shown to nobody, though nothing is blocked."""
        approved = self.approved
        if approved is None or self._moved or approved.admits(self._newest):
            return None
        return Notice.of(UNCONFIRMED_KEY, camera=self._camera)

    def admits(self, image: Image) -> bool:
        """Whether a picture [H, W, 3], masks burnt in, may be shown this moment."""
        approved = self.approved
        if approved is None:
            return True
        check = self._check or ViewCheck(approved, self._masks)
        self._check = check
        self._newest = check.look(image).view
        return approved.admits(self._newest)

    @property
    def notice(self) -> Notice | None:
        """Why this camera must not be read; asks the disk whether somebody approved."""
        moved = self._moved  # Read first: what is unwritten is set before it.
        if self._unwritten is not None:
            self._write_block()
        elif moved and not moved_file(self._folder, self._camera).exists():
            self._moved, self._shift, self._check = False, None, None
            self._confirmed = None
        return Notice.of(MOVED_KEY, camera=self._camera) if self._moved else None

    def look(self, frame: Frame) -> None:
        """Look at a frame, every few seconds; from then on `notice` may say that it moved."""
        if self._shift is None:
            hidden = self._masks.covered(frame.size) if self._masks else None
            reference = _read(reference_file(self._folder, self._camera))
            self._shift, self._saved = SceneShift(hidden, reference, self._look_s), True
            self._saved = reference is not None
            if reference is not None:
                self._confirmed = _last_recognised(self._folder, self._camera)
        found = self._shift.update(frame.image, frame.time)
        if found is None:
            return
        self._newest = self._shift.newest.view
        if found.view is View.MOVED:
            self._block(frame.time)
            return
        if self._newest is View.SAME:
            self._recognised(frame.time)
        if not self._saved and self._shift.reference is not None:
            self._saved = self._save(self._shift.reference)

    def _recognised(self, time: float) -> None:
        """One look, not averaged, recognised the view at a stream time, s."""
        self._confirmed = time
        if self._saved and not 0 <= time - self._noted < NOTE_S:
            self._noted = time
            with suppress(OSError):  # An earlier time stands: more is withdrawn, not less.
                os.utime(reference_file(self._folder, self._camera), (time, time))

    def restart(self) -> None:
        """The stream broke; what is seen next is averaged anew."""
        if self._shift is not None:
            self._shift.restart()

    def _block(self, found: float) -> None:
        """Block it, on the disk as soon as that works; in this life at once.

        The file says since when pictures are in doubt, UTC s.
        """
        self.since = time.time()
        doubtful = found - DOUBT_S
        since = doubtful if self._confirmed is None else min(self._confirmed, doubtful)
        self._unwritten = json.dumps({"since": since, "found": found}).encode()
        self._moved = True
        self._write_block()

    def _write_block(self) -> None:
        """Keep on the disk that it is blocked, if nobody does; tried again until it works."""
        if not self._writing.acquire(blocking=False):
            return
        try:
            told = self._unwritten
            if told is not None:
                self._folder.mkdir(mode=0o700, exist_ok=True)
                write_durably(self._folder, moved_file(self._folder, self._camera).name, told)
                self._unwritten = None
        except OSError as error:
            if str(error) != self._told:
                _log.error("camera %s moved, and that cannot be kept: %s", self._camera, error)
            self._told = str(error)
        finally:
            self._writing.release()

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


@dataclass(frozen=True, slots=True)
class Moved:
    """A camera that is blocked: ``since`` when its pictures are in doubt, ``found`` when, UTC s."""

    camera_id: str
    since: float
    found: float


def moved_cameras(folder: Path) -> list[Moved]:
    """The cameras that are blocked because they moved."""
    return [_moved(path) for path in sorted(folder.glob(f"*{_MOVED}"))]


def _moved(path: Path) -> Moved:
    """What the file says; one that cannot be read was made when the move was found."""
    camera_id = path.name.removesuffix(_MOVED)
    try:
        told = json.loads(path.read_bytes())
        return Moved(camera_id, float(told["since"]), float(told["found"]))
    except (OSError, ValueError, TypeError, KeyError):
        found = path.stat().st_mtime if path.exists() else time.time()
        return Moved(camera_id, found - DOUBT_S, found)


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


def _last_recognised(folder: Path, camera_id: str) -> float | None:
    try:
        return reference_file(folder, camera_id).stat().st_mtime
    except OSError:
        return None


def _read(path: Path) -> Field | None:
    """The approved view; one that cannot be read is learned anew."""
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError):
        return None
    return np.asarray(found, dtype=np.float32) if found.ndim == 3 else None
