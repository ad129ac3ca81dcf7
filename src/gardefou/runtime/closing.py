"""A mandate that ended while nothing ran: closed by whoever opens the home next."""

from __future__ import annotations

import logging
from pathlib import Path

from gardefou.errors import GardefouError, UsageError
from gardefou.governance.facts import Office
from gardefou.governance.purge import Purger
from gardefou.governance.retention import Terms
from gardefou.governance.use import close_unwatched
from gardefou.runtime.home import Home

_log = logging.getLogger(__name__)


def close_idle(home: Home, office: Office) -> list[Path]:
    """As `close`, unless something runs in this home: that looks after its own mandate."""
    try:
        with home.locked():
            return close(home, office)
    except UsageError:
        return []


def close(home: Home, office: Office) -> list[Path]:
    """Certify what is over, destroy what has come to its term; the certificates' folders.

    The caller holds the home. What cannot be done now is said in the log and left to the next one:
    it must keep nobody from working.
    """
    try:
        made = close_unwatched(office)
        if made:
            purger = Purger(office.store, office.journal, home.evidence, office.now)
            purger.run(Terms.of(home.folder))
    except GardefouError as error:
        _log.warning("no certificate: %s", error)
        return []
    for folder in made:
        _log.warning("a mandate was over while nothing ran; its certificate: %s", folder)
    return made
