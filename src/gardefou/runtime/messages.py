"""What a worker and its hub say to each other; alerts go another way, through the spool."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gardefou.capture.notice import Notice
from gardefou.runtime.bus import CameraState
from gardefou.site.document import Camera
from gardefou.storage.records import Mode


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """All that a worker must know: its cameras, where it writes, what it runs as.

    ``models_dir`` None for the user's own models.
    """

    home: Path
    cameras: tuple[Camera, ...]
    mode: Mode
    models_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class CameraReport:
    """One camera as its worker sees it.

    ``since`` UTC, s; ``analysed`` and ``dropped`` frames since the worker began; ``hung`` says that
    only a new process frees its reading thread.
    """

    camera_id: str
    state: CameraState
    since: float
    notice: Notice | None
    analysed: int
    dropped: int
    hung: bool


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The worker lives; how its cameras are."""

    cameras: tuple[CameraReport, ...]


@dataclass(frozen=True, slots=True)
class Spooled:
    """An event was written to the spool: the hub need not wait to look."""


@dataclass(frozen=True, slots=True)
class LivePicture:
    """A JPEG of a watched camera: masked, heads blurred."""

    camera_id: str
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class WorkerFailed:
    """The worker cannot work at all, and why."""

    notice: Notice


WorkerMessage = Heartbeat | Spooled | LivePicture | WorkerFailed


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody looks at a camera, or nobody does any more."""

    camera_id: str
    on: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """Cameras stop being analysed until further notice, or go on; ``notice`` says why."""

    notice: Notice | None
    cameras: frozenset[str] | None = None
    """Which cameras; None for all of them."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Close what is open, finish evidence, end."""


HubCommand = Watch | Pause | Stop
