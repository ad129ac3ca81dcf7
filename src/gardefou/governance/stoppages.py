"""Suspensions from their beginning to their end, as the public may read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gardefou.governance.status import StatusEvent, StatusLine


@dataclass(frozen=True, slots=True)
class Stoppage:
    """One suspension; times UTC, ISO 8601; ``ended`` None while it lasts."""

    begun: str
    ended: str | None

    def minutes(self, now: datetime) -> int:
        """How long it lasted, or has lasted until ``now``; whole minutes."""
        end = now if self.ended is None else datetime.fromisoformat(self.ended)
        return max(0, round((end - datetime.fromisoformat(self.begun)).total_seconds() / 60))


def stoppages(lines: Iterable[StatusLine]) -> list[Stoppage]:
    """Every suspension, the latest first; one confirmed twice before it ends is one."""
    found: list[Stoppage] = []
    begun: str | None = None
    for each in lines:
        if each.event is StatusEvent.SUSPENSION:
            begun = begun or each.at
        elif each.event is StatusEvent.RESUMPTION and begun is not None:
            found.append(Stoppage(begun, each.at))
            begun = None
    if begun is not None:
        found.append(Stoppage(begun, None))
    return found[::-1]
