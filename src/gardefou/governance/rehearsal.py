"""Rehearsals are few: their time is charged in the journal before it is used."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from gardefou.errors import UsageError
from gardefou.governance.canonical import Json
from gardefou.governance.entry import Entry, Line, Operation
from gardefou.governance.journal import SOFTWARE, Journal
from gardefou.governance.ledger import RUNNING

CAMERA_DAY_S: Final = 2 * 3600
"""Rehearsal time of one camera within any 24 hours, s."""

IN_ALL_S: Final = 10 * 3600
"""Rehearsal time of the whole installation between two mandates, whichever cameras ran, s."""

CHARGE_S: Final = 60
"""Time charged at once, ahead of its use, s: a system that is killed has paid for what it used."""

DAY: Final = timedelta(hours=24)

_CHARGE: Final = "charge"


class RehearsalBudget:
    """What is left of the rehearsal time of some cameras, as the journal knows it.

    ``clock`` monotonic seconds; ``now`` UTC. Raises `JournalError` when the journal cannot be read
    or was changed.
    """

    def __init__(
        self,
        journal: Journal,
        cameras: Sequence[str],
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._journal = journal
        self._cameras = list(cameras)
        self._clock = clock
        self._now = now
        self._paid_until = -float("inf")
        self._paid: frozenset[str] = frozenset()
        self._charges: dict[str, list[tuple[datetime, int]]] = {}
        self._in_all = 0
        for line in journal.entries():
            self._read(line)

    def take(self, cameras: Collection[str]) -> None:
        """Rehearse these from now on; what each has used is not forgotten."""
        self._cameras = list(cameras)

    def left_s(self, camera_id: str) -> float:
        """Time that a camera may still be rehearsed now, the time already paid included, s."""
        paid = self._paid_until - self._clock() if camera_id in self._paid else 0.0
        return max(0.0, paid) + max(0, self._uncharged_s(camera_id))

    def refuse_if_used_up(self) -> None:
        """Raise `UsageError` when no camera may be rehearsed at all."""
        if not any(self._uncharged_s(each) > 0 for each in self._cameras):
            raise UsageError(
                "governance.rehearsal.nothing_left",
                day_hours=CAMERA_DAY_S // 3600,
                all_hours=IN_ALL_S // 3600,
            )

    def spend(self, running: Collection[str]) -> None:
        """Charge the next `CHARGE_S` when the last are used up and a camera runs or is to.

        A charge is for the rehearsal as a whole: every camera that has time left pays it. Raises
        `JournalError` when it cannot be journalled: then nothing may run.
        """
        now = self._clock()
        if not running or (now < self._paid_until and self._paid.issuperset(running)):
            return
        cameras = [each for each in self._cameras if self._uncharged_s(each) > 0]
        if not cameras:
            return
        details: dict[str, Json] = {"step": _CHARGE, "seconds": CHARGE_S, "cameras": list(cameras)}
        self._read(
            self._journal.append(Entry(SOFTWARE, Operation.REHEARSAL, "system", details=details))
        )
        self._paid_until, self._paid = now + CHARGE_S, frozenset(cameras)

    def _uncharged_s(self, camera_id: str) -> int:
        since = self._now() - DAY
        today = sum(seconds for at, seconds in self._charges.get(camera_id, ()) if at > since)
        return min(CAMERA_DAY_S - today, IN_ALL_S - self._in_all)

    def _read(self, line: Line) -> None:
        if line.operation == Operation.MANDATE and line.details.get("step") == RUNNING:
            self._in_all = 0  # "in all between two mandates"
        if line.operation != Operation.REHEARSAL or line.details.get("step") != _CHARGE:
            return
        seconds, cameras = line.details.get("seconds"), line.details.get("cameras")
        if not isinstance(seconds, int) or not isinstance(cameras, list):
            return
        self._in_all += seconds
        at = datetime.fromisoformat(line.ts)
        for camera in cameras:
            self._charges.setdefault(str(camera), []).append((at, seconds))
