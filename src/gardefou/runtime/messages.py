"""What a worker and its hub say to each other; alerts go another way, through the spool."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gardefou.capture.notice import Notice
from gardefou.runtime.bus import CameraState
from gardefou.runtime.trial_job import TrialAnswer, TrialJob
from gardefou.site.document import Camera
from gardefou.storage.records import Mode


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """All that a worker must know: its cameras, where it writes, what it runs as.

    ``models_dir`` None for the user's own models; ``log_level`` of what Gardefou writes
    to the worker's standard error; ``mandate_id`` under which its alerts are raised; ``lease_s``
    how long a permit lasts unless it is renewed, None for ever, s. ``paced`` False for files played
    as fast as they can be analysed, to measure how fast that is.
    """

    home: Path
    cameras: tuple[Camera, ...]
    mode: Mode
    models_dir: Path | None = None
    log_level: int = logging.INFO
    mandate_id: str | None = None
    lease_s: float | None = None
    paced: bool = True


@dataclass(frozen=True, slots=True)
class CameraEffort:
    """What one camera takes and gives.

    ``packets`` read and frames ``decoded`` since its connection was asked for; ``latencies_s`` from
    a packet's reading to the decision on its frame, of the frames decided since the last report;
    ``waiting`` frames not taken yet, one or none; ``ring_bytes`` of encoded packets kept;
    ``awake`` whether frames are analysed now, None where nothing puts cameras to sleep;
    ``decodes`` whether they are decoded, as those of a camera that dozes are.
    """

    packets: int = 0
    decoded: int = 0
    latencies_s: tuple[float, ...] = ()
    waiting: int = 0
    ring_bytes: int = 0
    awake: bool | None = None
    decodes: bool = True


@dataclass(frozen=True, slots=True)
class CameraReport:
    """One camera as its worker sees it.

    ``since`` UTC, s; ``analysed`` and ``dropped`` frames since the worker began; ``hung`` says that
    only a new process frees one of its threads; ``corrupt`` packets and frames were damaged and
    left out, and ``reconnects`` made, since its connection was asked for.
    """

    camera_id: str
    state: CameraState
    since: float
    notice: Notice | None
    analysed: int
    dropped: int
    hung: bool
    effort: CameraEffort = CameraEffort()
    corrupt: int = 0
    reconnects: int = 0


@dataclass(frozen=True, slots=True)
class WorkerEffort:
    """What a whole worker takes: resident memory, bytes, and jobs of evidence that wait."""

    resident: int = 0
    evidence_waiting: int = 0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The worker lives; how its cameras are, and what it takes as a whole."""

    cameras: tuple[CameraReport, ...]
    effort: WorkerEffort = WorkerEffort()


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


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a trial, or why nothing did; sent once for each `TryOut`."""

    number: int
    answer: TrialAnswer


WorkerMessage = Heartbeat | Spooled | LivePicture | WorkerFailed | Tried


@dataclass(frozen=True, slots=True)
class Watch:
    """The cameras that somebody looks at now; all others are looked at by nobody.

    Of ``minutes`` a whole minute of packets is kept, because somebody prepares a trial.
    """

    cameras: frozenset[str] = frozenset()
    minutes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Permit:
    """Every camera may be read and analysed now, but those of ``blocked``, each with its reason.

    No camera of a worker is read before the first permit. It is said again and again where a worker
    holds it on a lease.
    """

    blocked: Mapping[str, Notice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """Every camera is analysed at this share of its own rate from now on, 0 to 1."""

    of_rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Cameras:
    """From now on the worker's cameras are these; those that did not change go on."""

    cameras: tuple[Camera, ...]


@dataclass(frozen=True, slots=True)
class TryOut:
    """Try a proposed camera on the packets that are kept of the one that runs."""

    job: TrialJob


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Nobody waits for the trial of this number any more."""

    number: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Close what is open, finish evidence, end."""


HubCommand = Watch | Permit | Share | Cameras | TryOut | Withdraw | Stop
