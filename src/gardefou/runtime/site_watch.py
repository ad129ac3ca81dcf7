"""The site document of a running system: a new version is taken up without a restart."""

from __future__ import annotations

import logging
import threading
from typing import Final, Protocol, Self

from gardefou.errors import GardefouError
from gardefou.governance.site_book import SiteBook
from gardefou.site.document import Camera, Site

LOOK_S: Final = 1.0
"""How often the document is looked at: a command may have changed it, s."""

_log = logging.getLogger(__name__)


class _Runs(Protocol):
    def take(self, cameras: tuple[Camera, ...]) -> None: ...


class SiteWatch:
    """Keeps ``hub`` running what the document says; a document with mistakes changes nothing.

    ``site`` what runs at first. Used as a context manager it looks by itself.
    """

    def __init__(self, book: SiteBook, site: Site | None, hub: _Runs) -> None:
        self.book = book
        self.site = site
        self._hub = hub
        self._lock = threading.Lock()
        self._stamp = self._stamped()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="site", daemon=True)

    def look(self) -> None:
        """Take up the document if it is another one than before."""
        with self._lock:
            stamp = self._stamped()
            if stamp == self._stamp:
                return
            self._stamp = stamp
            try:
                newest = self.book.noticed()
                site = None if newest is None else newest.site
            except GardefouError as error:
                _log.error("%s", error)
                return
            if site is None or site == self.site:
                return
            self.site = site
            self._hub.take(running_cameras(site))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(LOOK_S):
            try:
                self.look()
            except Exception:
                # A document that cannot be read now may be read the next time.
                _log.exception("the site document")

    def _stamped(self) -> tuple[int, int, int] | None:
        try:
            found = self.book.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size


def running_cameras(site: Site | None) -> tuple[Camera, ...]:
    """The cameras of a site that have a source."""
    return () if site is None else tuple(each for each in site.cameras if each.source)
