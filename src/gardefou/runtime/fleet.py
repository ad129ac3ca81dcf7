"""All cameras of a machine together: how they do, who may begin, at what share of their rate."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from gardefou.capture.notice import Notice
from gardefou.runtime.admission import Admission
from gardefou.runtime.load import CameraMeter, SystemLoad
from gardefou.runtime.messages import Heartbeat, Share, WorkerEffort
from gardefou.runtime.processes import idle_s
from gardefou.runtime.throttle import Throttle
from gardefou.site.document import Camera

IDLE_SHARE: Final = 0.15
"""There is room for more cameras while the processors idle this share of the time."""

SETTLE_S: Final = 5.0
"""What a camera drops this soon after its first frame says nothing, s: networks are compiled."""

HELD_BACK_KEY: Final = "load.held_back"
FULL_KEY: Final = "load.full"

_MIB: Final = 1024 * 1024


class Fleet:
    """Hears what workers say, on any thread, and decides on the thread of `update`.

    ``idle`` tells the idle seconds of all processors together, ``clock`` monotonic seconds.
    """

    def __init__(
        self,
        cameras: tuple[Camera, ...],
        *,
        idle: Callable[[], float] = idle_s,
        clock: Callable[[], float] = time.monotonic,
        cores: int | None = None,
    ) -> None:
        self._lock = threading.Lock()
        self._cameras = {each.id: each for each in cameras}
        self._meters = {each.id: CameraMeter(each.analysis.fps) for each in cameras}
        self._workers: dict[frozenset[str], WorkerEffort] = {}
        self._throttle = Throttle()
        self._cores = cores or os.cpu_count() or 1
        self._admission = Admission([each.id for each in cameras], self._cores)
        self._idle = idle
        self._clock = clock
        self._looked: tuple[float, float] | None = None
        self._was_idle = False
        self._share = Share()

    def take(self, cameras: Iterable[Camera]) -> None:
        """From now on these cameras; what is known of those that did not change stays."""
        wanted = {each.id: each for each in cameras}
        with self._lock:
            kept = {
                key: meter
                for key, meter in self._meters.items()
                if wanted.get(key) == self._cameras[key]
            }
            self._meters = {
                key: kept.get(key) or CameraMeter(each.analysis.fps) for key, each in wanted.items()
            }
            self._cameras = wanted
            self._workers.clear()
        self._admission.take(wanted)

    def hear(self, heartbeat: Heartbeat) -> None:
        """Take in how the cameras of a worker are."""
        now = self._clock()
        with self._lock:
            for report in heartbeat.cameras:
                # A worker may still tell of a camera that was let go.
                meter = self._meters.get(report.camera_id)
                if meter is not None:
                    meter.add(report, now)
            key = frozenset(report.camera_id for report in heartbeat.cameras)
            self._workers[key] = heartbeat.effort

    def update(self) -> Share:
        """One round: the share of its rate at which every camera is analysed from now on."""
        now = self._clock()
        since = self._throttle.watches_since(now)
        with self._lock:
            counts = [
                meter.offered_and_dropped(max(since, meter.running_since + SETTLE_S))
                for meter in self._meters.values()
                if meter.running_since is not None and now - meter.running_since >= SETTLE_S
            ]
        offered, dropped = (sum(each[index] for each in counts) for index in range(2))
        of_one = len(counts) > 1 and sum(each[1] > 0 for each in counts) == 1
        share = self._throttle.update(offered, dropped, now, of_one=of_one)
        self._admission.update(not dropped and share == 1.0 and self._has_idle(now), now)
        if share != self._share.of_rate:
            self._share = Share(share)
        return self._share

    @property
    def held_back(self) -> Mapping[str, Notice]:
        """Cameras that wait to be started, each with the reason."""
        return dict.fromkeys(self._admission.waiting, Notice.of(HELD_BACK_KEY))

    @property
    def notice(self) -> Notice | None:
        """What the operator is told of the machine as a whole: that it is full."""
        share = self._share.of_rate
        return Notice.of(FULL_KEY, percent=round(100 * share)) if share < 1.0 else None

    @property
    def load(self) -> SystemLoad:
        """The figures now."""
        with self._lock:
            cameras = {key: meter.load for key, meter in self._meters.items()}
            workers = list(self._workers.values())
        return SystemLoad(
            at=time.time(),
            share=self._share.of_rate,
            cameras=cameras,
            held_back=self._admission.waiting,
            workers_mib=sum(each.resident for each in workers) / _MIB,
            evidence_waiting=sum(each.evidence_waiting for each in workers),
        )

    def _has_idle(self, now: float) -> bool:
        """Whether the processors idled enough lately; looked at once a second."""
        if self._looked is not None and now - self._looked[0] < 1.0:
            return self._was_idle
        idle = self._idle()
        if self._looked is not None:
            seconds = (now - self._looked[0]) * self._cores
            self._was_idle = idle - self._looked[1] >= IDLE_SHARE * seconds
        self._looked = (now, idle)
        return self._was_idle
