"""The warrant: whether, this moment, live streams may be processed under a mandate."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from gardefou.errors import JournalError, OutputError
from gardefou.governance.attested import PROGRAMME, AttestedFiles, hashes
from gardefou.governance.clock_guard import ClockGuard
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.governance.ledger import RUNNING, STOPPED, Ledger, Origin, mandate_ref
from gardefou.governance.mandate import Mandate
from gardefou.governance.mandate_check import at_moment, at_place, by_law, not_covered
from gardefou.governance.mandate_file import SignedMandate
from gardefou.governance.mandates import Mandates, raise_if, read_installed
from gardefou.governance.refusal import MandateError, Reason, Refusal
from gardefou.governance.register_check import RegisterCheck, RegisterFolder
from gardefou.governance.suspension import KillSwitch
from gardefou.perception.store import ModelStore
from gardefou.site.document import Camera, Site

MARK_S: Final = 900.0
"""How often a running mandate is marked in the journal, s: a clock that is turned back while the
machine is off gains no more than this."""

REGISTER: Final = "register"
"""Folder of the public register's entries, a folder a mandate, within the home folder."""


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What may be read now: nothing when ``refusal`` is set, else all but ``blocked`` cameras."""

    refusal: Refusal | None = None
    blocked: Mapping[str, Refusal] = field(default_factory=dict)


class Warrant(Protocol):
    """Asked every round of the hub; the answer holds until the next."""

    @property
    def mandate_id(self) -> str:
        """What every alert carries."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether the mandate has ended or was revoked, whatever else stands in its way."""
        ...

    def beyond(self, camera: Camera) -> Refusal | None:
        """Why a camera as it is given must not be read under it, or None."""
        ...

    def rule(self) -> Ruling:
        """What may be read now. Raises `JournalError` when what changed cannot be journalled."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mandate is exercised: the home folder, its site, its models and programme.

    ``wall`` UTC; ``monotonic`` seconds.
    """

    home: Path
    site: Site
    site_path: Path
    journal: Journal
    store: ModelStore = field(default_factory=ModelStore)
    programme: Path = PROGRAMME
    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic


