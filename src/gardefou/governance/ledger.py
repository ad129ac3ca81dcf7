"""What the journal says of authority: whose key, which mandates, what was revoked or suspended.

The journal is the truth; files beside it only ring a bell, or stop what could not be journalled.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, unique
from typing import Final

from gardefou.governance.entry import Line, Operation
from gardefou.governance.signing import PublicKey

TRUSTED: Final = "trusted"
INSTALLED: Final = "installed"
REVOKED: Final = "revoked"
RUNNING: Final = "running"
STOPPED: Final = "stopped"
PROPOSED: Final = "proposed"
CONFIRMED: Final = "confirmed"

_MANDATE: Final = "mandate:"


@unique
class Origin(StrEnum):
    """Who suspends; words in the catalogue under ``mandate.origin.<value>``."""

    OPERATOR = "operator"
    CONTROLLER = "controller"
    PREFECT = "prefect"
    DPO = "dpo"
    CNIL = "cnil"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Suspension:
    """Everything stands still; ``since`` UTC, ISO 8601; ``proposed_by`` who wants to resume."""

    origin: Origin
    actor: str
    motif: str
    since: str
    proposed_by: str | None = None


@dataclass(slots=True)
class Ledger:
    """The journal read through; feed it every line in order.

    ``latest`` the latest time that stands in the journal since two people last resumed;
    ``resumptions`` how often they did.
    """

    trusted: PublicKey | None = None
    installed: dict[str, str] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    suspension: Suspension | None = None
    latest: datetime | None = None
    resumptions: int = 0

    @classmethod
    def read(cls, lines: Iterable[Line]) -> Ledger:
        """The ledger of a whole journal."""
        ledger = cls()
        for line in lines:
            ledger.add(line)
        return ledger

    def add(self, line: Line) -> None:
        """Take in the next line."""
        at = datetime.fromisoformat(line.ts)
        self.latest = at if self.latest is None else max(at, self.latest)
        match line.operation:
            case Operation.SUSPENSION:
                self._suspended(line)
            case Operation.RESUMPTION:
                self._resumed(line, at)
            case Operation.MANDATE:
                self._mandate(line)

    def _suspended(self, line: Line) -> None:
        origin = str(line.details.get("origin"))
        known = Origin(origin) if origin in set(Origin) else Origin.OPERATOR
        self.suspension = Suspension(known, line.actor, line.motif, line.ts)

    def _resumed(self, line: Line, at: datetime) -> None:
        now = self.suspension
        if now is None:
            return
        if line.details.get("step") == PROPOSED:
            self.suspension = Suspension(now.origin, now.actor, now.motif, now.since, line.actor)
        elif now.proposed_by is not None and not same_person(now.proposed_by, line.actor):
            self.suspension, self.latest = None, at
            self.resumptions += 1

    def _mandate(self, line: Line) -> None:
        step, mandate = line.details.get("step"), line.object_ref.removeprefix(_MANDATE)
        if step == TRUSTED:
            self.trusted = PublicKey.parse(str(line.details.get("key")))
        elif step == INSTALLED:
            self.installed[mandate] = str(line.details.get("sha256"))
        elif step == REVOKED:
            self.revoked.add(mandate)


def same_person(one: str, other: str) -> bool:
    """Whether two actors are one person, whatever door they came through and however they write.

    >>> same_person("desk:Anna Weil", "cli:anna  weil"), same_person("cli:anna", "cli:bruno")
    (True, False)
    """
    return _person(one) == _person(other)


def _person(actor: str) -> str:
    name = actor.partition(":")[2] or actor
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def mandate_ref(mandate_id: str) -> str:
    """How the journal names a mandate."""
    return f"{_MANDATE}{mandate_id}"
