"""A running system: home folder, store, journal, hub and desk, from start to Ctrl-C."""

from __future__ import annotations

import logging
import signal
import threading
import webbrowser
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from rich.console import Console

from gardefou.errors import UsageError
from gardefou.evidence.vault import Vault
from gardefou.governance.accounts import Accounts
from gardefou.governance.facts import Office
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.governance.sessions import Sessions
from gardefou.governance.site_book import SiteBook
from gardefou.governance.use import Use
from gardefou.governance.warrant import MandateWarrant
from gardefou.i18n import text
from gardefou.runtime.closing import close
from gardefou.runtime.disk import DiskLimits
from gardefou.runtime.home import Home
from gardefou.runtime.hub import Hub, HubSettings
from gardefou.runtime.site_watch import SiteWatch, running_cameras
from gardefou.site.document import Camera, Site
from gardefou.storage.records import Mode
from gardefou.storage.store import Store
from gardefou.web.app import create_app
from gardefou.web.security import LOCAL_HOSTS
from gardefou.web.server import WebServer
from gardefou.web.services import Access, CameraInfo, SiteInfo, WebServices, ZoneInfo
from gardefou.web.tls import Tls, is_loopback
from gardefou.web.workshop import Workshop


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """What is run and where the desk listens.

    ``reason`` is journalled; ``warrant`` in operation, and only there. ``site`` is None where the
    page is to make one; ``clips`` are the films that a demonstration may play.
    """

    home: Home
    site: Site | None
    mode: Mode
    reason: str
    host: str = "127.0.0.1"
    port: int = 8765
    open_browser: bool = False
    tls: Tls | None = None
    disk: DiskLimits = field(default_factory=DiskLimits)
    warrant: MandateWarrant | None = None
    clips: tuple[Path, ...] = ()


def serve(settings: ServeSettings, until: threading.Event | None = None) -> None:
    """Run until Ctrl-C, SIGTERM or ``until``; everything started is stopped again.

    Raises `UsageError` when the port or the home folder is in use, `StorageError` or
    `JournalError` when nothing could be recorded, `KeysError` without the keys.
    """
    stopped = until or threading.Event()
    settings.home.prepare()
    console = Console(highlight=False, soft_wrap=True)
    with ExitStack() as stack:
        stack.enter_context(settings.home.locked())
        store = stack.enter_context(Store.open(settings.home.database))
        journal = Journal(settings.home.journal)
        close(settings.home, Office(settings.home.folder, store, journal))
        vault = Vault.of(settings.home.folder)
        hub = Hub(
            HubSettings(
                home=settings.home,
                cameras=running_cameras(settings.site),
                mode=settings.mode,
                reason=settings.reason,
                disk=settings.disk,
                warrant=settings.warrant,
                use=_use(settings, store, journal),
            ),
            store,
            journal,
        )
        accounts = stack.enter_context(Accounts.open(settings.home.folder, journal))
        _refuse_open_network(settings, accounts)
        book = SiteBook(settings.home.site, journal)
        if settings.site is not None and not settings.home.site.exists():
            book.apply(settings.site, SOFTWARE, settings.reason)
        watch = SiteWatch(book, settings.site, hub)
        app = create_app(
            WebServices(
                store=store,
                journal=journal,
                events=hub.bus,
                live=hub.live,
                site=lambda: site_info(watch.site),
                mode=settings.mode,
                evidence_dir=settings.home.evidence,
                vault=vault,
                access=Access(accounts, Sessions(accounts)),
                switch=hub.switch,
                workshop=Workshop(
                    watch.book, watch.look, hub.health.samples, hub.trials, settings.clips
                ),
            ),
            hosts=_names(settings),
        )
        server = WebServer(app, settings.host, settings.port, settings.tls)
        stack.enter_context(_stopping_at_signals(stopped.set))
        stack.enter_context(hub)
        if settings.warrant is None:
            stack.enter_context(watch)
        stack.enter_context(server)
        console.print(text("cli.run.address", url=server.url), markup=False)
        console.print(text("cli.run.stop"), markup=False)
        if settings.open_browser:
            webbrowser.open(server.url)
        stopped.wait()
        console.print(text("cli.run.stopping"), markup=False)


def _use(settings: ServeSettings, store: Store, journal: Journal) -> Use | None:
    """What the public is told of a run under a mandate; None for any other run."""
    if settings.warrant is None:
        return None
    office = Office(settings.home.folder, store, journal)
    return Use(office, settings.warrant.mandate_id, settings.warrant.running_sha256)


def _refuse_open_network(settings: ServeSettings, accounts: Accounts) -> None:
    """Raise `UsageError` when other machines would reach a desk without TLS or without log-in."""
    if is_loopback(settings.host):
        return
    if settings.tls is None:
        raise UsageError("accounts.tls.needed", host=settings.host)
    if not accounts.any():
        raise UsageError("accounts.tls.accounts", host=settings.host)


def _names(settings: ServeSettings) -> frozenset[str]:
    """The names a browser may call the server by."""
    certified = frozenset() if settings.tls is None else settings.tls.names()
    return LOCAL_HOSTS | certified | {settings.host}


def site_info(site: Site | None) -> SiteInfo:
    """The cameras of a site as the desk shows them; none before there is one."""
    return SiteInfo(() if site is None else tuple(_camera_info(each) for each in site.cameras))


def _camera_info(camera: Camera) -> CameraInfo:
    return CameraInfo(
        id=camera.id,
        name=camera.name,
        place=camera.place.name if camera.place else "",
        situations=tuple(sorted(camera.situations.on)),
        zones=tuple(ZoneInfo(zone.id, zone.id, tuple(zone.polygon)) for zone in camera.zones),
    )


class _stopping_at_signals:  # noqa: N801 - reads as a verb where it is used
    """Calls ``stop`` at SIGINT and SIGTERM while it is entered."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._before: dict[int, object] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._handle)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _handle(self, number: int, frame: FrameType | None) -> None:
        logging.getLogger(__name__).info("signal %d", number)
        self._stop()
