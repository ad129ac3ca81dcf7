"""A whole running system for tests: home, store, journal, hub and real workers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from gardefou.capture.gate import Sleep
from gardefou.capture.link import Transport
from gardefou.capture.notice import Notice
from gardefou.cli.demo import DEMO_SITE
from gardefou.governance.journal import Journal
from gardefou.governance.rehearsal import RehearsalBudget
from gardefou.governance.warrant import Warrant
from gardefou.runtime.bus import CameraHealth, CameraState
from gardefou.runtime.disk import DiskLimits
from gardefou.runtime.home import Home
from gardefou.runtime.hosts import SubprocessHost
from gardefou.runtime.hub import Hub, HubSettings
from gardefou.runtime.messages import WorkerMessage, WorkerSettings
from gardefou.runtime.shard import Patience
from gardefou.site.check import load_site
from gardefou.site.document import Camera, Mask
from gardefou.site.source import Source
from gardefou.storage.records import AlertRecord, Mode
from gardefou.storage.store import Store
from support.processes import DEADLINE_S, until

CAMERA = "lawn"
AT_ONCE = Patience(silent_s=30.0, starting_s=300.0, pauses_s=(0.0,))
"""Restarts without pauses; a worker hangs after longer than a busy machine keeps it from a core."""


def camera(
    url: str,
    identifier: str = CAMERA,
    transport: Transport = Transport.TCP,
    masked: bool = False,
    sleep: Sleep = Sleep.NEVER,
) -> Camera:
    """The demo's camera, its lawn a closed zone, reading an address."""
    mask = Mask(id="sky", polygon=((0.0, 0.0), (0.3, 0.0), (0.3, 0.3), (0.0, 0.3)))
    shown = load_site(DEMO_SITE).cameras[0]
    changes: dict[str, object] = {
        "id": identifier,
        "source": Source(url),
        "transport": transport,
        "masks": (mask,) if masked else (),
        "analysis": shown.analysis.model_copy(update={"sleep": sleep}),
    }
    return shown.model_copy(update=changes)


class System:
    """Everything but the desk; keeps each host and message of its workers, and each health."""

    def __init__(
        self,
        home: Path,
        cameras: Sequence[Camera],
        *,
        mode: Mode = Mode.EVALUATION,
        host: type[SubprocessHost] = SubprocessHost,
        patience: Patience = AT_ONCE,
        disk: DiskLimits | None = None,
        per_worker: int = 16,
        budget: RehearsalBudget | None = None,
        warrant: Warrant | None = None,
    ) -> None:
        self.home = Home(home)
        self.home.prepare()
        self.store = Store.open(self.home.database)
        self.journal = Journal(self.home.journal)
        self.hosts: list[SubprocessHost] = []
        self.messages: list[WorkerMessage] = []
        self._host = host
        settings = HubSettings(
            home=self.home,
            cameras=tuple(cameras),
            mode=mode,
            reason="a test",
            per_worker=per_worker,
            disk=disk or DiskLimits(low=0, full=0),
            patience=patience,
            warrant=warrant,
        )
        self.hub = Hub(settings, self.store, self.journal, self._make_host, budget)

    def _make_host(self, settings: WorkerSettings, hear: object) -> SubprocessHost:
        def listen(message: WorkerMessage) -> None:
            self.messages.append(message)
            assert callable(hear)
            hear(message)

        self.hosts.append(self._host(settings, listen))
        return self.hosts[-1]

    def __enter__(self) -> System:
        self.hub.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hub.stop()
        self.store.close()

    @property
    def worker(self) -> int:
        """Process id of the newest worker."""
        pid = self.hosts[-1].pid
        assert pid is not None
        return pid

    def health(self, identifier: str = CAMERA) -> CameraHealth:
        return self.hub.bus.cameras[identifier]

    def until_state(
        self, state: CameraState, identifier: str = CAMERA, seconds: float = DEADLINE_S
    ) -> CameraHealth:
        """Wait until a camera is in a state; its health then."""
        until(
            lambda: self.health(identifier).state is state,
            seconds,
            f"{identifier} did not become {state}",
        )
        return self.health(identifier)

    def until_blocked(self, key: str, identifier: str = CAMERA) -> Notice:
        """Wait until a camera is blocked for a reason; others may come before it."""

        found: list[Notice] = []

        def is_blocked() -> bool:
            health = self.health(identifier)
            if health.state is CameraState.BLOCKED and health.notice is not None:
                found[:] = [health.notice]
            return bool(found) and found[0].key == key

        until(is_blocked, what=f"{identifier} was not blocked: {key}")
        return found[0]

    def alerts(self) -> list[AlertRecord]:
        """All alerts, the oldest first."""
        return self.store.alerts(limit=1000)[::-1]

    def until_alerts(self, count: int) -> list[AlertRecord]:
        """Wait until there are so many alerts."""
        until(lambda: len(self.alerts()) >= count, 300.0, f"there were never {count} alerts")
        return self.alerts()


def threads() -> set[threading.Thread]:
    """Threads of this process that run now; timers of pages that earlier tests served are not."""
    return {each for each in threading.enumerate() if not isinstance(each, threading.Timer)}
