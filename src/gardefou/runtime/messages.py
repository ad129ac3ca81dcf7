"""What a worker and its hub say to each other; alerts go another way, through the spool."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gardefou.capture.notice import Notice
from gardefou.runtime.bus import CameraState
from gardefou.site.document import Camera
from gardefou.storage.records import Mode


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """All that a worker must know: its cameras, where it writes, what it runs as.

    ``models_dir`` None for the user's own models; ``log_level`` of what Gardefou writes
    to the worker's standard error; ``mandate_id`` under which its alerts are raised; ``lease_s``
    how long a permit lasts unless it is renewed, None for ever, s.
    """

    home: Path
    cameras: tuple[Camera, ...]
    mode: Mode
    models_dir: Path | None = None
    log_level: int = logging.INFO
    mandate_id: str | None = None
    lease_s: float | None = None


@dataclass(frozen=True, slots=True)
class CameraReport:
    """One camera as its worker sees it.

    ``since`` UTC, s; ``analysed`` and ``dropped`` frames since the worker began; ``hung`` says that
    only a new process frees one of its threads; ``numbers`` whatever else is counted or timed.
    """

    camera_id: str
    state: CameraState
    since: float
    notice: Notice | None
    analysed: int
    dropped: int
    hung: bool
    numbers: Mapping[str, float] = field(default_factory=dict)


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
    """The cameras that somebody looks at now; all others are looked at by nobody."""

    cameras: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Permit:
    """Every camera may be read and analysed now, but those of ``blocked``, each with its reason.

    No camera of a worker is read before the first permit. It is said again and again where a worker
    holds it on a lease.
    """

    blocked: Mapping[str, Notice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cameras:
    """From now on the worker's cameras are these; those that did not change go on."""

    cameras: tuple[Camera, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """Close what is open, finish evidence, end."""


HubCommand = Watch | Permit | Cameras | Stop
