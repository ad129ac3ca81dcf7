"""What the journal says of authority: whose key, which mandates, what was revoked or suspended.

The journal is the truth; files beside it only ring a bell, or stop what could not be journalled.
What the destroyed entries of a pruned journal said of it stands in the record of their destruction.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, unique
from itertools import chain
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from gardefou.errors import JournalError
from gardefou.governance.canonical import Json
from gardefou.governance.entry import Line, Link, Operation
from gardefou.governance.signing import PublicKey

TRUSTED: Final = "trusted"
INSTALLED: Final = "installed"
REVOKED: Final = "revoked"
RUNNING: Final = "running"
STOPPED: Final = "stopped"
PROPOSED: Final = "proposed"
CONFIRMED: Final = "confirmed"

STANDING: Final = "standing"
"""The detail of a destruction's record that says what stood at the last entry destroyed."""

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


class _Standing(BaseModel):
    """A ledger as a record of destruction keeps it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trusted: str | None
    installed: dict[str, str]
    revoked: list[str]
    suspension: Suspension | None
    latest: datetime | None
    resumptions: int


@dataclass(slots=True)
class Ledger:
    """The journal read through.

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
    def read(cls, lines: Iterable[Line], until: int | None = None) -> Ledger:
        """The ledger of all entries that a journal has, as it stood at entry ``until``.

        Begins with what the destroyed ones said, where some were. Raises `JournalError`.
        """
        rest = iter(lines)
        first = next(rest, None)
        if first is None:
            return cls()
        everything: Iterator[Line] = chain([first], rest)
        if first.seq == 1:
            ledger = cls()
        else:
            known = list(everything)
            ledger, everything = cls._carried(known), iter(known)
        ledger.follow(line for line in everything if until is None or line.seq <= until)
        return ledger

    def follow(self, lines: Iterable[Line]) -> None:
        """Take the entries that came after those it was read from."""
        for line in lines:
            self._add(line)

    def carried_over(self) -> dict[str, Json]:
        """It as a record of destruction keeps it."""
        standing = _Standing(
            trusted=None if self.trusted is None else str(self.trusted),
            installed=self.installed,
            revoked=sorted(self.revoked),
            suspension=self.suspension,
            latest=self.latest,
            resumptions=self.resumptions,
        )
        return {STANDING: standing.model_dump(mode="json")}

    @classmethod
    def _carried(cls, lines: Iterable[Line]) -> Ledger:
        """What the record of the entries before the first line says; empty where it says nothing.

        A record that another failed to act upon tells of entries that are still there.
        """
        found: Any = None
        first: int | None = None
        for line in lines:
            first = line.seq if first is None else first
            if line.operation == Operation.DESTRUCTION and STANDING in line.details:
                last = Link.parse(str(line.details.get("last"))).seq
                found = line.details[STANDING] if last < first else found
        if found is None:
            return cls()
        try:
            said = _Standing.model_validate(found)
            trusted = None if said.trusted is None else PublicKey.parse(said.trusted)
        except (ValidationError, ValueError) as error:
            raise JournalError("governance.journal.no_form", detail=STANDING) from error
        return cls(
            trusted,
            dict(said.installed),
            set(said.revoked),
            said.suspension,
            said.latest,
            said.resumptions,
        )

    def _add(self, line: Line) -> None:
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
    r"""Whether two actors are one person, whatever door they came through and however they write.

    >>> same_person("desk:Anna Weil", "cli:anna  weil"), same_person("cli:anna", "cli:bruno")
    (True, False)
    >>> same_person("cli:anna", "desk:an\u200bna")
    True
    """
    return _person(one) == _person(other)


def _person(actor: str) -> str:
    name = actor.partition(":")[2] or actor
    seen = "".join(each for each in name if unicodedata.category(each) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())


def mandate_ref(mandate_id: str) -> str:
    """How the journal names a mandate."""
    return f"{_MANDATE}{mandate_id}"