class MandateWarrant:
    """One installed mandate, held against everything that must be so, again and again."""

    def __init__(
        self, signed: SignedMandate, place: Place, switch: KillSwitch, register: RegisterCheck
    ) -> None:
        mandate = signed.mandate
        raise_if(by_law(mandate))
        attestation = mandate.authorisation.attestation
        assert attestation is not None
        self.mandate = mandate
        self._place = place
        self._switch = switch
        self._register = register
        self._mandates = Mandates(place.home, place.journal)
        ledger = Ledger.read(place.journal.entries())
        self._fixed = [*self._mandates.standing(signed, ledger), *at_place(mandate, place.site)]
        self._blocked = not_covered(mandate, place.site.cameras)
        self._clock = ClockGuard(ledger.latest, place.wall, place.monotonic)
        self._files = AttestedFiles(
            attestation, place.site_path, place.store, place.programme, place.monotonic
        )
        self._running = _running(place, mandate)
        self._stamp = _stamp(self._mandates.path(mandate.id))
        self._was_suspended = False
        self._marked = -float("inf")
        self._last: Refusal | None = None
        self._began = False

    @property
    def mandate_id(self) -> str:
        """What every alert carries."""
        return self.mandate.id

    @property
    def blocked(self) -> Mapping[str, Refusal]:
        """Cameras of the site that it does not cover."""
        return self._blocked

    @property
    def running_sha256(self) -> str:
        """What the public register must describe."""
        return self._running

    @property
    def is_over(self) -> bool:
        """Whether the mandate has ended or was revoked, whatever else stands in its way."""
        found = [*self._revocation(), *at_moment(self.mandate, self._clock.now())]
        return any(each.reason in (Reason.REVOKED, Reason.ENDED) for each in found)

    def beyond(self, camera: Camera) -> Refusal | None:
        """Why a camera as it is given must not be read under it, or None."""
        return not_covered(self.mandate, [camera]).get(camera.id)

    def refusals(self) -> list[Refusal]:
        """Everything that is missing now; looking changes nothing but may find the clock wrong."""
        return [
            *self._fixed,
            *self._revocation(),
            *self._time(),
            *self._files.refusals(),
            *self._register.refusals(self._running),
        ]

    def rule(self) -> Ruling:
        """What may be read now; each change is journalled, and a running mandate now and then."""
        found = self.refusals()
        refusal = found[0] if found else None
        if refusal is None:
            self._mark(going_on=self._last is not None)
        elif self._last is None or refusal.reason is not self._last.reason:
            self._note_stop(refusal)
        self._last = refusal
        return Ruling(refusal, self._blocked)

    def _revocation(self) -> list[Refusal]:
        """Revoked by its file, or replaced on the disk by something else than was signed."""
        if self._mandates.revocation(self.mandate.id).exists():
            return [Refusal.of(Reason.REVOKED, mandate=self.mandate.id)]
        stamp = _stamp(self._mandates.path(self.mandate.id))
        if stamp != self._stamp:
            again = read_installed(self._mandates, self.mandate.id)
            if again is None or again.mandate != self.mandate or again.refusals():
                return [Refusal.of(Reason.SIGNATURE_WRONG, mandate=self.mandate.id)]
            self._stamp = stamp
        return []

    def _time(self) -> list[Refusal]:
        """The minute, by a clock that only goes on; one that was turned back suspends."""
        suspended = self._switch.current() is not None
        if self._was_suspended and not suspended:
            self._clock.accept()
        self._was_suspended = suspended
        behind = self._clock.behind_s()
        found = at_moment(self.mandate, self._clock.now())
        if behind:
            turned = Refusal.of(Reason.CLOCK_TURNED_BACK, seconds=f"{behind:.0f}")
            if not suspended:
                self._suspend_for(turned)
            return [turned, *found]
        return found

    def _suspend_for(self, turned: Refusal) -> None:
        try:
            self._switch.suspend(SOFTWARE, Origin.CLOCK, turned.in_language("fr"))
        except (JournalError, OutputError) as error:
            _log.error("%s", error)
        self._was_suspended = True

    def _mark(self, going_on: bool) -> None:
        """Before it begins, when it goes on, and every `MARK_S`; without a mark nothing runs."""
        now = self._place.monotonic()
        if self._began and not going_on and now - self._marked < MARK_S:
            return
        details = {"step": RUNNING, "running_sha256": self._running}
        self._append(details)
        self._began, self._marked = True, now

    def _note_stop(self, refusal: Refusal) -> None:
        """It has stopped, whether that can be written or not."""
        try:
            self._append({"step": STOPPED, "reason": refusal.reason.value})
        except JournalError as error:
            _log.error("%s", error)

    def _append(self, details: dict[str, str]) -> None:
        reference = mandate_ref(self.mandate.id)
        self._place.journal.append(Entry(SOFTWARE, Operation.MANDATE, reference, details=details))


def warrant_for(
    place: Place, switch: KillSwitch, register: RegisterCheck | None = None
) -> MandateWarrant:
    """The warrant of the installed mandate under which this home may run now.

    ``register`` by default the entry in the home folder. Raises `MandateError` with everything
    that is missing of the mandate that begins last, or that none is installed.
    """
    installed = Mandates(place.home, place.journal).installed()
    refusals = [Refusal.of(Reason.NO_MANDATE, folder=place.home)]
    for signed in installed:
        check = register or RegisterFolder(register_folder(place.home, signed.mandate.id))
        try:
            warrant = MandateWarrant(signed, place, switch, check)
        except MandateError as error:
            refusals = error.refusals
            continue
        refusals = [*warrant.refusals(), *suspended(switch), *_nothing_left(place, warrant)]
        if not refusals:
            return warrant
    raise MandateError(refusals)


def register_folder(home: Path, mandate_id: str) -> Path:
    """Where the public register's entry of a mandate stands."""
    return home / REGISTER / mandate_id


def _running(place: Place, mandate: Mandate) -> str:
    try:
        return hashes(place.site, place.store, place.programme).running(mandate.sha256)
    except OSError as error:
        raise MandateError([Refusal.of(Reason.MODEL_DIFFERS, model=error.filename)]) from error


def suspended(switch: KillSwitch) -> list[Refusal]:
    """The refusal of a suspension that stands."""
    now = switch.current()
    if now is None:
        return []
    return [Refusal.of(Reason.SUSPENDED, origin=now.origin.value, motif=now.motif or "-")]


def _nothing_left(place: Place, warrant: MandateWarrant) -> Collection[Refusal]:
    """Refused for each camera when the mandate leaves none to read."""
    blocked = warrant.blocked
    return list(blocked.values()) if len(blocked) == len(place.site.cameras) else []


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
