"""Which cameras may be read now: none whose alerts could not be recorded or are not allowed."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from gardefou.capture.notice import Notice
from gardefou.errors import JournalError
from gardefou.governance.entry import Entry, Operation
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.governance.refusal import Refusal
from gardefou.governance.rehearsal import RehearsalBudget
from gardefou.governance.suspension import KillSwitch
from gardefou.governance.warrant import Warrant, suspended
from gardefou.runtime.bus import DiskState
from gardefou.runtime.disk import DiskGuard

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Permission:
    """What may happen: which cameras are ``blocked``, and why.

    ``notice`` when all are, for one reason; ``disk_free`` in bytes; ``is_over`` once the mandate
    has ended, so that nothing need be kept ready.
    """

    disk: DiskState
    disk_free: int
    blocked: Mapping[str, Notice] = field(default_factory=dict)
    notice: Notice | None = None
    is_over: bool = False


class Gate:
    """Decides, round after round, which cameras may be read; no decision lets none through.

    ``budget`` of a rehearsal, else None; ``warrant`` of operation, else None; ``switch`` stops all
    of them.
    """

    def __init__(
        self,
        cameras: Collection[str],
        disk: DiskGuard,
        journal: Journal,
        budget: RehearsalBudget | None,
        switch: KillSwitch | None = None,
        warrant: Warrant | None = None,
    ) -> None:
        self._cameras = frozenset(cameras)
        self._disk = disk
        self._journal = journal
        self._budget = budget
        self._switch = switch
        self._warrant = warrant
        self._open: frozenset[str] = frozenset()
        self._was_full = False

    def take(self, cameras: Collection[str]) -> None:
        """Decide about these cameras from now on."""
        self._cameras = frozenset(cameras)
        self._open &= self._cameras
        if self._budget is not None:
            self._budget.take(cameras)

    def decide(self, running: Collection[str]) -> Permission:
        """What may happen now; ``running`` are the cameras being read at present.

        Rehearsal time is charged here, before the cameras it is for are let through.
        """
        state, free = self._disk.look()
        self._note_full(state is DiskState.FULL)
        if state is DiskState.FULL:
            folder = self._disk.folder
            permission = self._closed(state, free, Notice.of("runtime.disk_full", folder=folder))
        else:
            permission = self._authorised(state, free, running)
        if self._warrant is not None and self._warrant.is_over:
            permission = replace(permission, is_over=True)
        self._open = self._cameras - permission.blocked.keys()
        return permission

    def _authorised(self, disk: DiskState, free: int, running: Collection[str]) -> Permission:
        try:
            refusals = suspended(self._switch) if self._switch is not None else []
            if refusals:
                return self._closed(disk, free, refusals[0].notice)
            if self._warrant is not None:
                return self._warranted(disk, free, self._warrant)
        except JournalError as error:
            return self._closed(disk, free, Notice.of(error.key, **error.fields))
        return self._rehearsed(disk, free, running)

    def _warranted(self, disk: DiskState, free: int, warrant: Warrant) -> Permission:
        ruling = warrant.rule()
        if ruling.refusal is not None:
            return self._closed(disk, free, ruling.refusal.notice)
        return Permission(disk, free, _notices(ruling.blocked))

    def _rehearsed(self, disk: DiskState, free: int, running: Collection[str]) -> Permission:
        if self._budget is None:
            return Permission(disk, free)
        left = {each for each in self._cameras if self._budget.left_s(each) > 0}
        try:
            self._budget.spend(left & set(running) | left - self._open)
        except JournalError as error:
            return self._closed(disk, free, Notice.of(error.key, **error.fields))
        blocked = {
            each: Notice.of("governance.rehearsal.used_up", camera=each)
            for each in sorted(self._cameras - left)
        }
        return Permission(disk, free, blocked)

    def _closed(self, disk: DiskState, free: int, notice: Notice) -> Permission:
        return Permission(disk, free, dict.fromkeys(sorted(self._cameras), notice), notice)

    def _note_full(self, is_full: bool) -> None:
        if is_full and not self._was_full:
            try:
                self._journal.append(Entry(SOFTWARE, Operation.DISK_FULL, "system"))
            except JournalError as error:  # It is full: what happened is that nothing happens.
                _log.error("%s", error)
        self._was_full = is_full


def _notices(blocked: Mapping[str, Refusal]) -> dict[str, Notice]:
    return {camera: refusal.notice for camera, refusal in blocked.items()}
