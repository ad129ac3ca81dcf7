"""How busy the running system is, in a file of its home folder for whoever looks from outside."""

from __future__ import annotations

import json
import logging
import time
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from gardefou.capture.notice import Notice
from gardefou.runtime.fleet import Fleet
from gardefou.runtime.load import SystemLoad

EVERY_S: Final = 5.0
"""Time between two writings, s."""

STALE_S: Final = 30.0
"""A file older than this was left by a system that was killed, s."""

_SYSTEM_LOAD: Final = TypeAdapter(SystemLoad)

_log = logging.getLogger(__name__)


class LoadFile:
    """Writes the load every few seconds; for one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._load: SystemLoad | None = None
        self._kept = -float("inf")

    def keep(self, fleet: Fleet, waits: Notice | None = None) -> SystemLoad | None:
        """The load as it was when it was written last, which is now if that is long ago.

        ``waits`` that evidence waits to be destroyed, and where.
        """
        now = time.monotonic()
        if now - self._kept >= EVERY_S:
            self._kept = now
            place = dict(waits.fields)["path"] if waits else ""
            self._load = replace(fleet.load, withdrawal_waits=str(place))
            try:
                partial = self._path.with_suffix(".partial")
                partial.write_text(json.dumps(asdict(self._load)), encoding="utf-8")
                partial.replace(self._path)
            except OSError as error:  # Nothing depends on it, least of all watching.
                _log.debug("%s: %s", self._path, error)
        return self._load

    def remove(self) -> None:
        """The system stopped: it has no load."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def read_load(path: Path) -> SystemLoad | None:
    """The load of the system that runs on a home folder; None when none does."""
    try:
        load = _SYSTEM_LOAD.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    return load if time.time() - load.at < STALE_S else None
