"""What the web room needs from the rest of the house."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gardefou.evidence.vault import Vault
from gardefou.governance.accounts import Accounts
from gardefou.governance.journal import Journal
from gardefou.governance.sessions import Sessions
from gardefou.governance.suspension import KillSwitch
from gardefou.runtime.bus import CameraHealth, HubEvent, Subscription, SystemState
from gardefou.runtime.load import SystemLoad
from gardefou.situations.situation import Situation
from gardefou.storage.records import Mode
from gardefou.storage.store import Store
from gardefou.web.workshop import Workshop


class EventBus(Protocol):
    """What the hub tells the moment it happens, and its last word on each camera."""

    @property
    def cameras(self) -> Mapping[str, CameraHealth]:
        """The last known health of each camera, by camera."""
        ...

    @property
    def system(self) -> SystemState:
        """The last known state of the system."""
        ...

    @property
    def load(self) -> SystemLoad | None:
        """How busy the system is, as told last; None before it was."""
        ...

    def publish(self, event: HubEvent) -> None:
        """Tell every subscriber; from any thread, without waiting."""
        ...

    def subscribe(self, last_id: str | None = None) -> AbstractContextManager[Subscription]:
        """Listen from now on; a returning subscriber says the last event it saw."""
        ...


class LiveViews(Protocol):
    """Pictures of a camera while somebody watches it."""

    def watch(self, camera_id: str) -> AsyncIterator[bytes]:
        """JPEG pictures, a few a second, until the iterator is closed or the camera stops."""
        ...


@dataclass(frozen=True, slots=True)
class ZoneInfo:
    """A zone as the desk draws it; ``polygon`` in fractions of the frame."""

    id: str
    name: str
    polygon: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera of the site as a person knows it; ``place`` may be empty."""

    id: str
    name: str
    place: str
    situations: tuple[Situation, ...]
    zones: tuple[ZoneInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """The cameras of the site, in the order of the site document."""

    cameras: tuple[CameraInfo, ...]

    def has(self, camera_id: str) -> bool:
        """Whether the site has this camera."""
        return any(camera.id == camera_id for camera in self.cameras)


@dataclass(frozen=True, slots=True)
class Access:
    """Who may come in: accounts, and the sessions of those who are in."""

    accounts: Accounts
    sessions: Sessions


@dataclass(frozen=True, slots=True)
class WebServices:
    """What the application serves.

    ``site`` is asked anew for each request, so a new version of the site document shows at once;
    ``evidence_dir`` holds the files that the store names, ``vault`` opens them; ``clock`` tells UTC
    seconds. Without ``access`` nobody can log in, so that an operational desk without it answers
    nobody; ``switch`` stops everything; ``workshop`` changes the site.
    """

    store: Store
    journal: Journal
    events: EventBus
    live: LiveViews
    site: Callable[[], SiteInfo]
    mode: Mode
    evidence_dir: Path
    vault: Vault
    clock: Callable[[], float] = time.time
    access: Access | None = None
    switch: KillSwitch | None = None
    workshop: Workshop | None = None

    @property
    def log_in_required(self) -> bool:
        """Whether names as typed are no longer enough; raises `StorageError`."""
        if self.mode is Mode.OPERATIONAL:
            return True
        return self.access is not None and self.access.accounts.any()

    @property
    def home(self) -> Path:
        """The home folder, which holds the evidence folder."""
        return self.evidence_dir.parent
